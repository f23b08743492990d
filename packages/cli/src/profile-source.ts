// Profiles as users name them, for every verb that shows one: files, standard input (-), addresses of
// net/http/pprof. One place, so that the same input is the same profile and the same mistake the same
// sentence everywhere. (`heapwright pprof` says what its model says, and has its own.)

import { closeSync, createReadStream, existsSync, openSync, readSync, statSync } from "node:fs";
import path from "node:path";
import { createGunzip } from "node:zlib";
import { profileOfGoroutines } from "@heapwright/core/analysis/profile/goroutine-profile.ts";
import { profileOf, type Profile } from "@heapwright/core/analysis/profile/profile.ts";
import { sourceFacts, type SourceFacts } from "@heapwright/core/analysis/profile/source-facts.ts";
import type { Artefact, Unread } from "@heapwright/core/evidence/artefact.ts";
import { describeUnknown, detectFormat } from "@heapwright/core/formats/registry.ts";
import { unsampled } from "@heapwright/core/goruntime/unsample.ts";
import type { Diagnostic } from "@heapwright/core/model/diagnostic.ts";
import type { Lang } from "@heapwright/core/model/message.ts";
import { describeDiagnostic } from "@heapwright/core/report/diagnostics.ts";
import { formatName } from "@heapwright/core/report/format-names.ts";
import { printable } from "@heapwright/core/report/wording.ts";
import { errnoOf } from "@heapwright/host/bytes/errno.ts";
import { isGzip } from "@heapwright/host/bytes/gzip.ts";
import { readArtefact } from "@heapwright/host/files/read-artefact.ts";
import { recordBeside, type Beside } from "@heapwright/host/files/record-beside.ts";
import { registryLookup } from "@heapwright/host/files/registry-lookup.ts";
import {
  loadProfileBytes,
  loadProfileFile,
  MAX_DECODED_BYTES,
  UnreadableProfileError,
  type LoadedTable,
} from "@heapwright/host/profiles/load-profile.ts";
import { words, type Words } from "./command-line/words.ts";
import { foreignWords } from "./foreign-words.ts";
import { addressOf, CPU_PROFILE, fetchBytes } from "./profile-address.ts";
import { UnreadableError } from "./usage-error.ts";

export interface ProfileSource {
  readonly profile: Profile;
  readonly facts: SourceFacts;
  /** Go's heap text brings MemStats along, which say more than the profile alone. */
  readonly hasMemStats: boolean;
  /** What was lost in reading, as sentences. */
  readonly damage: readonly string[];
}

export interface ProfileArtefact {
  readonly artefact: Artefact;
  readonly damage: readonly string[];
  /** Of the capture that the record is from; undefined: none knows the file. */
  readonly captureFolder: string | undefined;
}

const STDIN = 0;
const CHUNK_BYTES = 1024 * 1024;
const HEAD_BYTES = 64 * 1024;
/** Where a bare address is asked; the tool of the same arguments asks for a CPU profile. */
const HEAP_PROFILE = "/debug/pprof/heap";
/**
 * What is looked for in a profile of allocations. Its text and its differences do not state it, and the
 * last column is what is live; only the file's name tells that it is one.
 */
const ALLOCATED = "alloc_space";

type Given =
  | { readonly is: "file"; readonly path: string }
  | { readonly is: "bytes"; readonly bytes: Uint8Array };

/** @throws UnreadableError for what is not there, a folder, an address that gives nothing */
async function given(name: string): Promise<Given> {
  if (name === "-") return { is: "bytes", bytes: readStdin() };
  if (!existsSync(name)) return { is: "bytes", bytes: await fromAddress(name) };
  if (statSync(name).isDirectory()) {
    throw new UnreadableError(
      `${name} is a folder. What it holds together: heapwright why ${name}`,
      `${name} 是文件夹。要综合其内容：heapwright why ${name}`,
    );
  }
  return { is: "file", path: name };
}

