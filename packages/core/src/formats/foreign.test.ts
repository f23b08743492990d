import { expect, test } from "vitest";
import { foreignFile, type ForeignFile } from "./foreign.ts";

const bytes = (text: string): Uint8Array => Uint8Array.from(text, (c) => c.charCodeAt(0));

test.each<readonly [ForeignFile, string]>([
  ["jfr", "FLR\0\0\x02\0\x01"],
  ["hprof", "JAVA PROFILE 1.0.2\0\0\0\0\x08"],
  ["perf", "PERFILE2h\0\0\0"],
  ["zip", "PK\x03\x04\x14\0"],
  ["tar", `${"snapshot/heap.pb.gz".padEnd(257, "\0")}ustar\0`],
  ["zstd", "\x28\xb5\x2f\xfd\x04\x58"],
  ["xz", "\xfd7zXZ\0\0\x04"],
  ["bzip2", "BZh91AY&SY"],
  ["utf-16", "\xff\xfeh\0e\0a\0p\0"],
  ["gzip-as-text", "\x1f\xef\xbf\xbd\x08\0"],
  ["http-headers", "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\nheap profile: 1"],
  ["v8", '{"nodes":[{"id":1,"callFrame":{"functionName":"(root)"}}]}'],
  ["v8", '{"snapshot":{"meta":{"node_fields":["type"]}}}'],
  ["chrome-trace", '{"traceEvents":[{"name":"x","ph":"B","ts":1}]}'],
  ["chrome-trace", '[{"name":"x","cat":"c","ph":"X","ts":1}]'],
  ["callgrind", "# callgrind format\nversion: 1\n"],
  ["callgrind", "\nversion: 1\nevents: Ir\n\nfl=a.c\nfn=main\n1 10\n"],
])("%s", (id, text) => {
  expect(foreignFile(bytes(text))).toBe(id);
});

test.each([
  "",
  "PK",
  "heap profile: 1: 2 [3: 4] @ heap/1048576\n",
  "main;events: x 5\n",
  '{"schema":"heapwright.show/1","nodes":[]}',
  "events: a line of a log\nand another\n",
])("%j is none of them", (text) => {
  expect(foreignFile(bytes(text))).toBeUndefined();
});

test("a head of nothing but line ends takes no time", () => {
  expect(foreignFile(new Uint8Array(65_536).fill(10))).toBeUndefined();
});
