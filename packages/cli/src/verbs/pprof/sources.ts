// Where the profiles of `heapwright pprof` come from: files, or URLs of net/http/pprof.
// Authority: google/pprof internal/driver/fetch.go, golang/go src/cmd/pprof/pprof.go (Go 1.26).

import { existsSync } from "node:fs";
import { profileOf, type Profile } from "@heapwright/core/analysis/profile/profile.ts";
import type { Lang } from "@heapwright/core/model/message.ts";
import type { ProfileTable } from "@heapwright/core/model/tables/profile.ts";
import { errnoOf } from "@heapwright/host/bytes/errno.ts";
import {
  loadProfileBytes,
  loadProfileFile,
  MAX_DECODED_BYTES,
  UnreadableProfileError,
  type LoadedTable,
} from "@heapwright/host/profiles/load-profile.ts";

export const CPU_PROFILE = "/debug/pprof/profile";

export interface FetchOptions {
  readonly seconds: number;
  readonly timeoutSeconds: number;
  readonly say: (message: string) => void;
  readonly lang: Lang;
  /** Go's texts give their addresses, as the tool reads them, and not the names printed below. */
  readonly keepsAddresses?: boolean;
}

export interface Address {
  readonly url: URL;
  readonly timeoutMs: number;
}

/** Undefined when the text is no address: then it was meant as a file. */
export function addressOf(
  text: string,
  { seconds, timeoutSeconds }: FetchOptions,
): Address | undefined {
  let url = URL.canParse(text) ? new URL(text) : undefined;
  const isHttp = url !== undefined && /^(?:https?|https\+insecure):$/.test(url.protocol);
  if (!isHttp) {
    // host:port and host:port/path; what has neither a port nor a path is a missing file.
    if (!/^(?:\[[0-9a-f:]+\]|[\w.-]*):\d+(?:\/|$|\?)/i.test(text)) return undefined;
    const candidate = `http://${text.startsWith(":") ? "localhost" : ""}${text}`;
    url = URL.canParse(candidate) ? new URL(candidate) : undefined;
  }
  if (url === undefined) return undefined;
  if (url.pathname === "" || url.pathname === "/") url.pathname = CPU_PROFILE;
  let duration = seconds;
  if (seconds > 0) url.searchParams.set("seconds", String(seconds));
  else duration = Number(url.searchParams.get("seconds") ?? "0") || 0;
  let timeout = timeoutSeconds;
  if (timeout <= 0) timeout = duration > 0 ? duration * 1.5 : 60;
  return { url, timeoutMs: (timeout + 5) * 1000 };
}

/** @throws UnreadableProfileError when the address gives nothing */
export async function fetchBytes(
  { url, timeoutMs }: Address,
  say: FetchOptions["say"],
): Promise<Uint8Array> {
  const { HttpClient } = await import("@heapwright/host/http/client.ts");
  const isInsecure = url.protocol === "https+insecure:";
  const target = isInsecure ? new URL(url.href.replace(/^https\+insecure:/, "https:")) : url;
  const client = new HttpClient(isInsecure ? { tls: { rejectUnauthorized: false } } : {});
  const chunks: Uint8Array[] = [];
  say(`Fetching profile over HTTP from ${url.href}`);
  try {
    const outcome = await client.get(target, {
      maxBytes: MAX_DECODED_BYTES,
      onBody: (chunk) => {
        chunks.push(chunk);
      },
      timeouts: { firstByteMs: timeoutMs, idleMs: timeoutMs, totalMs: timeoutMs },
    });
    if (!outcome.ok) {
      const { failureCode } = await import("@heapwright/host/http/outcome.ts");
      throw new UnreadableProfileError(`http fetch: ${failureCode(outcome.failure)}`);
    }
  } finally {
    client.close();
  }
  return Buffer.concat(chunks);
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
