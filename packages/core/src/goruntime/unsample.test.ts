import { describe, expect, it } from "vitest";
import { fixture, fixtureNames, profileOf, readWith } from "../../test/profile-testkit.ts";
import { rawText } from "../analysis/profile/raw-text.ts";
import { encodeProfile } from "../formats/pprof/encode.ts";
import { pprofFormat } from "../formats/pprof/format.ts";
import { profileTextFormat } from "../formats/profile-text/format.ts";
import type { ProfileTable } from "../model/tables/profile.ts";
import { heapRows } from "./heap-rows.ts";
import { asAddresses, heapScale, unsampled } from "./unsample.ts";

const FOLDER = "profile-text";
const tableOf = (name: string): ProfileTable =>
  profileOf(readWith(profileTextFormat, fixture(`${FOLDER}/${name}.txt`), { name }));
const dump = (table: ProfileTable): string => Array.from(rawText(table)).join("");

describe("debug=1 texts as google/pprof reads them", () => {
  const names = fixtureNames(FOLDER, /\.pprof\.string$/).map((name) =>
    name.replace(".pprof.string", ""),
  );

  it.each(names)("%s: addresses, scaled values and sizes, to the last byte", (name) => {
    const expected = new TextDecoder().decode(fixture(`${FOLDER}/${name}.pprof.string`));
    const table = asAddresses(tableOf(name));
    expect(dump(table)).toBe(expected);
    expect(dump(profileOf(readWith(pprofFormat, encodeProfile(table))))).toBe(expected);
  });
});

describe("unsampled", () => {
  it.each(["go1.22.heap", "go1.26.heap", "go1.27.heap"])(
    "%s keeps its counts, frames and sums",
    (name) => {
      const text = tableOf(name);
      const scaled = unsampled(text);
      expect(scaled.encoding).toBe("proto");
      expect(scaled.stacks).toBe(text.stacks);
      const before = heapRows(text);
      const after = heapRows(scaled);
      expect(after?.counts).toBe("exact");
      expect(after?.inuse).toEqual(before?.inuse);
      expect(after?.allocs).toEqual(before?.allocs);
    },
  );

  it("scaled once, it is not scaled again; other kinds are as they were", () => {
    const scaled = unsampled(tableOf("go1.26.heap"));
    expect(unsampled(scaled)).toBe(scaled);
    const goroutines = tableOf("go1.26.goroutine");
    expect(unsampled(goroutines)).toBe(goroutines);
    expect(() => encodeProfile(tableOf("go1.26.heap"))).toThrow(RangeError);
  });

  it.each([
    [0, 0, 524288, 0],
    [3, 0, 524288, 0],
    [3, 30, 1, 1],
    [3, 30, 0, 1],
    [1, 524288, 524288, 1 / (1 - Math.exp(-1))],
  ])("%d objects of %d bytes at rate %d scale by %d", (count, size, rate, scale) => {
    expect(heapScale(count, size, rate)).toBe(scale);
  });
});
