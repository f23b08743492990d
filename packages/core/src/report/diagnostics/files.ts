// Words about files, whatever their format: what was not read and why, what was read in part.

import { formatName } from "../format-names.ts";
import { causeWords } from "../system-causes.ts";
import { fixed, many, type DiagnosticMessages, type Told } from "./words.ts";

/** How each compression of host/files/compression.ts is undone; FILE stands for the file's name. */
const UNPACK: Readonly<Record<string, string>> = {
  zstd: "zstd -d FILE",
  xz: "xz -d FILE",
  bzip2: "bzip2 -d FILE",
  lz4: "lz4 -d FILE",
  zip: "unzip FILE",
  "7z": "7z x FILE",
};

const AGAIN = "curl -o heap.pb.gz http://HOST:PORT/debug/pprof/heap";

/** Kinds of formats/registry.ts `describeUnknown`; "" is a kind it could not name. */
const LOOKS_LIKE: Readonly<Record<string, { readonly en: string; readonly zh: string }>> = {
  html: {
    en: `a web page, not a profile: a login page or a proxy answered in place of the service. Fetch it from the service's own port: ${AGAIN}`,
    zh: `是网页而不是剖析：登录页或代理代替服务作了应答。请从服务自己的端口重新获取：${AGAIN}`,
  },
  "json-other": { en: "JSON of no kind that is known here", zh: "JSON，但不属于已知类型" },
  text: { en: "text of no kind that is known here", zh: "文本，但不属于已知类型" },
  binary: { en: "binary data of no kind that is known here", zh: "二进制数据，但不属于已知类型" },
  gzip: {
    en: "compressed with gzip more than once: unpack it once first (gunzip FILE)",
    zh: "经过多次 gzip 压缩：请先解压一次（gunzip FILE）",
  },
  zstd: {
    en: "compressed with zstd: unpack it first (zstd -d FILE)",
    zh: "使用 zstd 压缩：请先解压（zstd -d FILE）",
  },
  empty: { en: "nothing but white space", zh: "只有空白字符" },
  "": { en: "of no kind that is known here", zh: "不属于已知类型" },
};

const KINDS: Readonly<Record<string, { readonly en: string; readonly zh: string }>> = {
  pipe: { en: "a pipe", zh: "管道" },
  socket: { en: "a socket", zh: "套接字" },
  device: { en: "a device", zh: "设备" },
};

/** Latin letters stand apart from Chinese ones. */
function formatNameIn(d: Told): string {
  const name = formatName(d.text("format"), "zh").trim();
  return /^[\w/]/.test(name) ? ` ${name}` : name;
}

/** What gzip's damage adds to a format's own complaint. */
function gzipPart(d: Told, lang: "en" | "zh"): string {
  if (!d.has("gzip")) return "";
  const words: Readonly<Record<string, { readonly en: string; readonly zh: string }>> = {
    truncated: { en: "the gzip stream ends early", zh: "gzip 流提前结束" },
    corrupt: { en: "the gzip stream is corrupt", zh: "gzip 流已损坏" },
    checksum: { en: "the gzip checksum is wrong", zh: "gzip 校验和错误" },
    trailing: { en: "other bytes follow the gzip stream", zh: "gzip 流之后有其他字节" },
  };
  const kind = d.text("gzip");
  const said = words[kind]?.[lang] ?? `gzip: ${kind}`;
  return lang === "zh" ? `（${said}）` : ` (${said})`;
}

