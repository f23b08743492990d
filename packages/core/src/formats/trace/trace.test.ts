import { describe, expect, it } from "vitest";
import { bytesOf, checkChunks, readAll, utf8 } from "../../../test/reading.ts";
import { corpus } from "../../../test/corpus.ts";
import { filesBelow } from "../../../test/system-fixtures.ts";
import { FormatError } from "../../model/errors.ts";
import { traceFormat } from "./trace.ts";

const HEADER = utf8("go 1.26 trace\0\0\0");

describe("trace", () => {
  it("reads the header and counts the bytes", () => {
    const bytes = new Uint8Array(100);
    bytes.set(HEADER);
    expect(traceFormat.detect(bytes, "x")?.strength).toBe("certain");
    const result = readAll(traceFormat, bytes);
    expect(result.table).toEqual({
      kind: "trace",
      version: "go 1.26",
      bytes: 100,
      memory: undefined,
    });
    expect(result.diagnostics.map((d) => [d.code, d.severity])).toEqual([
      ["trace.header-only", "note"],
    ]);
    checkChunks(traceFormat, bytes);
  });

  it("refuses anything shorter or other", () => {
    for (let at = 0; at < HEADER.length; at++) {
      expect(traceFormat.detect(HEADER.subarray(0, at), "x")).toBeUndefined();
      expect(() => readAll(traceFormat, HEADER.subarray(0, at))).toThrow(FormatError);
    }
    expect(traceFormat.detect(utf8("go 1.26 trace of my code"), "x")).toBeUndefined();
    expect(traceFormat.detect(utf8("go 2.26 trace\0\0\0"), "x")).toBeUndefined();
  });

  const folder = corpus("go-trace");
  it.skipIf(folder === undefined)("recognises the traces of the corpus", () => {
    let traces = 0;
    for (const path of filesBelow(folder ?? "")) {
      const bytes = bytesOf(path);
      if (traceFormat.detect(bytes.subarray(0, 65_536), path) === undefined) continue;
      const { table } = readAll(traceFormat, bytes, path);
      expect(table, path).toMatchObject({ kind: "trace", bytes: bytes.length });
      traces += 1;
    }
    expect(traces).toBeGreaterThan(0);
  });
});
