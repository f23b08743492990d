// Whatever is given: one sentence with what to do and exit 3, or an answer that says what was lost.

import { chmodSync, createWriteStream, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGzip, gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { expectComplaint, expectNoTrace, heapwright, type Finished } from "./command.ts";
import {
  field,
  gctrace,
  GOROUTINES,
  heapText,
  OLDER_GZ,
  PROFILE,
  PROFILE_GZ,
  varint,
} from "./inputs.ts";
import { temporaryFolder } from "./temporary.ts";

const isRoot = process.getuid?.() === 0;
const NOBODY = 65_534;
const HTML = "<!DOCTYPE html><html><head><title>404 Not Found</title></head></html>";

function fileOf(name: string, bytes: Uint8Array | string): string {
  const file = path.join(temporaryFolder(), name);
  writeFileSync(file, bytes);
  return file;
}

interface Json {
  readonly status: string;
  readonly diagnostics: readonly { readonly code: string; readonly artefact: string }[];
  readonly processes: readonly unknown[];
}

async function answered(args: readonly string[]): Promise<Json> {
  const run = await heapwright(["why", ...args, "--json"]);
  expectNoTrace(run);
  expect({ code: run.code, stderr: run.stderr }).toEqual({ code: 0, stderr: "" });
  return JSON.parse(run.stdout);
}

describe("a file that cannot be used", () => {
  const index31 = Buffer.concat([varint(0x08), varint(2 ** 31), varint(0x10), varint(2 ** 31)]);
  test.each<[string, Uint8Array | string, RegExp]>([
    ["truncated gzip", PROFILE_GZ.subarray(0, PROFILE_GZ.length / 2), /curl/],
    ["half a protobuf", PROFILE.subarray(0, PROFILE.length / 2), /curl/],
    ["a string index of 2^31", Buffer.concat([PROFILE, field(1, index31)]), /curl/],
    ["a web page", HTML, /heapwright why --missing/],
    ["a 404", "404 page not found\n", /heapwright why --missing/],
    ["nothing at all", "", /curl/],
    ["noise", Buffer.from(Array.from({ length: 5_000 }, (_, i) => (i * 7919) % 251)), /--missing/],
  ])("%s", async (name, bytes, says) => {
    const file = fileOf("heap.pb.gz", bytes);
    const run = await heapwright(["why", file]);
    expectComplaint(run, 3, says);
    expect(run.stderr, name).toContain("heap.pb.gz");
    expect((await heapwright(["why", file, "--json"])).code).toBe(3);
  });

  test("an endless varint", async () => {
    const endless = Buffer.alloc(100_000, 0xff);
    const file = fileOf("heap.pb", Buffer.concat([PROFILE.subarray(0, 50), endless]));
    expectComplaint(await heapwright(["why", file]), 3, /heap\.pb/);
  });

  test("an executable that is not Go", async () => {
    expectComplaint(await heapwright(["why", process.execPath]), 3, /Go/);
  });

  test("1 GiB of zeros in a gzip: less than 500 MB of memory", async () => {
    const file = path.join(temporaryFolder(), "heap.pb.gz");
    const block = Buffer.alloc(1 << 20);
    await pipeline(
      Readable.from(
        (function* () {
          for (let i = 0; i < 1024; i++) yield block;
        })(),
      ),
      createGzip({ level: 1 }),
      createWriteStream(file),
    );
    const run = await heapwright(["why", file]);
    expectComplaint(run, 3, /heap\.pb\.gz/);
    expect(run.peakRss).toBeLessThan(500e6);
  });

  test("a bomb behind the beginning of a profile", async () => {
    const file = fileOf(
      "heap.pb.gz",
      Buffer.concat([gzipSync(PROFILE), gzipSync(Buffer.alloc(300 * 2 ** 20))]),
    );
    const run = await heapwright(["why", file]);
    expectNoTrace(run);
    expect(run.peakRss === 0 || run.peakRss < 1e9).toBe(true);
    expect(`${run.stdout}${run.stderr}`).toContain("heap.pb.gz");
  });
});

describe("a path", () => {
  test.each([
    ["nosuch", /nosuch does not exist.*heapwright why http:\/\/nosuch:6060/],
    ["6060", /--pid 6060.*:6060/],
    ["heap.pb.gz", /heap\.pb\.gz does not exist/],
  ])("%s is missing", async (name, says) => {
    const cwd = temporaryFolder();
    expectComplaint(await heapwright(["why", name], { cwd }), 3, says);
    expectComplaint(await heapwright(["view", name], { cwd }), 3, says);
    expectComplaint(await heapwright(["evidence", "00000000", name], { cwd }), 3, /does not exist/);
  });

  test("an empty folder", async () => {
    expectComplaint(await heapwright(["why", temporaryFolder()]), 3, /heapwright why --missing/);
  });

  test("a device", async () => {
    expectComplaint(await heapwright(["why", "/dev/null"]), 3, /\/dev\/null/);
  });

  test.runIf(isRoot)("another user's file and folder", async () => {
    const folder = temporaryFolder();
    const file = path.join(folder, "heap.pb.gz");
    writeFileSync(file, PROFILE_GZ);
    chmodSync(file, 0o600);
    const locked = path.join(folder, "locked");
    mkdirSync(locked, { mode: 0o700 });
    for (const at of [file, locked])
      expectComplaint(await heapwright(["why", at], { uid: NOBODY }), 3, /user/);
  });
});

describe("a folder of good and broken files says what was lost", () => {
  test("each broken file is named", async () => {
    const folder = temporaryFolder();
    const put = (name: string, bytes: Uint8Array | string) =>
      writeFileSync(path.join(folder, name), bytes);
    put("heap-1.pb.gz", PROFILE_GZ);
    put("cut.pb.gz", PROFILE_GZ.subarray(0, 500));
    put("garbage.pb.gz", Buffer.concat([OLDER_GZ, Buffer.from("and more")]));
    put("page.html", HTML);
    put("empty.pb.gz", "");
    put("goroutine.txt", GOROUTINES);
    const answer = await answered([folder]);
    const named = new Set(answer.diagnostics.map((d) => d.artefact));
    for (const name of ["cut.pb.gz", "page.html", "empty.pb.gz"])
      expect([...named]).toContain(name);
    const run = await heapwright(["why", folder]);
    expectNoTrace(run);
    expect(run.stdout).toContain("cut.pb.gz");
    expect(run.stdout).toContain("garbage.pb.gz");
  });

  test("garbage behind a protobuf is damage", async () => {
    const file = fileOf("heap.pb", Buffer.concat([PROFILE, Buffer.from("trailing garbage")]));
    const answer = await answered([file]);
    expect(answer.diagnostics.map((d) => d.code)).toContain("pprof.not-a-field");
  });

  test("twenty processes stay twenty", async () => {
    const folder = temporaryFolder();
    for (let i = 0; i < 20; i++) {
      const own = path.join(folder, `pod-${i}`);
      mkdirSync(own);
      writeFileSync(
        path.join(own, "gc.log"),
        gctrace({ cycles: 30, firstMiB: 20 + i, stepMiB: 0, process: i }),
      );
      writeFileSync(path.join(own, "heap.txt"), heapText(300 + i, 29, 1_700_000_000 + i * 17));
    }
    const answer = await answered([folder]);
    expect(answer.processes.length).toBeGreaterThanOrEqual(20);
    const run = await heapwright(["why", folder]);
    expectNoTrace(run);
    expect(run.stdout.split("\n").length).toBeLessThan(400);
  });
});

test("what is said on both channels is for people: no run above printed a trace", async () => {
  const run: Finished = await heapwright(["why", fileOf("x.txt", "\u001b[31mred\u001b[0m")]);
  expectComplaint(run, 3, /x\.txt/);
  expect(run.stderr).not.toContain("\u001b");
});