/** @throws UnreadableError */
export async function loadProfileSource(name: string, lang: Lang): Promise<ProfileSource> {
  const { table, gzipDamage, diagnostics } = await load(name);
  const shown = name === "-" ? "-" : path.basename(name);
  const lost = damageSentences(shown, diagnostics, lang);
  if (gzipDamage !== undefined) {
    const { kind, offset } = gzipDamage;
    lost.unshift(
      lang === "zh"
        ? `${printable(shown)}：gzip 流在第 ${offset} 字节处损坏（${kind}）；其后的内容丢失，数值是下限`
        : `${printable(shown)}: the gzip stream is damaged at byte ${offset} (${kind}); what followed is lost, numbers are lower bounds`,
    );
  }
  const beside = await besideOf(name);
  const facts = sourceFacts(shown, table, beside?.record);
  const profile = profileOf(unsampled(table));
  return {
    profile:
      table.profileKind === "allocs" && profile.defaultSampleType === ""
        ? { ...profile, defaultSampleType: ALLOCATED }
        : profile,
    facts: { ...facts, goVersion: facts.goVersion ?? beside?.goVersion },
    hasMemStats: table.memStats !== undefined,
    damage: lost,
  };
}

export function damageSentences(
  name: string,
  diagnostics: readonly Diagnostic[],
  lang: Lang,
): string[] {
  const colon = lang === "zh" ? "：" : ": ";
  return diagnostics
    .filter(({ severity }) => severity !== "note")
    .map((diagnostic) => `${printable(name)}${colon}${describeDiagnostic(diagnostic, { lang })}`);
}

/**
 * The same as evidence, with its id and the capture's record: for comparisons, which have to know of
 * which process it is.
 * @throws UnreadableError
 */
export async function loadProfileArtefact(name: string, lang: Lang): Promise<ProfileArtefact> {
  const from = await guarded(name, () => given(name));
  const beside = from.is === "file" ? await besideOf(from.path) : undefined;
  const outcome = await readGiven(name, from, beside?.record);
  if ("unread" in outcome) throw await unreadAsProfile(name, from, outcome.unread);
  const { artefact } = outcome;
  if (artefact.table.kind !== "profile") {
    const { en, zh } = otherKind(name, artefact.format);
    throw new UnreadableError(`${name} is no profile: ${en}`, `${name} 不是剖析：${zh}`);
  }
  return {
    artefact,
    damage: damageSentences(name, artefact.diagnostics, lang),
    captureFolder: beside?.folder,
  };
}

async function readGiven(
  name: string,
  from: Given,
  record: Beside["record"] | undefined,
): ReturnType<typeof readArtefact> {
  const stats = from.is === "file" ? statSync(from.path) : undefined;
  return await readArtefact(
    {
      name,
      bytes: from.is === "bytes" ? from.bytes.length : (stats?.size ?? -1),
      fileTimeMs: stats?.mtimeMs,
      record,
      chunks: () => (from.is === "file" ? bytesOf(from.path) : once(from.bytes)),
    },
    registryLookup,
  );
}

async function* bytesOf(file: string): AsyncGenerator<Uint8Array> {
  for await (const chunk of createReadStream(file, { highWaterMark: CHUNK_BYTES })) {
    if (!(chunk instanceof Uint8Array))
      throw new TypeError("a stream without encoding gives bytes");
    yield chunk;
  }
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

async function besideOf(name: string): Promise<Beside | undefined> {
  return name === "-" || !existsSync(name) ? undefined : await recordBeside(name);
}

/** The file system's refusals as sentences. */
async function guarded<T>(name: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof UnreadableProfileError) throw await unreadable(name, undefined, error);
    const code = errnoOf(error);
    if (code === "" || error instanceof UnreadableError) throw error;
    throw new UnreadableError(`cannot read ${name}: ${code}`, `无法读取 ${name}：${code}`);
  }
}

