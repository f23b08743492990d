// `heapwright view FILE` where the file is one profile: its page instead of an answer's.

import { statSync } from "node:fs";
import { ProfileError } from "@heapwright/core/analysis/profile/profile.ts";
import { subjectsOf } from "@heapwright/core/analysis/diff/subject.ts";
import type { Lang } from "@heapwright/core/model/message.ts";
import { voiceOf } from "@heapwright/core/report/say.ts";
import { EXIT } from "../../exit-codes.ts";
import type { ViewFlags } from "../../flags.ts";
import {
  drawn,
  profilePage,
  sourceFolders,
  writePages,
  type ProfilePage,
} from "../../profile-page.ts";
import { loadProfileSource, type ProfileSource } from "../../profile-source.ts";
import { assertWritable } from "../../report-file.ts";
import { UnreadableError, UsageError } from "../../usage-error.ts";
import { readProfiles } from "../diff/inputs.ts";

/** undefined: the targets are not one profile. */
async function onlyProfile(
  targets: readonly string[],
  isWanted: boolean,
  lang: Lang,
): Promise<ProfileSource | undefined> {
  const [name] = targets;
  if (name === undefined || targets.length !== 1) return undefined;
  if (isWanted || name === "-") return await loadProfileSource(name, lang);
  if (statSync(name, { throwIfNoEntry: false })?.isFile() !== true) return undefined;
  try {
    const loaded = await loadProfileSource(name, lang);
    return loaded.hasMemStats ? undefined : loaded;
  } catch (error) {
    // Another kind of evidence, or a damaged file: the answer's page says what it is.
    if (error instanceof UnreadableError) return undefined;
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
  const loaded = await onlyProfile(targets, isWanted, lang);
  if (loaded === undefined) {
    if (!isWanted) return undefined;
    throw new UsageError(
      "--base and --html are for one profile: heapwright view --base before.pb.gz after.pb.gz. For a folder: heapwright why FOLDER --html FILE",
      "--base 与 --html 只用于一份剖析：heapwright view --base before.pb.gz after.pb.gz。文件夹请用：heapwright why FOLDER --html FILE",
    );
  }
  const make = async (): Promise<ProfilePage> => {
    const options = { lang, version, sourceFolders: sourceFolders(flags) };
    const target = targets[0] ?? "";
    if (base === undefined) {
      return await profilePage(loaded.profile, {
        ...options,
        target,
        sources: [loaded.facts],
        damage: loaded.damage,
      });
    }
    const read = await readProfiles([base, target], voiceOf(lang), () => undefined);
    const none = { focus: undefined, ignore: undefined };
    const [before, after] = subjectsOf(read.profiles, { sampleIndex: "", ...none }, read.beside);
    if (before === undefined || after === undefined) throw new Error("two profiles were read");
    const { differencePage } = await import("../../difference-page.ts");
    return await differencePage(before, after, {
      ...options,
      ...none,
      override: undefined,
      damage: read.damage,
    });
  };
  try {
    if (html === undefined) return await serve((await drawn(flags, make)).html);
    await writePages({ ...flags, html }, make);
    return EXIT.ok;
  } catch (error) {
    if (!(error instanceof ProfileError)) throw error;
    throw new UnreadableError(
      `${base ?? targets[0] ?? ""}: ${error.message}`,
      `${base ?? targets[0] ?? ""}：${error.message}`,
    );
  }
}
