import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { EvidenceFolder } from "@heapwright/core/evidence/artefact.ts";
import { corpus } from "../../test/corpus.ts";
import { temporaryFolder } from "../../test/temporary.ts";
import { compareNames } from "./natural-order.ts";
import { readEvidence } from "./read-evidence.ts";

const STATUS_BEGIN =
  "Name:\tapp\nState:\tS (sleeping)\nPid:\t42\nPPid:\t1\nVmHWM:\t    2048 kB\nVmRSS:\t    1024 kB\nThreads:\t3\n";
const STATUS_END = "voluntary_ctxt_switches:\t5\nnonvoluntary_ctxt_switches:\t7\n";
const STATUS = STATUS_BEGIN + STATUS_END;
const SMAPS = `00400000-00600000 r-xp 00000000 08:01 5 /app\nSize: 2048 kB\nRss: 1024 kB\nPss: 1024 kB\n`;

function folderOf(files: Readonly<Record<string, string | Uint8Array>>): string {
  const folder = temporaryFolder();
  for (const [name, content] of Object.entries(files)) {
    const file = path.join(folder, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, content);
  }
  return folder;
}

function sha256(bytes: string | Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

function names(evidence: EvidenceFolder): string[] {
  return evidence.artefacts.map(({ name }) => name);
}

function reasons(evidence: EvidenceFolder): unknown[] {
  return evidence.unread.map(({ name, reason, diagnostic }) => [name, reason, diagnostic.code]);
}

function codes(evidence: EvidenceFolder): string[] {
  return (evidence.diagnostics ?? []).map(({ code }) => code);
}

function record(seq: number, file: string, content: string | Uint8Array, extra = {}): string {
  return JSON.stringify({
    schema: "heapwright.capture-record/1",
    seq,
    source: "proc-status",
    process: "42",
    startMs: 1000,
    endMs: 1001,
    startMonoMs: 0,
    endMonoMs: 1,
    intrusiveness: "none",
    file,
    bytes: content.length,
    sha256: sha256(content),
    ...extra,
  });
}

describe("a folder", () => {
  test("is read in natural order, evidence apart from everything else", async () => {
    const folder = folderOf({
      "s10/status": STATUS,
      "s2/status": STATUS,
      "s2/status.gz": gzipSync(STATUS),
      "README.md": "# Notes\n\nSome words.\n",
      "main.go": "package main\n\nfunc main() {}\n",
      "shot.png": Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0]),
      "empty.txt": "",
      "dump.zst": Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0, 1, 2]),
      "node_modules/x/status": STATUS,
      ".git/status": STATUS,
    });
    const evidence = await readEvidence([folder]);
    expect(names(evidence)).toEqual(["s2/status", "s2/status.gz", "s10/status"]);
    expect(reasons(evidence)).toEqual([
      ["README.md", "unknown", "files.unknown"],
      ["dump.zst", "unknown", "files.compressed"],
      ["empty.txt", "empty", "files.empty"],
      ["main.go", "unknown", "files.unknown"],
      ["shot.png", "unknown", "files.unknown"],
    ]);
    expect(evidence.unread[1]?.diagnostic.params).toEqual({ compression: "zstd" });
    expect(evidence.unread.every(({ diagnostic }) => diagnostic.severity === "note")).toBe(true);
    // The id is of the decoded bytes: the same evidence compressed has the same id.
    expect(new Set(evidence.artefacts.map(({ id }) => id))).toEqual(
      new Set([sha256(STATUS).slice(0, 8)]),
    );
    expect(evidence.artefacts[1]).toMatchObject({
      bytes: STATUS.length,
      sha256: sha256(STATUS),
      record: undefined,
      completeness: { complete: true },
    });
    expect(evidence.artefacts[1]?.fileTimeMs).toBeGreaterThan(0);
  });

  test("with loops of links, a pipe and links out ends", async () => {
    const folder = folderOf({ "a/status": STATUS });
    const outside = folderOf({ "smaps.txt": SMAPS });
    symlinkSync(folder, path.join(folder, "a", "loop"));
    symlinkSync(path.join(folder, "a", "status"), path.join(folder, "b-same-file"));
    symlinkSync(outside, path.join(folder, "out"));
    symlinkSync("/nonexistent/x", path.join(folder, "dangling"));
    execFileSync("mkfifo", [path.join(folder, "pipe")]);
    const evidence = await readEvidence([folder]);
    expect(names(evidence)).toEqual(["a/status", "out/smaps.txt"]);
    expect(reasons(evidence)).toEqual([
      ["dangling", "unreadable", "files.missing"],
      ["pipe", "unreadable", "files.not-a-file"],
    ]);
  });

  test("deeper or larger than the limits says so", async () => {
    const deep = folderOf({ "a/b/c/d/status": STATUS, "a/status": STATUS });
    const shallow = await readEvidence([deep], { maxDepth: 2 });
    expect(names(shallow)).toEqual(["a/status"]);
    expect(reasons(shallow)).toEqual([["a/b/c", "unreadable", "files.too-deep"]]);
    const few = await readEvidence([deep], { maxFiles: 1 });
    expect(names(few)).toHaveLength(1);
    expect(codes(few)).toEqual(["files.too-many"]);
  });

  test("several paths keep what was typed; a missing one is told; one file twice is one", async () => {
    const a = folderOf({ "x/status": STATUS });
    const b = folderOf({ status: STATUS.replace("42", "43") });
    const file = path.join(b, "status");
    const evidence = await readEvidence([a, file, file, path.join(b, "none")]);
    expect(names(evidence)).toEqual([`${a}/x/status`, file].sort(compareNames));
    expect(reasons(evidence)).toEqual([[`${b}/none`, "unreadable", "files.missing"]]);
    expect(names(await readEvidence([file]))).toEqual(["status"]);
  });

  test.runIf(process.platform === "linux")("files of /proc have no size and are read", async () => {
    const evidence = await readEvidence(["/proc/self/status"]);
    expect(evidence.artefacts[0]?.table).toMatchObject({ kind: "proc-status", pid: process.pid });
  });

  test.skipIf(process.getuid?.() === 0)("a file that may not be read is named", async () => {
    const folder = folderOf({ status: STATUS });
    chmodSync(path.join(folder, "status"), 0);
    expect(reasons(await readEvidence([folder]))).toEqual([
      ["status", "unreadable", "files.unreadable"],
    ]);
  });

  test("reading can be stopped", async () => {
    const folder = folderOf({ a: STATUS, b: STATUS });
    const stop = new AbortController();
    const reading = readEvidence([folder], { signal: stop.signal, onFile: () => stop.abort() });
    await expect(reading).rejects.toThrow("abort");
  });
});

