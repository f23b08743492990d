// `heapwright pprof` on what is odd and allowed: expectations are what `go tool pprof` (Go 1.26) prints.

import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync, gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { BIN, heapwright, SCRATCH } from "./command.ts";
import { field, PROFILE_GZ, varint } from "./inputs.ts";
import { temporaryFolder } from "./temporary.ts";

const TEXTS = fileURLToPath(new URL("../../core/test/fixtures/profile-text/", import.meta.url));

function fileOf(name: string, bytes: Uint8Array | string): string {
  const file = path.join(temporaryFolder(), name);
  writeFileSync(file, bytes);
  return file;
}

const number = (of: number, value: number): Buffer =>
  Buffer.concat([varint(of * 8), varint(value)]);

/** One sample of one function with one label; names are bytes. */
function made(name: Uint8Array, label: Uint8Array): Buffer {
  const strings = ["", "samples", "count", "", "key", ""].map((text) => Buffer.from(text));
  strings[3] = Buffer.from(name);
  strings[5] = Buffer.from(label);
  return Buffer.concat([
    field(1, Buffer.concat([number(1, 1), number(2, 2)])),
    field(
      2,
      Buffer.concat([
        field(1, varint(1)),
        field(2, varint(7)),
        field(3, Buffer.concat([number(1, 4), number(2, 5)])),
      ]),
    ),
    field(4, Buffer.concat([number(1, 1), field(4, Buffer.concat([number(1, 1), number(2, 3)]))])),
    field(5, Buffer.concat([number(1, 1), number(2, 3), number(3, 3)])),
    ...strings.map((text) => field(6, text)),
  ]);
}

/** Standard output as bytes: text would hide what this is about. */
function bytesOf(args: readonly string[]): Buffer {
  const { stdout, stderr, status } = spawnSync(process.execPath, [BIN, "pprof", ...args], {
    env: { PATH: process.env["PATH"], HOME: "/dev/null", TZ: "UTC" },
  });
  expect(stderr.toString()).toBe("");
  expect(status).toBe(0);
  return stdout;
}

describe("names that are no UTF-8", () => {
  const NAME = Buffer.from([0x66, 0xff, 0x80, 0xe4, 0xb8, 0x2e, 0x67]);
  const file = path.join(SCRATCH, "odd.pb");
  writeFileSync(file, made(NAME, Buffer.from([0xfe, 0x78])));

  test.each(["-top", "-tree", "-traces", "-raw", "-dot", "-peek=f", "-callgrind"])(
    "come out of %s as they went in",
    (command) => {
      const out = bytesOf([command, file]);
      expect(out.includes(NAME)).toBe(true);
      expect(out.includes("\ufffd")).toBe(false);
    },
  );

  test("come out of -tags and -proto as they went in", () => {
    expect(bytesOf(["-tags", file]).includes(Buffer.from([0x20, 0xfe, 0x78, 0x0a]))).toBe(true);
    expect(gunzipSync(bytesOf(["-proto", "-symbolize=none", file])).includes(NAME)).toBe(true);
  });

  test("are one character each for patterns", () => {
    const focused = bytesOf(["-top", "-focus=^f..", file]).toString("latin1");
    expect(focused).toContain("100%");
  });

  test("are U+FFFD for the verbs that show profiles in another form", async () => {
    const { stdout } = await heapwright(["show", file]);
    expect(stdout).toContain("f\ufffd");
  });
});

describe("a text of debug=1", () => {
  test("under -symbolize=none has the addresses that go tool pprof reads", async () => {
    const text = path.join(TEXTS, "go1.26.heap.txt");
    const { stdout } = await heapwright(["pprof", "-raw", "-symbolize=none", text]);
    const expected = readFileSync(path.join(TEXTS, "go1.26.heap.pprof.string"), "utf8");
    const locations = (of: string): string => of.slice(of.indexOf("Locations\n"));
    // The expected file went through a protobuf, which holds no size of 0.
    expect(locations(stdout)).toBe(locations(expected));
    expect(stdout.replaceAll(/^ +bytes:\[0\]\n/gm, "")).toBe(expected);
  });
});

describe("flags", () => {
  const heap = path.join(SCRATCH, "odd-heap.pb.gz");
  writeFileSync(heap, PROFILE_GZ);

  test.each([
    ["-nodefraction=1e400", 'invalid value "1e400" for flag -nodefraction: value out of range'],
    ["-nodecount=99999999999999999999", "value out of range"],
    ["-nodecount=0b2", "parse error"],
  ])("%s is refused as Go does", async (flag, message) => {
    const run = await heapwright(["pprof", "-top", flag, heap]);
    expect(run.code).toBe(2);
    expect(run.stderr).toContain(message);
  });

  test.each(["-nodefraction=0x1p-4", "-nodefraction=inf", "-edgefraction=NaN", "-nodecount=0b11"])(
    "%s is taken as Go does",
    async (flag) => {
      const run = await heapwright(["pprof", "-top", flag, heap]);
      expect(run.code).toBe(0);
      expect(run.stdout).toContain("Showing nodes");
    },
  );

  test("an option of -symbolize that does not exist is said and ignored", async () => {
    const run = await heapwright(["pprof", "-top", "-symbolize=bogus", heap]);
    expect(run.code).toBe(0);
    expect(run.stderr).toContain("ignoring unrecognized symbolization option: bogus");
  });
});

describe("sources that do not fit", () => {
  test("are told as go tool pprof tells them", async () => {
    const heap = fileOf("heap.pb.gz", PROFILE_GZ);
    const other = fileOf("other.pb.gz", gzipSync(made(Buffer.from("f"), Buffer.from("x"))));
    const sources = await heapwright(["pprof", "-top", heap, other]);
    expect(sources.stderr).toBe(
      "problem fetching source profiles: profiles have empty common sample type list\n",
    );
    const base = await heapwright(["pprof", "-top", `-base=${other}`, "-normalize", heap]);
    expect(base.stderr).toBe("incompatible period types &{space bytes 0 0} and &{  0 0}\n");
  });
});

test("a shell whose report cannot be written says so and goes on", () => {
  const heap = fileOf("heap.pb.gz", PROFILE_GZ);
  const { stdout, stderr, status } = spawnSync(process.execPath, [BIN, "pprof", heap], {
    input: "top >/nonexistent/folder/x\ntop 1\ncum\n",
    env: { PATH: process.env["PATH"], HOME: "/dev/null", TZ: "UTC" },
    cwd: temporaryFolder(),
  });
  expect(status).toBe(0);
  expect(stderr.toString()).toContain("open /nonexistent/folder/x: no such file or directory\n");
  expect(stderr.toString()).toContain('unknown config field "cum"\n');
  expect(stdout.toString()).toContain("Showing nodes");
});