export const filesMessages: DiagnosticMessages = {
  "files.empty": fixed("empty", "文件为空"),
  "files.unknown": {
    en: (d) => (LOOKS_LIKE[d.text("looksLike")] ?? LOOKS_LIKE[""])?.en ?? "",
    zh: (d) => (LOOKS_LIKE[d.text("looksLike")] ?? LOOKS_LIKE[""])?.zh ?? "",
  },
  "files.compressed": {
    en: (d) => {
      const by = d.text("compression");
      const command = UNPACK[by];
      return `compressed with ${by}: unpack it first${command === undefined ? "" : ` (${command})`}`;
    },
    zh: (d) => {
      const by = d.text("compression");
      const command = UNPACK[by];
      return `使用 ${by} 压缩：请先解压${command === undefined ? "" : `（${command}）`}`;
    },
  },
  "files.missing": {
    en: (d) => {
      if (d.has("source")) return `recorded by the capture (${d.text("source")}), but not there`;
      return causeWords(d.text("cause"), "en");
    },
    zh: (d) => {
      if (d.has("source")) return `采集时有记录（${d.text("source")}），但文件不在`;
      return causeWords(d.text("cause"), "zh");
    },
  },
  "files.unreadable": {
    en: (d) => `cannot be read: ${causeWords(d.text("cause"), "en")}`,
    zh: (d) => `无法读取：${causeWords(d.text("cause"), "zh")}`,
  },
  "files.not-a-file": {
    en: (d) =>
      `${KINDS[d.text("kind")]?.en ?? d.text("kind")}, not a file: save what it gives into a file first`,
    zh: (d) => `是${KINDS[d.text("kind")]?.zh ?? d.text("kind")}而不是文件：请先把内容存为文件`,
  },
  "files.too-deep": {
    en: (d) => `not looked into: more than ${d.count("limit")} folders deep`,
    zh: (d) => `未查看：目录层数超过 ${d.count("limit")}`,
  },
  "files.too-many": {
    en: (d) =>
      `more than ${d.count("limit")} files; the rest was not looked at. Name the folder that holds the evidence`,
    zh: (d) => `文件超过 ${d.count("limit")} 个，其余未查看。请给出存放证据的目录`,
  },
  "files.unusable": {
    en: (d) =>
      `not usable as ${formatName(d.text("format"), "en")}: expected ${d.text("expected")}, found ${d.text("found")}${gzipPart(d, "en")}`,
    zh: (d) =>
      `不能用作${formatNameIn(d)}：应为 ${d.text("expected")}，实为 ${d.text("found")}${gzipPart(d, "zh")}`,
    // Of too-large, which is told from the same place.
    unsaid: ["cap"],
  },
  "files.too-large": {
    en: (d) =>
      `${formatName(d.text("format"), "en")} of more than ${d.bytes("cap")} unpacked: too large to be read${gzipPart(d, "en")}`,
    zh: (d) =>
      `${formatName(d.text("format"), "zh")}解压后超过 ${d.bytes("cap")}：过大，无法读取${gzipPart(d, "zh")}`,
    // What a reader missed in the part it was given says nothing about the whole.
    unsaid: ["expected", "found"],
    saysWhere: true,
  },
  "files.cut-at-cap": {
    en: (d) => `only the first ${d.bytes("cap")} were read`,
    zh: (d) => `只读取了前 ${d.bytes("cap")}`,
  },
  "files.gzip-truncated": {
    en: (d) =>
      `damaged: the gzip stream ends early, after ${d.bytes("compressed")}; ${d.bytes("decoded")} could be unpacked. Fetch or copy it again`,
    zh: (d) =>
      `已损坏：gzip 流在 ${d.bytes("compressed")} 后提前结束，可解压出 ${d.bytes("decoded")}。请重新获取或复制`,
    unsaid: ["members"],
    saysWhere: true,
  },
  "files.gzip-corrupt": {
    en: (d) =>
      `damaged: the gzip stream is corrupt after ${d.bytes("compressed")}; ${d.bytes("decoded")} could be unpacked before that. Fetch or copy it again`,
    zh: (d) =>
      `已损坏：gzip 流在 ${d.bytes("compressed")} 处出错，此前可解压出 ${d.bytes("decoded")}。请重新获取或复制`,
    unsaid: ["members"],
  },
  "files.gzip-checksum": {
    en: (d) =>
      `damaged: the ${d.bytes("decoded")} unpacked do not match their gzip checksum, so bytes have changed since they were written`,
    zh: (d) => `已损坏：解压出的 ${d.bytes("decoded")} 与 gzip 校验和不符，写入后有字节被改动`,
    unsaid: ["members", "compressed"],
  },
  "files.gzip-trailing": {
    en: (d) =>
      `what follows the first ${d.bytes("compressed")} is not gzip and was left out; the ${d.bytes("decoded")} unpacked before it are whole`,
    zh: (d) =>
      `前 ${d.bytes("compressed")} 之后的内容不是 gzip，已忽略；此前解压出的 ${d.bytes("decoded")} 完整`,
    unsaid: ["members"],
    saysWhere: true,
  },
  "files.shorter-than-recorded": {
    en: (d) =>
      `cut since the capture: ${d.bytes("bytes")} of ${d.bytes("recorded")} are left. Copy the folder again`,
    zh: (d) =>
      `采集之后被截短：只剩 ${d.bytes("recorded")} 中的 ${d.bytes("bytes")}。请重新复制目录`,
  },
  "files.not-as-recorded": {
    en: (d) => `its ${d.bytes("bytes")} are not those that were captured: changed since`,
    zh: (d) => `其 ${d.bytes("bytes")} 与采集时不同：之后被改动`,
  },
  "files.partial": fixed(
    "left unfinished by a capture that was killed; not read",
    "采集被强行终止时留下的半成品，未读取",
  ),
  // `file` is what the line begins with: verdict/answer-of.ts.
  "files.capture-unsealed": {
    ...fixed(
      "the capture did not come to its own end: it was killed, or is still running",
      "采集没有正常结束：被强行终止，或仍在进行",
    ),
    unsaid: ["file"],
  },
  "files.seal-damaged": {
    ...fixed(
      "capture.json cannot be read; how the capture ended is unknown",
      "capture.json 无法读取；采集如何结束不得而知",
    ),
    unsaid: ["file"],
  },
  "files.manifest-torn": {
    ...fixed(
      "the last line is cut: the capture was killed while it wrote, and one file may lack its time",
      "最后一行不完整：采集在写入时被终止，可能有一个文件缺少时间",
    ),
    unsaid: ["file"],
  },
  "files.manifest-line": {
    en: (d) => `${many(d.times, "line")} cannot be read; the files they name lack their time`,
    zh: (d) => `${d.times} 行无法读取；所指文件缺少时间`,
    unsaid: ["file"],
  },
  "files.manifest-path": {
    en: (d) => `${many(d.times, "record")} left out: they name files outside the folder`,
    zh: (d) => `忽略了 ${d.times} 条记录：所指文件在目录之外`,
    unsaid: ["file"],
  },
};