async function load(name: string): Promise<LoadedTable> {
  return await guarded(name, async () => {
    const from = await given(name);
    try {
      return from.is === "file"
        ? await loadProfileFile(from.path)
        : await loadProfileBytes(name, from.bytes);
    } catch (error) {
      if (!(error instanceof UnreadableProfileError)) throw error;
      const dump = await goroutineDump(name, from);
      if (dump !== undefined) return dump;
      throw await unreadable(name, from, error);
    }
  });
}

/** Go's debug=2 is a goroutine profile to whoever asked for one; undefined: it is something else. */
async function goroutineDump(name: string, from: Given): Promise<LoadedTable | undefined> {
  if (detectFormat(await headOf(from), path.basename(name))?.format.id !== "goroutine-text") {
    return undefined;
  }
  const outcome = await readGiven(name, from, undefined);
  if ("unread" in outcome || outcome.artefact.table.kind !== "goroutines") return undefined;
  const { table, diagnostics } = outcome.artefact;
  return { table: profileOfGoroutines(table), damage: [], gzipDamage: undefined, diagnostics };
}

async function fromAddress(name: string): Promise<Uint8Array> {
  const address = addressOf(name, { seconds: -1, timeoutSeconds: -1 });
  if (address === undefined) {
    throw new UnreadableError(`${name} does not exist`, `${name} 不存在`);
  }
  const isBare = address.url.pathname === CPU_PROFILE && !name.includes(CPU_PROFILE);
  if (isBare) address.url.pathname = HEAP_PROFILE;
  return await fetchBytes(address, () => undefined);
}

function readStdin(): Uint8Array {
  const chunks: Uint8Array[] = [];
  let total = 0;
  for (;;) {
    const chunk = Buffer.alloc(CHUNK_BYTES);
    let count = 0;
    try {
      count = readSync(STDIN, chunk);
    } catch (error) {
      const code = errnoOf(error);
      if (code === "EOF") break;
      if (code !== "EAGAIN") throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
      continue;
    }
    if (count === 0) break;
    total += count;
    if (total > MAX_DECODED_BYTES) {
      throw new UnreadableError(
        `standard input is more than ${MAX_DECODED_BYTES / 1024 ** 2} MiB; nothing of it was used`,
        `标准输入超过 ${MAX_DECODED_BYTES / 1024 ** 2} MiB；其内容未被使用`,
      );
    }
    chunks.push(chunk.subarray(0, count));
  }
  return Buffer.concat(chunks);
}

/** The first decoded bytes, as many as tell the format. */
export async function headOf(from: Given): Promise<Uint8Array> {
  const bytes = from.is === "file" ? firstBytes(from.path) : from.bytes.subarray(0, HEAD_BYTES);
  if (!isGzip(bytes)) return bytes;
  return await new Promise((resolve) => {
    const inflate = createGunzip();
    const chunks: Uint8Array[] = [];
    let total = 0;
    const finish = (): void => {
      inflate.destroy();
      resolve(Buffer.concat(chunks).subarray(0, HEAD_BYTES));
    };
    inflate.on("data", (chunk: Uint8Array) => {
      chunks.push(chunk);
      total += chunk.length;
      if (total >= HEAD_BYTES) finish();
    });
    inflate.on("end", finish);
    // The head ends in the middle of the stream, which is an error that says nothing.
    inflate.on("error", finish);
    inflate.end(bytes);
  });
}

function firstBytes(file: string): Uint8Array {
  const stored = Buffer.alloc(HEAD_BYTES);
  const fd = openSync(file, "r");
  try {
    return stored.subarray(0, readSync(fd, stored, 0, HEAD_BYTES, 0));
  } finally {
    closeSync(fd);
  }
}

