// Files of other tools that are often taken for a profile, by their first bytes: not read here, but named,
// so that the answer can say what to do instead.
//
// Authority: JFR (OpenJDK src/jdk.jfr, chunk magic), HPROF (OpenJDK heapDumper.cpp), perf.data
// (linux tools/perf/Documentation/perf.data-file-format.txt), callgrind (valgrind
// callgrind/docs/cl-format.xml), V8 (v8/src/profiler), RFC 8878, POSIX ustar.

export type ForeignFile =
  | "jfr"
  | "hprof"
  | "perf"
  | "v8"
  | "chrome-trace"
  | "callgrind"
  | "zip"
  | "tar"
  | "zstd"
  | "xz"
  | "bzip2"
  | "utf-16"
  /** Bytes that something took for UTF-8 and wrote back. */
  | "gzip-as-text"
  | "http-headers";

const MAGIC: readonly (readonly [ForeignFile, string, number])[] = [
  ["jfr", "FLR\0", 0],
  ["hprof", "JAVA PROFILE 1.", 0],
  ["perf", "PERFILE2", 0],
  ["zip", "PK\x03\x04", 0],
  ["tar", "ustar", 257],
  ["zstd", "\x28\xb5\x2f\xfd", 0],
  ["xz", "\xfd7zXZ\0", 0],
  ["bzip2", "BZh", 0],
  ["utf-16", "\xff\xfe", 0],
  ["utf-16", "\xfe\xff", 0],
  ["gzip-as-text", "\x1f\xef\xbf\xbd", 0],
  ["http-headers", "HTTP/1.", 0],
  ["http-headers", "HTTP/2 ", 0],
];

/** Keys that only this kind of document has near its beginning. */
const KEYS: readonly (readonly [ForeignFile, RegExp])[] = [
  ["v8", /^\s*\{\s*"(?:nodes|head|snapshot)"\s*:/],
  ["chrome-trace", /^\s*(?:\{\s*"traceEvents"\s*:|\[\s*\{[^{}]*"ph"\s*:)/],
  [
    "callgrind",
    /^(?:[^\n]*\n){0,40}?(?:# callgrind format|events: [^\n]*\n(?:[^\n]*\n){0,8}?f[nl]=)/,
  ],
];
const TEXT_HEAD = 4096;

/** `head`: the first decoded bytes. O(1). */
export function foreignFile(head: Uint8Array): ForeignFile | undefined {
  for (const [id, magic, at] of MAGIC) {
    if (head.length < at + magic.length) continue;
    let is = true;
    for (let i = 0; i < magic.length && is; i++) is = head[at + i] === magic.charCodeAt(i);
    if (is) return id;
  }
  const text = new TextDecoder().decode(head.subarray(0, TEXT_HEAD));
  return KEYS.find(([, form]) => form.test(text))?.[0];
}
