import { describe, expect, test } from "vitest";
import type { Profile } from "@heapwright/core/analysis/profile/profile.ts";
import { factsOfProfile } from "@heapwright/core/analysis/profile/source-facts.ts";
import {
  knownOf,
  rowSums,
  treeView,
  type Known,
} from "@heapwright/core/pictures/profile/tree-view.ts";
import { profilePicture } from "@heapwright/core/pictures/profile/picture.ts";
import { defaultConfig } from "@heapwright/core/report/pprof/config.ts";
import { showView, type ShowView } from "@heapwright/core/report/show/view.ts";
import { heapProfile, recordedProfile, SHOP, wideProfile } from "../test/profiles.ts";
import { decodeProfile, encodeProfile, type CarriedProfile } from "./profile-data.ts";

/** What `heapwright show` lists of a sample type: every function of every file. */
function listed(profile: Profile, type: number): ShowView {
  return showView(profile, [factsOfProfile(profile)], {
    list: "top",
    pattern: undefined,
    config: {
      ...defaultConfig(),
      sample_index: String(type),
      granularity: "filefunctions",
      nodecount: 0,
      nodefraction: 0,
    },
    host: {
      zone: () => ({ offsetSeconds: 0, name: "UTC" }),
      readSource: () => ({ error: "no source" }),
      openObject: () => ({ error: "no binary" }),
      workingFolder: "/",
    },
    warn: () => undefined,
  });
}

interface Stated {
  readonly lo: number;
  readonly hi: number;
  readonly samples: number;
}

/** Sums of squares are carried as 32-bit floats; values are whole bytes, cut row by row. */
function expectSame(
  what: string,
  unit: string,
  list: Stated & { readonly value: number },
  page: Known,
): void {
  const least = unit === "bytes" ? 9 : 1e-3;
  expect([what, page.net]).toEqual([what, list.value]);
  for (const field of ["lo", "hi", "samples"] as const) {
    const a = list[field];
    const b = page[field];
    if (Number.isNaN(a)) expect([what, field, b]).toEqual([what, field, a]);
    else {
      const apart = Math.abs(a - b);
      expect(apart, `${what} ${field}: ${a}, ${b}`).toBeLessThan(least + 1e-5 * Math.abs(a));
    }
  }
}

/** How many values were compared. */
function compare(profile: Profile, page: CarriedProfile): number {
  let compared = 0;
  for (let type = 0; type < page.types.length; type++) {
    const list = listed(profile, type);
    const shape = page.types[type];
    if (shape === undefined) throw new Error("a type");
    const of = (rows: Float64Array, row: number): Known =>
      knownOf({ ...rowSums(page, rows, row, type), type: shape }, 0);
    const rows = new Map(
      Array.from(page.frames.frame, (frame, row) => [
        `${page.names[frame] ?? ""}\n${page.files[frame] ?? ""}`,
        row,
      ]),
    );
    for (const node of list.nodes) {
      const row = rows.get(`${node.name}\n${node.place?.file ?? ""}`);
      if (row === undefined) continue;
      expectSame(
        `${shape.type} flat ${node.name}`,
        shape.unit,
        node.flat,
        of(page.frames.flat, row),
      );
      expectSame(`${shape.type} cum ${node.name}`, shape.unit, node.cum, of(page.frames.cum, row));
      compared += 2;
    }
    expectSame(`${shape.type} total`, shape.unit, list.total, of(page.total, 0));
    expectSame(
      `${shape.type} root`,
      shape.unit,
      list.total,
      knownOf(treeView(page, page.down, type), 0),
    );
  }
  return compared;
}

/** Objects above the sampling rate: a sample of one is one, and nearly all of what it stands for. */
const LARGE = [
  { frames: ["main.main@/m.go:1", "main.big@/m.go:9"], size: 1 << 20, allocs: 3, live: 2 },
  { frames: ["main.main@/m.go:1", "main.big@/m.go:9"], size: 64, allocs: 9, live: 4 },
  { frames: ["main.main@/m.go:2", "main.huge@/m.go:20"], size: 1 << 23, allocs: 1, live: 1 },
  { frames: ["main.main@/m.go:3", "main.half@/m.go:30"], size: 1 << 19, allocs: 1, live: 1 },
];

describe("list and page state the same interval of", () => {
  test.each([
    ["a heap", () => heapProfile(SHOP)],
    ["large objects", () => heapProfile(LARGE)],
    ["a wide heap", () => wideProfile(300)],
    ["a recorded heap", () => recordedProfile("go1.26.allocs.pb.gz")],
    ["a delta", () => recordedProfile("go1.26.heap-delta.pb.gz")],
    ["goroutines", () => recordedProfile("go1.26.goroutine.pb.gz")],
    ["blocking", () => recordedProfile("go1.26.block.pb.gz")],
  ])("%s", (_, make) => {
    const profile = make();
    const page = decodeProfile(encodeProfile(profilePicture(profile, 0)));
    expect(compare(profile, page)).toBeGreaterThan(3);
  });

  test("objects that exist for certain are the least there can be", () => {
    const profile = heapProfile(LARGE);
    const page = decodeProfile(encodeProfile(profilePicture(profile, 3)));
    const view = treeView(page, page.down, 3);
    const frame = page.names.indexOf("main.huge");
    const node = view.frame.indexOf(frame);
    expect(node).toBeGreaterThan(0);
    expect(knownOf(view, node).lo).toBe(1 << 23);
  });
});
