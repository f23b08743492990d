// The profiles of `heapwright show`: files, standard input, addresses of net/http/pprof.

import { existsSync, openSync, closeSync, readSync, statSync } from "node:fs";
import path from "node:path";
import { createGunzip } from "node:zlib";
import { sourceFacts, type SourceFacts } from "@heapwright/core/analysis/profile/source-facts.ts";
import { profileOf, type Profile } from "@heapwright/core/analysis/profile/profile.ts";
import { describeUnknown, detectFormat } from "@heapwright/core/formats/registry.ts";
import { unsampled } from "@heapwright/core/goruntime/unsample.ts";
import type { Lang } from "@heapwright/core/model/message.ts";
import { describeDiagnostic } from "@heapwright/core/report/diagnostics.ts";
import { formatName } from "@heapwright/core/report/format-names.ts";
import { printable } from "@heapwright/core/report/wording.ts";
import { errnoOf } from "@heapwright/host/bytes/errno.ts";
import { isGzip } from "@heapwright/host/bytes/gzip.ts";
import { recordBeside, type Beside } from "@heapwright/host/files/record-beside.ts";
import {
  loadProfileBytes,
  loadProfileFile,
  MAX_DECODED_BYTES,
  UnreadableProfileError,
  type LoadedTable,
} from "@heapwright/host/profiles/load-profile.ts";
import { words, type Words } from "../../command-line/words.ts";
import { UnreadableError } from "../../usage-error.ts";
import { addressOf, CPU_PROFILE, fetchProfile } from "../pprof/sources.ts";

export interface ShownSource {
  readonly profile: Profile;
  readonly facts: SourceFacts;
  /** What was lost in reading, as sentences. */
  readonly damage: readonly string[];
}

const STDIN = 0;
const CHUNK_BYTES = 1024 * 1024;
const HEAD_BYTES = 64 * 1024;
/** Where a bare address is asked; the tool of the same arguments asks for a CPU profile. */
const HEAP_PROFILE = "/debug/pprof/heap";

/** @throws UnreadableError */
export async function loadShown(name: string, lang: Lang): Promise<ShownSource> {
  const { table, damage, diagnostics } = await load(name, lang);
  const shown = name === "-" ? "-" : path.basename(name);
  const lost = diagnostics
    .filter(({ severity }) => severity === "damage")
    .map((diagnostic) => `${printable(shown)}: ${describeDiagnostic(diagnostic, { lang })}`);
  for (const text of damage) {
    const gzip = /^damaged: gzip (\S+) at byte (\d+)$/.exec(text);
    if (gzip === null) continue;
    lost.unshift(
      lang === "zh"
        ? `${printable(shown)}：gzip 流在第 ${gzip[2]} 字节处损坏（${gzip[1]}）；其后的内容丢失，数值是下限`
        : `${printable(shown)}: the gzip stream is damaged at byte ${gzip[2]} (${gzip[1]}); what followed is lost, numbers are lower bounds`,
    );
  }
  const beside = await besideOf(name);
  const facts = sourceFacts(shown, table, beside?.record);
  return {
    profile: profileOf(unsampled(table)),
    facts: { ...facts, goVersion: facts.goVersion ?? beside?.goVersion },
    damage: lost,
  };
}

async function besideOf(name: string): Promise<Beside | undefined> {
  return name === "-" || !existsSync(name) ? undefined : await recordBeside(name);
}

async function load(name: string, lang: Lang): Promise<LoadedTable> {
  const isFile = name !== "-" && existsSync(name);
  try {
    if (name === "-") return await loadProfileBytes("-", readStdin());
    if (!isFile) return await fromAddress(name, lang);
    if (statSync(name).isDirectory()) {
      throw new UnreadableError(
        `${name} is a folder. What it holds together: heapwright why ${name}`,
        `${name} 是文件夹。要综合其内容：heapwright why ${name}`,
      );
    }
    return await loadProfileFile(name);
  } catch (error) {
    if (error instanceof UnreadableProfileError) throw await unreadable(name, isFile, error);
    const code = errnoOf(error);
    if (code === "" || error instanceof UnreadableError) throw error;
    throw new UnreadableError(`cannot read ${name}: ${code}`, `无法读取 ${name}：${code}`);
  }
}

async function fromAddress(name: string, lang: Lang): Promise<LoadedTable> {
  const address = addressOf(name, { seconds: -1, timeoutSeconds: -1, say: () => undefined, lang });
  if (address === undefined) {
    throw new UnreadableError(`${name} does not exist`, `${name} 不存在`);
  }
  const isBare = address.url.pathname === CPU_PROFILE && !name.includes(CPU_PROFILE);
  if (isBare) address.url.pathname = HEAP_PROFILE;
  return await fetchProfile(name, address, () => undefined);
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

/** The first decoded bytes of a file, as many as tell its format. */
/** Its first bytes, decoded. */
export async function headOf(file: string): Promise<Uint8Array> {
  const stored = Buffer.alloc(HEAD_BYTES);
  const fd = openSync(file, "r");
  let count: number;
  try {
    count = readSync(fd, stored, 0, HEAD_BYTES, 0);
  } finally {
    closeSync(fd);
  }
  const bytes = stored.subarray(0, count);
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

async function unreadable(
  name: string,
  isFile: boolean,
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
  const next = isFile ? await whatElse(name) : undefined;
  if (next !== undefined) {
    return new UnreadableError(`${name} is no profile: ${next.en}`, `${name} 不是剖析：${next.zh}`);
  }
  const zh =
    error.capBytes === undefined
      ? detail
      : `解压后超过 ${error.capBytes / 1024 ** 2} MiB（读取上限），请缩短记录时间或减少标签`;
  return new UnreadableError(`${name} cannot be used: ${detail}`, `${name} 无法使用：${zh}`);
}

/** What a file that is no profile is, and the verb for it; undefined: it seems to be a profile. */
async function whatElse(name: string): Promise<Words | undefined> {
  const head = await headOf(name);
  const found = detectFormat(head, path.basename(name));
  if (found === undefined) {
    const is = describeUnknown(head);
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
  if (id === "trace") {
    return words(
      `it is an execution trace. Try: heapwright trace ${name}`,
      `它是执行跟踪。请用：heapwright trace ${name}`,
    );
  }
  if (/^(?:pprof|pprof-legacy|profile-text|folded|speedscope|otlp)$/.test(id)) return undefined;
  return words(
    `it is ${formatName(id, "en")}. Try: heapwright why ${name}`,
    `它是${formatName(id, "zh")}。请用：heapwright why ${name}`,
  );
}
