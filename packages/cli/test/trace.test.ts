// `heapwright trace` as its users run it, on two recorded services and on damaged files.

import { spawn, spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync, gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { ParsedText } from "@heapwright/core/formats/trace/parsed-text.ts";
import { readOrder } from "@heapwright/host/trace/read-order.ts";
import { BIN, expectComplaint, heapwright, SCRATCH } from "./command.ts";

const FIXTURES = fileURLToPath(
  new URL("../../core/test/fixtures/trace-analysis/", import.meta.url),
);
const FAULTY = path.join(FIXTURES, "user-stw-faulty.trace");
const HEALTHY = path.join(FIXTURES, "user-stw-healthy.trace");

describe("heapwright trace", () => {
  test("the summary names the fault, and the healthy twin has none", async () => {
    const faulty = await heapwright(["trace", FAULTY]);
    expect(faulty.code).toBe(0);
    expect(faulty.stdout).toMatch(/FINDINGS\n {2}.*STOPS ON REQUEST/);
    for (const section of ["GC", "CYCLES", "STOPS OF THE WORLD", "MUTATOR UTILISATION"])
      expect(faulty.stdout).toContain(`\n${section}`);
    const healthy = await heapwright(["trace", HEALTHY]);
    expect(healthy.stdout).toContain("none of the faults that a trace shows");
  });

  // A terminal is what util-linux's script makes; other systems have none of that name, or another.
  const hasTerminal = spawnSync("script", ["--version"], { encoding: "utf8" });
  test.skipIf(!(hasTerminal.stdout ?? "").includes("util-linux"))(
    "on a terminal the first megabytes are told of before anything else; not with --quiet",
    () => {
      const zipped = path.join(SCRATCH, "first-look.trace.gz");
      writeFileSync(zipped, gzipSync(readFileSync(FAULTY)));
      const shown = (args: string): string => {
        const command = `stty cols 120; "${process.execPath}" "${BIN}" trace ${args} --lang en`;
        return spawnSync("script", ["-qec", command, "/dev/null"], {
          encoding: "utf8",
          stdio: ["ignore", "pipe", "pipe"],
          env: { PATH: process.env["PATH"], HOME: "/dev/null", XDG_CACHE_HOME: "/dev/null" },
        }).stdout;
      };
      const said = shown(`"${FAULTY}"`);
      const look =
        /^scanning +0 % +so far \(first [\d.]+ [KM]iB\): heap [\d.]+ \wiB, goal [\d.]+ \wiB, \d+ GC cycles?, \d+ stops?, \d+ assists?/;
      expect(said.replaceAll(/\s/g, " ").trim()).toMatch(look);
      expect(said.indexOf("STOPS ON REQUEST")).toBeGreaterThan(said.indexOf("so far (first"));
      expect(shown(`"${zipped}"`)).toContain("so far (first");
      expect(shown(`"${FAULTY}" --quiet`)).not.toContain("so far");
    },
    30_000,
  );

  test("a pipe gives what the file gives", async () => {
    const child = spawn(process.execPath, [BIN, "trace", "-", "--stw"], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    child.stdin.end(gzipSync(readFileSync(FAULTY)));
    let text = "";
    for await (const chunk of child.stdout) text += String(chunk);
    const file = await heapwright(["trace", FAULTY, "--stw"]);
    expect(text).toBe(file.stdout.replace(path.basename(FAULTY), "stdin"));
  });

  test("JSON holds what the text says, and unknown is null", async () => {
    const { stdout } = await heapwright(["trace", FAULTY, "--json"]);
    const said = JSON.parse(stdout);
    expect(said.schema).toBe("heapwright.trace/1");
    expect(said.cycles).toHaveLength(said.gc.cycles);
    expect(said.findings[0]).toMatchObject({ cause: "user-stw", fault: true });
    expect(said.goroutines.length).toBeGreaterThan(0);
    const total = said.assists.byLine.reduce((s: number, p: { wallNs: number }) => s + p.wallNs, 0);
    expect(total).toBeCloseTo(said.assists.wallNs, 0);
    expect(stdout).not.toContain("NaN");
  });

  test("sections are told alone, in both languages", async () => {
    const alone = await heapwright(["trace", FAULTY, "--stw"]);
    expect(alone.stdout).toContain("STOPS OF THE WORLD");
    expect(alone.stdout).not.toContain("CYCLES");
    const zh = await heapwright(["trace", FAULTY, "--stw", "--goroutines", "--lang", "zh"]);
    expect(zh.stdout).toContain("STW 停顿");
    expect(zh.stdout).toContain("起始函数");
  });

  test("gzipped is the same; -d=parsed and --events print events in order", async () => {
    const zipped = path.join(SCRATCH, "faulty.trace.gz");
    writeFileSync(zipped, gzipSync(readFileSync(FAULTY)));
    const [plain, packed] = await Promise.all([
      heapwright(["trace", FAULTY, "-d=parsed"]),
      heapwright(["trace", zipped, "--d=parsed"]),
    ]);
    expect(packed.stdout).toBe(plain.stdout);
    const times = [...plain.stdout.matchAll(/^M=.* Time=(\d+)/gm)].map((m) => Number(m[1]));
    expect(times.length).toBeGreaterThan(1000);
    expect(times.every((t, i) => i === 0 || t > (times[i - 1] ?? 0))).toBe(true);
    const some = await heapwright(["trace", FAULTY, "--events", "10ms..30ms"]);
    const first = times[0] ?? 0;
    const within = times.filter((t) => t - first >= 10e6 && t - first < 30e6);
    const printed = [...some.stdout.matchAll(/^M=.* Time=(\d+)/gm)].map((m) => Number(m[1]));
    // Sync events are of a generation, not of a moment.
    expect(within.length - printed.length).toBeLessThanOrEqual(1);
    expect(printed.every((t) => within.includes(t))).toBe(true);
  });

  test("-d=parsed across threads is the text of one thread, of broken traces too", async () => {
    const bytes = readFileSync(FAULTY);
    const files = [FAULTY, HEALTHY];
    for (const part of [0.02, 0.3, 0.61, 0.9, 1]) {
      const file = path.join(SCRATCH, `part-${part}.trace`);
      const broken = Buffer.from(bytes.subarray(0, Math.floor(bytes.length * part)));
      // Numbers too long to be any, in the midst of the whole one.
      if (part === 1) broken.fill(0xff, Math.floor(bytes.length * 0.6));
      writeFileSync(file, broken);
      files.push(file);
    }
    let faults = 0;
    for (const file of files) {
      const chunks: Buffer[] = [];
      const late: ParsedText[] = [];
      const { fault } = await readOrder(file, (reader) => {
        const { interner, number } = reader;
        const keep = (chunk: Uint8Array) => chunks.push(Buffer.from(chunk));
        const text = new ParsedText(interner, number, () => reader.baseNs, keep);
        late.push(text);
        return text;
      });
      late[0]?.flush();
      const run = await heapwright(["trace", file, "-d=parsed"]);
      expect(run.stdout === Buffer.concat(chunks).toString("utf8"), file).toBe(true);
      expect(run.code, file).toBe(fault === undefined ? 0 : 3);
      if (fault === undefined) continue;
      faults += 1;
      expect(run.stderr).toContain(fault.message);
    }
    expect(faults).toBeGreaterThan(2);
  }, 60_000);

  test("a cut trace tells what is lost; what is no trace is one sentence", async () => {
    const bytes = readFileSync(FAULTY);
    const cut = path.join(SCRATCH, "cut.trace");
    writeFileSync(cut, bytes.subarray(0, Math.floor(bytes.length * 0.7)));
    const run = await heapwright(["trace", cut]);
    if (run.code === 0) expect(run.stdout).toContain("DAMAGE");
    else expectComplaint(run, 3, /cut\.trace/);
    const other = path.join(SCRATCH, "other.trace");
    writeFileSync(other, "<html>404</html>");
    expectComplaint(await heapwright(["trace", other]), 3, /other\.trace is no.*a web page/s);
    const profile = path.join(SCRATCH, "heap.txt");
    writeFileSync(profile, "heap profile: 1: 16 [1: 16] @ heap/1048576\n1: 16 [1: 16] @ 0x1\n");
    expectComplaint(await heapwright(["trace", profile]), 3, /Try: heapwright show heap\.txt/);
    expectComplaint(await heapwright(["trace", SCRATCH]), 3, /is a folder/);
    expectComplaint(await heapwright(["trace", path.join(SCRATCH, "none")]), 3, /does not exist/);
    expectComplaint(await heapwright(["trace", FAULTY, "-d=wired"]), 2, /-d takes/);
    expectComplaint(
      await heapwright(["trace", FAULTY, "--events", "5s..1s"]),
      2,
      /before it begins/,
    );
  });

  test("what is written: wire text, footprint, profile, Perfetto, an anonymised cut", async () => {
    const wire = await heapwright(["trace", FAULTY, "-d=wire"]);
    expect(wire.stdout).toMatch(/^EventBatch gen=1 /m);
    const footprint = await heapwright(["trace", FAULTY, "-d=footprint"]);
    expect(footprint.stdout).toMatch(/^Event +Bytes +% +Count/);
    const profile = path.join(SCRATCH, "stw.pb.gz");
    expect((await heapwright(["trace", FAULTY, "-pprof=stw", "-o", profile])).code).toBe(0);
    expect(gunzipSync(readFileSync(profile)).length).toBeGreaterThan(100);
    const perfetto = path.join(SCRATCH, "x.pftrace");
    const told = await heapwright(["trace", FAULTY, "--perfetto", perfetto]);
    expect(told.stderr).toContain("wrote");
    expect(readFileSync(perfetto).length).toBeGreaterThan(1000);
    const copy = path.join(SCRATCH, "anonymous.trace");
    const cut = await heapwright(["trace", FAULTY, "--anonymize", copy, "--cut", "0s..1s"]);
    expect(cut.stderr).toMatch(/words replaced/);
    expect(readFileSync(copy).includes("user-stw")).toBe(false);
    const again = await heapwright(["trace", copy]);
    expect(again.stdout).toContain("STOPS ON REQUEST");
    expectComplaint(await heapwright(["trace", FAULTY, "--cut", "0s..1s"]), 2, /-o FILE/);
    expectComplaint(await heapwright(["trace", FAULTY, "-pprof=heap"]), 2, /-pprof takes one of/);
    expectComplaint(
      await heapwright(["trace", FAULTY, "--cut", "900s..901s", "-o", copy]),
      3,
      /lies in that time/,
    );
  });
});
