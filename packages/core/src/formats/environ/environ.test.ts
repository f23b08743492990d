import { existsSync } from "node:fs";
import { describe, expect, it } from "vitest";
import {
  bytesOf,
  checkChunks,
  checkCuts,
  checkNoise,
  codesOf,
  readAll,
  utf8,
} from "../../../test/reading.ts";
import { fixture, isTorn, kernelFiles } from "../../../test/system-fixtures.ts";
import { FormatError } from "../../model/errors.ts";
import { isGoVariable } from "../../model/go-env.ts";
import { environFormat } from "./environ.ts";

const recorded = fixture("proc/environ");
const lines = fixture("proc/environ.lines");

function variables(bytes: Uint8Array, name = "environ"): ReadonlyMap<string, string> {
  const { table } = readAll(environFormat, bytes, name);
  if (table.kind !== "go-env") throw new Error(table.kind);
  return table.variables;
}

const KEPT = new Map([
  ["GOGC", "50"],
  ["GOMEMLIMIT", "48MiB"],
  ["GODEBUG", "madvdontneed=1"],
]);

describe("environ", () => {
  it("keeps Go's variables and no other value", () => {
    expect(environFormat.detect(recorded, "x")).toEqual({ format: "environ", strength: "likely" });
    const result = readAll(environFormat, recorded);
    expect(variables(recorded)).toEqual(KEPT);
    // GOOGLE_API_KEY was dropped; only how many.
    expect(result.diagnostics).toEqual([
      { code: "environ.dropped", severity: "note", count: 1, params: { variables: 1 } },
    ]);
    const { table } = result;
    if (table.kind !== "go-env") throw new Error(table.kind);
    const kept = JSON.stringify([...table.variables, result.diagnostics]);
    expect(kept).not.toContain("not-a-real");
  });

  it("reads lines, where a value with newlines may look like a variable", () => {
    expect(environFormat.detect(lines, "environ.lines")?.strength).toBe("likely");
    expect(variables(lines)).toEqual(KEPT);
    expect(codesOf(readAll(environFormat, lines))).toEqual(["environ.repeated", "environ.dropped"]);
  });

  it("lets the first of two equal names win, as getenv does", () => {
    expect(variables(utf8("GOGC=1\0A=b\0GOGC=2\0"))).toEqual(new Map([["GOGC", "1"]]));
  });

  it("keeps an empty value, which is not the same as none", () => {
    expect(variables(utf8("A=b\0GOGC=\0"))).toEqual(new Map([["GOGC", ""]]));
  });

  it("knows which names may be kept", () => {
    for (const name of [
      "GOGC",
      "GOMEMLIMIT",
      "GODEBUG",
      "GOMAXPROCS",
      "GOTRACEBACK",
      "GOROOT",
      "GO386",
    ]) {
      expect(isGoVariable(name), name).toBe(true);
    }
    for (const name of [
      "GOOGLE_API_KEY",
      "GOOGLEKEY",
      "GO_TOKEN",
      "GOPROXY",
      "GOAUTH",
      "GO",
      "gogc",
      "AGOGC",
      "PATH",
    ]) {
      expect(isGoVariable(name), name).toBe(false);
    }
  });

  it("reports a cut inside an entry and reads alike in any chunks", () => {
    // An environment has no end mark: after a whole entry it may well end.
    checkCuts(environFormat, recorded, "environ", {
      isUndetectable: (kept) => kept.at(-1) === 0,
    });
    checkCuts(environFormat, utf8("A=b\nGOGC=50\nLONG=value\n"), "environ", {
      isUndetectable: (kept) => kept.at(-1) === 10,
    });
    checkChunks(environFormat, recorded);
    checkNoise(environFormat, recorded, "environ", 6, 200);
  });

  it("is careful with its claims", () => {
    const logfmt = "time=2026-11-26T00:00:00Z level=INFO msg=a\n".repeat(5);
    expect(environFormat.detect(utf8(logfmt), "app.log")).toBeUndefined();
    expect(environFormat.detect(utf8("a=1\nb=2\n"), "x.txt")).toBeUndefined();
    expect(environFormat.detect(utf8("a=1\nb=2\nc=3\nsome prose\n"), "x.txt")).toBeUndefined();
    expect(environFormat.detect(utf8("a=1\nb=2\nc=3\n"), "x.txt")?.strength).toBe("likely");
    expect(environFormat.detect(utf8("GOGC=1\n"), "pod/env.txt")?.strength).toBe("likely");
    expect(environFormat.detect(utf8("GOGC=1\n"), "pod/notenv.txt")).toBeUndefined();
    expect(
      environFormat.detect(utf8("gc 1 @0.1s 2%: 0.1+1+0 ms clock\n"), "environ"),
    ).toBeUndefined();
    expect(environFormat.detect(new Uint8Array(0), "environ")).toBeUndefined();
    expect(() => readAll(environFormat, utf8("no entries\n"))).toThrow(FormatError);
  });

  const files = kernelFiles("environ.lines");
  it.skipIf(files.length === 0)("reads every environment of the kernel corpus", () => {
    for (const path of files) {
      const bytes = bytesOf(path);
      expect(environFormat.detect(bytes, path)?.strength, path).toBe("likely");
      const result = readAll(environFormat, bytes, path);
      if (!isTorn(path)) expect(result.diagnostics, path).toEqual([]);
      expect(variables(bytes, path).get("GODEBUG"), path).toBe("gctrace=1");
      const hasLimit = /gomemlimit/.test(path) && !isTorn(path);
      expect(variables(bytes, path).get("GOMEMLIMIT"), path).toBe(
        hasLimit ? "241591910" : undefined,
      );
    }
    expect(files.length).toBeGreaterThan(30);
  });

  it.skipIf(!existsSync("/proc/self/environ"))("reads this process", () => {
    const bytes = bytesOf("/proc/self/environ");
    expect(environFormat.detect(bytes, "environ")?.strength).toBe("likely");
    for (const name of variables(bytes).keys()) expect(isGoVariable(name)).toBe(true);
  });
});
