import { describe, expect, it } from "vitest";
import { profileOf, readWith, stackOf } from "../../../test/profile-testkit.ts";
import { heapRows } from "../../goruntime/heap-rows.ts";
import { MessageWriter } from "../../model/builders/proto-writer.ts";
import { pprofFormat } from "./format.ts";

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

/** What goref's profileBuilder writes (pkg/proc/protobuf.go), field by field. */
function goref(
  paths: readonly (readonly [readonly string[], number, number])[],
  file = "-",
): Uint8Array {
  const strings = ["", "inuse_objects", "count", "inuse_space", "bytes"];
  const out = new MessageWriter();
  const inner = new MessageWriter();
  const nested = new MessageWriter();
  for (const [type, unit] of [
    [1, 2],
    [3, 4],
  ]) {
    inner.clear();
    inner.always(1, type);
    inner.always(2, unit);
    out.message(1, inner);
  }
  const index = (name: string): number => {
    const known = strings.indexOf(name);
    return known >= 0 ? known : strings.push(name) - 1;
  };
  for (const [names, count, bytes] of paths) {
    inner.clear();
    // At most two values go unpacked.
    inner.always(2, count);
    inner.always(2, bytes);
    for (const name of names) inner.always(1, index(name));
    out.message(2, inner);
  }
  for (let i = 5; i < strings.length; i++) {
    inner.clear();
    inner.number(1, i);
    nested.clear();
    nested.number(1, i);
    inner.message(4, nested);
    out.message(4, inner);
    inner.clear();
    inner.number(1, i);
    inner.number(2, i);
    out.message(5, inner);
  }
  inner.clear();
  inner.number(1, 1);
  inner.number(3, 0xff);
  inner.number(5, index(file));
  inner.always(7, 0);
  out.message(3, inner);
  for (const text of strings) out.bytes(6, utf8(text));
  return out.out.finish();
}

const PATHS = [
  [["$elem (*main.item)", "items ([]*main.item)", "main.cache"], 3, 4096],
  [["main.cache"], 1, 24],
] as const;

describe("goref's reference paths", () => {
  it("are read as they are, but are no heap profile", () => {
    const result = readWith(pprofFormat, goref(PATHS));
    const table = profileOf(result);
    expect(table.profileKind).toBe("other");
    expect(table.values.map((column) => [...column])).toEqual([
      [3, 1],
      [4096, 24],
    ]);
    expect(stackOf(table, table.rowStack[0]).map(([line]) => line)).toEqual([
      "$elem (*main.item) :0",
      "items ([]*main.item) :0",
      "main.cache :0",
    ]);
    expect(table.defaultSampleType).toBe(1);
    expect(result.diagnostics.map(({ code, severity }) => `${severity} ${code}`)).toEqual([
      "note pprof.reference-paths",
      "note pprof.period-missing",
    ]);
    expect(result.completeness.complete).toBe(true);
  });

  it("a heap without a period whose mapping is real stays a heap", () => {
    const table = profileOf(readWith(pprofFormat, goref(PATHS, "/srv/app")));
    expect(table.profileKind).toBe("heap");
    expect(heapRows(table)).toBeDefined();
  });
});