describe("damage", () => {
  const noise = Array.from({ length: 400 }, (_, i) => `Key${i}:\t${(i * 7919) % 1009} kB`).join(
    "\n",
  );
  const long = `${STATUS_BEGIN}${noise}\n${STATUS_END}`;
  const gz = gzipSync(long);

  test("gzip cut, followed by garbage, with a wrong checksum", async () => {
    const folder = folderOf({
      "a-cut.gz": gz.subarray(0, gz.length - 200),
      "b-garbage.gz": Buffer.concat([gz, Buffer.from("<html>bad gateway</html>")]),
      "c-sum.gz": Buffer.concat([gz.subarray(0, gz.length - 1), Buffer.from([9])]),
      "d-nothing.gz": gz.subarray(0, 12),
    });
    const evidence = await readEvidence([folder]);
    const [cut, garbage, sum] = evidence.artefacts;
    expect(cut?.diagnostics[0]).toMatchObject({ code: "files.gzip-truncated", severity: "damage" });
    expect(cut?.completeness).toMatchObject({ complete: false, lowerBounds: true });
    expect(cut?.bytes).toBeGreaterThan(1000);
    expect(garbage?.diagnostics).toMatchObject([
      { code: "files.gzip-trailing", severity: "warning", where: { offset: gz.length } },
    ]);
    expect(garbage?.completeness.complete).toBe(true);
    expect(garbage?.sha256).toBe(sha256(long));
    expect(sum?.diagnostics[0]).toMatchObject({ code: "files.gzip-checksum", severity: "damage" });
    expect(reasons(evidence)).toEqual([["d-nothing.gz", "unusable", "files.gzip-truncated"]]);
  });

  test("a format's own error is told with its place", async () => {
    const folder = folderOf({
      "x.smaps": "00400000-00600000 r-xp 00000000 08:01 5 /app\nRss: x kB\n",
    });
    const evidence = await readEvidence([folder]);
    const all = evidence.artefacts.map(({ completeness }) => completeness.complete);
    const unusable = evidence.unread.map(({ reason }) => reason);
    expect([...all, ...unusable]).not.toEqual([true]);
  });
});