/** `from` undefined: an address that gave nothing. */
async function unreadable(
  name: string,
  from: Given | undefined,
  error: UnreadableProfileError,
): Promise<UnreadableError> {
  const fetched = /^http fetch: (.*)$/s.exec(error.message)?.[1];
  if (fetched !== undefined) {
    return new UnreadableError(
      `${name} gives no profile: ${fetched}. It needs net/http/pprof; to see what is there: heapwright why ${name}`,
      `${name} 没有给出剖析：${fetched}。需要 net/http/pprof；查看有什么可用：heapwright why ${name}`,
    );
  }
  if (error.message.includes("one time_nanos")) {
    return new UnreadableError(
      `${name} is several profiles written one behind the other, and where each begins cannot be told; name them one by one, they are added up`,
      `${name} 由多个剖析首尾相接而成，无法判断各自的起点；请逐个给出文件，它们会被相加`,
    );
  }
  const detail = error.message.replace(/^parsing profile: /, "");
  const next = from === undefined ? undefined : await whatElse(name, from);
  if (next !== undefined) {
    return new UnreadableError(`${name} is no profile: ${next.en}`, `${name} 不是剖析：${next.zh}`);
  }
  const zh =
    error.capBytes === undefined
      ? detail
      : `解压后超过 ${error.capBytes / 1024 ** 2} MiB（读取上限），请缩短记录时间或减少标签`;
  return new UnreadableError(`${name} cannot be used: ${detail}`, `${name} 无法使用：${zh}`);
}

/** What is no profile, and the verb for it; undefined: it seems to be a profile. */
async function whatElse(name: string, from: Given): Promise<Words | undefined> {
  const head = await headOf(from);
  const found = detectFormat(head, path.basename(name));
  if (found === undefined) {
    const stored = from.is === "file" ? firstBytes(from.path) : from.bytes.subarray(0, HEAD_BYTES);
    const is = describeUnknown(head);
    const foreign = is === "html" ? undefined : foreignWords(stored, head);
    if (foreign !== undefined) return foreign;
    if (is === "empty") return words("it is empty", "它是空的");
    if (is === "html") {
      return words(
        "it is a web page. Was it saved from /debug/pprof/ instead of /debug/pprof/heap?",
        "它是网页。是否从 /debug/pprof/ 而非 /debug/pprof/heap 保存？",
      );
    }
    return words(
      "it is in no format that is known here. Save one with: curl -o heap.pb.gz http://HOST:PORT/debug/pprof/heap",
      "其格式未知。可这样保存：curl -o heap.pb.gz http://HOST:PORT/debug/pprof/heap",
    );
  }
  const { id } = found.format;
  return PROFILE_FORMATS.test(id) ? undefined : otherKind(name, id);
}

/** Ids of the formats that hold a profile. */
export const PROFILE_FORMATS = /^(?:pprof|pprof-legacy|profile-text|folded|speedscope|otlp)$/;

/** The verb for a file of another kind. */
function otherKind(name: string, format: string): Words {
  if (format === "trace") {
    return words(
      `it is an execution trace. Try: heapwright trace ${name}`,
      `它是执行跟踪。请用：heapwright trace ${name}`,
    );
  }
  return words(
    `it is ${formatName(format, "en")}. Try: heapwright why ${name}`,
    `它是${formatName(format, "zh")}。请用：heapwright why ${name}`,
  );
}

async function unreadAsProfile(
  name: string,
  from: Given,
  { reason, diagnostic }: Unread,
): Promise<UnreadableError> {
  const isProfile = reason === "unusable" || reason === "too-large" || reason === "unreadable";
  const next = isProfile ? undefined : await whatElse(name, from);
  if (next !== undefined) {
    return new UnreadableError(`${name} is no profile: ${next.en}`, `${name} 不是剖析：${next.zh}`);
  }
  return new UnreadableError(
    `${name} cannot be used: ${describeDiagnostic(diagnostic, { lang: "en" })}`,
    `${name} 无法使用：${describeDiagnostic(diagnostic, { lang: "zh" })}`,
  );
}
