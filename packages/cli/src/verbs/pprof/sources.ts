// Where the profiles of `heapwright pprof` come from. Files and addresses are read as for every verb
// (host's load-profile.ts, profile-address.ts); what is said of them, and what Go's texts become, is the
// upstream tool's. Authority: google/pprof internal/driver/fetch.go (2026-07).

import { existsSync } from "node:fs";
import { profileOf, type Profile } from "@heapwright/core/analysis/profile/profile.ts";
import type { Lang } from "@heapwright/core/model/message.ts";
import type { ProfileTable } from "@heapwright/core/model/tables/profile.ts";
import { errnoOf } from "@heapwright/host/bytes/errno.ts";
import {
  loadProfileBytes,
  loadProfileFile,
  UnreadableProfileError,
  type LoadedTable,
} from "@heapwright/host/profiles/load-profile.ts";
import { addressOf, fetchBytes, type AddressTimes } from "../../profile-address.ts";

export interface FetchOptions extends AddressTimes {
  readonly say: (message: string) => void;
  readonly lang: Lang;
  /** Go's texts give their addresses, as the tool reads them, and not the names printed below. */
  readonly keepsAddresses?: boolean;
}

export function systemMessage(path: string, error: unknown): string {
  const code = errnoOf(error);
  const words: Readonly<Record<string, string>> = {
    ENOENT: "no such file or directory",
    EACCES: "permission denied",
    EISDIR: "is a directory",
    ENOTDIR: "not a directory",
  };
  return `${code === "EISDIR" ? "read" : "open"} ${path}: ${words[code] ?? code}`;
}

/** Names go out as they came in, whatever bytes they are. */
const EXACT = { exactText: true };

async function loadOne(source: string, options: FetchOptions): Promise<LoadedTable> {
  if (!existsSync(source)) {
    const address = addressOf(source, options);
    if (address === undefined) {
      throw new UnreadableProfileError(`stat ${source}: no such file or directory`);
    }
    return await loadProfileBytes(source, await fetchBytes(address, options.say), EXACT);
  }
  try {
    return await loadProfileFile(source, EXACT);
  } catch (error) {
    if (error instanceof UnreadableProfileError || errnoOf(error) === "") throw error;
    throw new UnreadableProfileError(systemMessage(source, error));
  }
}

/**
 * Go's text of a heap holds what was sampled; every report is of what that stands for, without the
 * allocator's frames, which the runtime takes off its protobuf and the tool off a text.
 */
async function readyProfile(table: ProfileTable, keepsAddresses: boolean): Promise<Profile> {
  if (table.encoding !== "text") return profileOf(table);
  const [{ asAddresses, unsampled }, { legacyFrames }] = await Promise.all([
    import("@heapwright/core/goruntime/unsample.ts"),
    import("@heapwright/core/formats/pprof-legacy/drop-frames.ts"),
  ]);
  const sizes = { statesZero: true };
  const scaled = keepsAddresses ? asAddresses(table, sizes) : unsampled(table, sizes);
  // Only in a protobuf is a size of 0 the same as none.
  const { labels } = scaled;
  return { ...profileOf({ ...scaled, ...legacyFrames(table.sampleTypes) }), labels };
}

/** The tool's own words, but for what only this program says. */
function problemText(error: UnreadableProfileError, lang: Lang): string {
  if (error.capBytes === undefined || lang === "en") return error.message;
  const mib = error.capBytes / 1024 ** 2;
  return `解压后超过 ${mib} MiB（读取上限）；其中的内容都没有使用。如果它是真的剖析，请缩短记录时间或减少标签`;
}

/** All sources that can be read, in order; what cannot is said and left out. */
export async function loadSources(
  sources: readonly string[],
  options: FetchOptions,
): Promise<Profile[]> {
  const outcomes = await Promise.all(
    sources.map(async (source) => {
      try {
        return { source, loaded: await loadOne(source, options) };
      } catch (error) {
        if (!(error instanceof UnreadableProfileError)) throw error;
        return { source, problem: problemText(error, options.lang) };
      }
    }),
  );
  const profiles: Profile[] = [];
  for (const outcome of outcomes) {
    if ("problem" in outcome) {
      options.say(`${outcome.source}: ${outcome.problem}`);
      continue;
    }
    for (const damage of outcome.loaded.damage) {
      const word = options.lang === "zh" ? "已损坏：" : "damaged: ";
      options.say(`${outcome.source}: ${word}${damage}`);
    }
    profiles.push(await readyProfile(outcome.loaded.table, options.keepsAddresses === true));
  }
  return profiles;
}