describe("the caps", () => {
  test("a bomb of a text that is evidence stops at the cap, and says so", async () => {
    const unit = SMAPS.repeat(1000);
    const folder = folderOf({ "smaps.gz": gzipSync(unit.repeat(50)) });
    const evidence = await readEvidence([folder], { limits: { maxStreamBytes: 1_000_000 } });
    const [artefact] = evidence.artefacts;
    const all = [
      ...(artefact?.diagnostics.map(({ code }) => code) ?? []),
      ...evidence.unread.map(({ diagnostic }) => diagnostic.code),
    ];
    expect(all.some((code) => code === "files.cut-at-cap" || code === "files.too-large")).toBe(
      true,
    );
    if (artefact !== undefined) {
      expect(artefact.bytes).toBe(1_000_000);
      expect(artefact.completeness).toMatchObject({ complete: false, lowerBounds: true });
    }
  });
});

describe("a capture's manifest", () => {
  test("is attached by file name, sealed or not", async () => {
    const lines = [
      record(1, "s/status", STATUS, { pid: 42, numGCBefore: 3, url: "http://h/x" }),
      JSON.stringify({
        ...JSON.parse(record(2, "", "")),
        file: undefined,
        bytes: undefined,
        sha256: undefined,
        source: "smaps",
        absent: "not permitted",
      }),
    ];
    const files = { "s/status": STATUS, "loose/status": STATUS };
    const unsealed = await readEvidence([
      folderOf({ ...files, "capture.jsonl": `${lines.join("\n")}\n` }),
    ]);
    expect(names(unsealed)).toEqual(["loose/status", "s/status"]);
    expect(unsealed.artefacts.map((artefact) => artefact.record?.numGCBefore)).toEqual([
      undefined,
      3,
    ]);
    expect(unsealed.absent).toMatchObject([{ source: "smaps", absent: "not permitted" }]);
    expect([unsealed.seals, codes(unsealed), unsealed.unread]).toEqual([
      [],
      ["files.capture-unsealed"],
      [],
    ]);
    const seal = JSON.stringify({
      schema: "heapwright.capture/1",
      tool: "t",
      startMs: 1,
      endMs: 2,
      target: "http://h",
      ended: "interrupted",
      records: lines.map((line) => JSON.parse(line)),
      notes: [{ code: "no-cgroup", params: {} }],
    });
    const sealed = await readEvidence([
      folderOf({ ...files, "capture.jsonl": lines.join("\n"), "capture.json": seal }),
    ]);
    expect(sealed.seals).toMatchObject([{ ended: "interrupted", notes: [{ code: "no-cgroup" }] }]);
    expect(sealed.artefacts.map((artefact) => artefact.record)).toEqual(
      unsealed.artefacts.map((artefact) => artefact.record),
    );
    expect(codes(sealed)).toEqual([]);
  });

  test("with a torn last line, a damaged seal and a capture below the folder given", async () => {
    const line = record(1, "status", STATUS);
    const folder = folderOf({
      "run/status": STATUS,
      "run/capture.jsonl": `${line}\n${line.slice(0, 90)}`,
      "run/capture.json": '{"schema":"heapwright.capture/1","tool":"t"',
    });
    const evidence = await readEvidence([folder]);
    expect(evidence.artefacts[0]?.record?.process).toBe("42");
    expect(codes(evidence)).toEqual(["files.manifest-torn", "files.seal-damaged"]);
    expect(evidence.unread).toEqual([]);
  });

  test("cut anywhere, or of any bytes, it never stops the reading", async () => {
    const lines = `${[1, 2, 3].map((seq) => record(seq, `f${seq}`, STATUS)).join("\n")}\n`;
    const folder = folderOf({ f1: STATUS, f2: STATUS, f3: STATUS });
    let attached = 0;
    const cuts = Array.from({ length: lines.length / 13 }, (_, i) => i * 13);
    for (const length of [...cuts, lines.length]) {
      writeFileSync(path.join(folder, "capture.jsonl"), lines.slice(0, length));
      const evidence = await readEvidence([folder]);
      const now = evidence.artefacts.filter((artefact) => artefact.record !== undefined).length;
      expect(evidence.artefacts).toHaveLength(3);
      expect(now).toBeGreaterThanOrEqual(attached);
      // Each line that is whole counts; a line that is cut is told, or is not there at all.
      const whole = lines
        .slice(0, length)
        .split("\n")
        .filter((line) => line.endsWith("}")).length;
      expect(now).toBe(whole);
      const isTorn = length > 0 && !/[\n}]$/.test(lines.slice(0, length));
      if (whole > 0) expect(codes(evidence).includes("files.manifest-torn")).toBe(isTorn);
      attached = now;
    }
    expect(attached).toBe(3);
    await fc.assert(
      fc.asyncProperty(fc.json(), async (json) => {
        writeFileSync(path.join(folder, "capture.jsonl"), json);
        writeFileSync(path.join(folder, "capture.json"), json);
        expect((await readEvidence([folder])).artefacts).toHaveLength(3);
      }),
      { numRuns: 40 },
    );
  });

  test("files changed, cut or removed since are told", async () => {
    const gone = record(3, "c", STATUS);
    const folder = folderOf({
      a: STATUS.replace("1024", "9999"),
      b: STATUS.slice(0, -12),
      "capture.jsonl": [record(1, "a", STATUS), record(2, "b", STATUS), gone, ""].join("\n"),
    });
    const evidence = await readEvidence([folder]);
    const [changed, cut] = evidence.artefacts;
    expect(changed?.diagnostics).toMatchObject([
      { code: "files.not-as-recorded", severity: "warning" },
    ]);
    expect(cut?.diagnostics[0]).toMatchObject({
      code: "files.shorter-than-recorded",
      severity: "damage",
      params: { bytes: STATUS.length - 12, recorded: STATUS.length },
    });
    expect(cut?.completeness.fraction).toBeCloseTo((STATUS.length - 12) / STATUS.length);
    expect(reasons(evidence)).toEqual([["c", "unreadable", "files.missing"]]);
  });

  test("names no file outside of its folder, and another program's is none", async () => {
    const outside = folderOf({ status: STATUS });
    const inner = path.join(outside, "inner");
    mkdirSync(inner);
    const lines = ["../status", "/etc/passwd", ""].map((file, i) => record(i + 1, file, STATUS));
    writeFileSync(path.join(inner, "capture.jsonl"), lines.join("\n"));
    const evidence = await readEvidence([outside]);
    expect(evidence.artefacts.map((artefact) => artefact.record)).toEqual([undefined]);
    expect(evidence.diagnostics).toMatchObject([
      { code: "files.capture-unsealed" },
      { code: "files.manifest-path", count: 3 },
    ]);
    const foreign = await readEvidence([folderOf({ "capture.json": '{"frames":[1,2]}' })]);
    expect(reasons(foreign)).toEqual([["capture.json", "unknown", "files.unknown"]]);
  });

  test("a partial file of a killed capture is named, not read", async () => {
    const folder = folderOf({
      "status.partial": STATUS,
      "capture.jsonl": `${record(1, "x", "")}\n`,
    });
    expect(reasons(await readEvidence([folder]))).toEqual([
      ["status.partial", "unusable", "files.partial"],
      ["x", "unreadable", "files.missing"],
    ]);
  });
});

test("numbers in names are compared as numbers, and the order is total", () => {
  const names = ["a10", "a9", "a", "b1c10", "b1c9", "a09", "a1b", "10", "9", "A"];
  const sorted = [...names].sort(compareNames);
  expect(sorted).toEqual(["9", "10", "A", "a", "a1b", "a09", "a9", "a10", "b1c9", "b1c10"]);
  expect([...names].reverse().sort(compareNames)).toEqual(sorted);
});

const kernel = corpus("kernel/v1-native");

test.skipIf(kernel === undefined)(
  "recorded evidence: every snapshot file has a name and a kind",
  async () => {
    const evidence = await readEvidence([`${kernel}/healthy/t1`]);
    const kinds = new Set(evidence.artefacts.map(({ table }) => table.kind));
    for (const kind of ["smaps", "proc-status", "cgroup", "profile"]) expect(kinds).toContain(kind);
    expect(names(evidence)).toEqual([...names(evidence)].sort(compareNames));
    const again = await readEvidence([`${kernel}/healthy/t1`]);
    expect(again.artefacts.map(({ id }) => id)).toEqual(evidence.artefacts.map(({ id }) => id));
  },
);
