import { describe, expect, test } from "vitest";
import { profilePicture, PICTURE_LIMITS } from "@heapwright/core/pictures/profile/picture.ts";
import { BEFORE, heapProfile, recordedProfile, SHOP, wideProfile } from "../test/profiles.ts";
import { decodeProfile, encodeProfile, shownName } from "./profile-data.ts";

describe("a profile's picture as bytes", () => {
  test.each([
    ["a heap", () => heapProfile(SHOP)],
    ["a recorded heap", () => recordedProfile("go1.26.allocs.pb.gz")],
    ["goroutines", () => recordedProfile("go1.26.goroutine.pb.gz")],
    ["CPU", () => recordedProfile("go1.26.cpu.pb.gz")],
    ["blocking", () => recordedProfile("go1.26.block.pb.gz")],
    ["a delta", () => recordedProfile("go1.26.heap-delta.pb.gz")],
    ["nothing", () => heapProfile([])],
    ["a part", () => wideProfile(500)],
  ])("%s comes back as it was", (what, make) => {
    const limits =
      what === "a part" ? { ...PICTURE_LIMITS, nodes: 50, frames: 30 } : PICTURE_LIMITS;
    const picture = profilePicture(make(), 0, limits, undefined, {
      hasSource: (name) => name !== "main.main",
      held: [1, 2],
    });
    const back = decodeProfile(encodeProfile(picture));
    const { labels, ...carried } = picture;
    expect(Array.isArray(labels)).toBe(true);
    expect(back.types).toEqual(carried.types);
    expect(back.names).toEqual(carried.names);
    expect(back.total).toEqual(carried.total);
    for (const which of ["down", "up"] as const) {
      for (const column of ["parent", "frame", "line", "stacks"] as const) {
        expect([which, column, back[which][column]]).toEqual([
          which,
          column,
          carried[which][column],
        ]);
      }
      // Rows may be renumbered; what each node has must not change. Floats keep 7 digits.
      for (let i = 0; i < back[which].length; i++) {
        const a = carried[which].ownRow[i] ?? -1;
        const b = back[which].ownRow[i] ?? -1;
        expect(a < 0).toBe(b < 0);
        if (a < 0) continue;
        for (let f = 0; f < picture.width; f++) {
          const was = carried[which].own[a * picture.width + f] ?? 0;
          const is = back[which].own[b * picture.width + f] ?? 0;
          expect(Math.abs(is - was)).toBeLessThanOrEqual(Math.abs(was) * 1e-7);
        }
      }
    }
    expect(back.frames.frame).toEqual(carried.frames.frame);
    expect(back.frames.others).toBe(carried.frames.others);
    expect(back.lines.line).toEqual(carried.lines.line);
    expect(back.held).toEqual([1, 2]);
    for (const column of ["frame", "startLine", "start", "line"] as const) {
      expect(back.functions[column]).toEqual(carried.functions[column]);
    }
    expect(back.functions.cum.length).toBe(carried.functions.cum.length);
    expect(back.cells === undefined).toBe(labels.length === 0);
    if (carried.cells !== undefined) {
      for (const column of ["down", "up", "set", "sets"] as const) {
        expect(back.cells?.[column]).toEqual(carried.cells[column]);
      }
      for (const { at } of picture.series) {
        for (let i = at; i < carried.cells.rows.length; i += picture.width) {
          expect(back.cells?.rows[i]).toBe(carried.cells.rows[i]);
        }
      }
    }
    for (const { at } of picture.series) {
      for (let i = at; i < carried.frames.cum.length; i += picture.width) {
        expect(back.frames.cum[i]).toBe(carried.frames.cum[i]);
        expect(back.frames.flat[i]).toBe(carried.frames.flat[i]);
      }
    }
  });

  test("bytes that end too early are no profile", () => {
    const bytes = encodeProfile(profilePicture(heapProfile(BEFORE), 3));
    for (const length of [3, 40, bytes.length - 1]) {
      expect(() => decodeProfile(bytes.slice(0, length))).toThrow();
    }
  });

  test("names are shown, not interpreted", () => {
    expect(shownName("a\u0000b\u202ec")).toBe("a‹U+0000›b‹U+202E›c");
    expect(shownName("x".repeat(5000)).length).toBeLessThanOrEqual(512);
  });
});
