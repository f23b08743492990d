// `heapwright view FILE` where the file is one profile: its page instead of an answer's.

import { statSync } from "node:fs";
import {
  ProfileError,
  profileOf,
  type Profile,
} from "@heapwright/core/analysis/profile/profile.ts";
import { sourceFacts, type SourceFacts } from "@heapwright/core/analysis/profile/source-facts.ts";
import { unsampled } from "@heapwright/core/goruntime/unsample.ts";
import { errnoOf } from "@heapwright/host/bytes/errno.ts";
import { loadProfileFile, UnreadableProfileError } from "@heapwright/host/profiles/load-profile.ts";
import { EXIT } from "../../exit-codes.ts";
import type { ViewFlags } from "../../flags.ts";
import { profilePage } from "../../profile-page.ts";
import { assertWritable, writeReport } from "../../report-file.ts";
import { UnreadableError, UsageError } from "../../usage-error.ts";

interface Loaded {
  readonly profile: Profile;
  readonly facts: SourceFacts;
  /** Go's heap text: its MemStats make an answer, which says more than the profile alone. */
  readonly hasMemStats: boolean;
  readonly damage: readonly string[];
}

async function load(file: string): Promise<Loaded> {
  const { table, damage } = await loadProfileFile(file);
  const hasMemStats = table.memStats !== undefined;
  const facts = sourceFacts(file, table, undefined);
  return { profile: profileOf(unsampled(table)), facts, hasMemStats, damage };
}

async function loadOrExplain(file: string): Promise<Loaded> {
  if (statSync(file, { throwIfNoEntry: false })?.isFile() !== true) {
    throw new UnreadableError(
      `${file} is no file. Name a profile: curl -o heap.pb.gz http://HOST:PORT/debug/pprof/heap`,
      `${file} 不是文件。请给出一份剖析：curl -o heap.pb.gz http://HOST:PORT/debug/pprof/heap`,
    );
  }
  try {
    return await load(file);
  } catch (error) {
    const isKnown = error instanceof UnreadableProfileError || errnoOf(error) !== "";
    if (!isKnown || !(error instanceof Error)) throw error;
    throw new UnreadableError(
      `${file}: ${error.message}. Fetch it again: curl -o heap.pb.gz http://HOST:PORT/debug/pprof/heap`,
      `${file}：${error.message}。请重新获取：curl -o heap.pb.gz http://HOST:PORT/debug/pprof/heap`,
    );
  }
}

/** undefined: the targets are not one profile. */
async function onlyProfile(
  targets: readonly string[],
  isWanted: boolean,
): Promise<Loaded | undefined> {
  const [file] = targets;
  if (file === undefined || targets.length !== 1) return undefined;
  if (isWanted) return await loadOrExplain(file);
  if (statSync(file, { throwIfNoEntry: false })?.isFile() !== true) return undefined;
  try {
    const loaded = await load(file);
    return loaded.hasMemStats ? undefined : loaded;
  } catch (error) {
    // Another kind of evidence, or a damaged file: the answer's page says what it is.
    if (error instanceof UnreadableProfileError || errnoOf(error) !== "") return undefined;
    throw error;
  }
}

/** The page where the targets are one profile. `serve` shows a page that does not change. */
export async function viewProfile(
  targets: readonly string[],
  flags: ViewFlags,
  version: string,
  serve: (page: string) => Promise<number>,
): Promise<number | undefined> {
  const { base, html, lang } = flags;
  const isWanted = base !== undefined || html !== undefined;
  if (html !== undefined) await assertWritable(html);
  const loaded = await onlyProfile(targets, isWanted);
  if (loaded === undefined) {
    if (!isWanted) return undefined;
    throw new UsageError(
      "--base and --html are for one profile: heapwright view --base before.pb.gz after.pb.gz. For a folder: heapwright why FOLDER --html FILE",
      "--base 与 --html 只用于一份剖析：heapwright view --base before.pb.gz after.pb.gz。文件夹请用：heapwright why FOLDER --html FILE",
    );
  }
  const before = base === undefined ? undefined : await loadOrExplain(base);
  let page: string;
  try {
    page = await profilePage(loaded.profile, {
      lang,
      version,
      target: targets[0] ?? "",
      sources: before === undefined ? [loaded.facts] : [before.facts, loaded.facts],
      base: before === undefined ? undefined : { profile: before.profile, target: base ?? "" },
      damage: [...(before?.damage ?? []), ...loaded.damage],
    });
  } catch (error) {
    if (!(error instanceof ProfileError)) throw error;
    throw new UnreadableError(
      `${base ?? targets[0] ?? ""}: ${error.message}`,
      `${base ?? targets[0] ?? ""}：${error.message}`,
    );
  }
  if (html === undefined) return await serve(page);
  await writeReport(html, page);
  if (flags.quiet !== true) process.stderr.write(`heapwright: wrote ${html}\n`);
  return EXIT.ok;
}
