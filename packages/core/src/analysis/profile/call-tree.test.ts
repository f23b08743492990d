// The tree beside one that is made by walking every stack alone.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { profileOfJson } from "../../../test/pprof-json.ts";
import { callTree, OTHER_FRAME, type CallTree } from "./call-tree.ts";
import { framesOf, type Frames } from "./frames.ts";
import type { Profile } from "./profile.ts";
import { factsOfProfile } from "./source-facts.ts";
import { stackAmounts } from "./stack-amounts.ts";

const FUNCTIONS = 4;
const LOCATIONS = 7;

const input = fc.record({
  lines: fc.array(fc.array(fc.integer({ min: 1, max: FUNCTIONS }), { maxLength: 3 }), {
    minLength: LOCATIONS,
    maxLength: LOCATIONS,
  }),
  // Few locations and deep: stacks that are alike for longer than is read at once.
  samples: fc.array(
    fc.record({
      alike: fc.nat({ max: 30 }),
      ids: fc.array(fc.integer({ min: 1, max: LOCATIONS }), { maxLength: 12 }),
      value: fc.integer({ min: 1, max: 99 }),
    }),
    { maxLength: 25 },
  ),
  hidden: fc.array(fc.boolean(), { minLength: LOCATIONS, maxLength: LOCATIONS }),
  isInverted: fc.boolean(),
  mostNodes: fc.constantFrom(3, 10, 1e6),
});

type Input = typeof input extends fc.Arbitrary<infer T> ? T : never;

function profileFrom({ lines, samples, hidden }: Input): Profile {
  const trunk = Array.from({ length: 30 }, (_, i) => 1 + ((i * i) % LOCATIONS));
  const profile = profileOfJson({
    sample_types: [{ type: "samples", unit: "count" }],
    functions: Array.from({ length: FUNCTIONS }, (_, i) => ({ id: i + 1, name: `f${i}` })),
    locations: lines.map((ids, i) => ({
      id: i + 1,
      address: 4096 + i,
      lines: ids.map((id) => ({ function_id: id, line: i + 1 })),
    })),
    samples: samples.map(({ alike, ids, value }) => ({
      // The same ends on either side, so that both directions have something in common.
      location_ids: [...trunk.slice(0, alike), ...ids, ...trunk.slice(0, alike)],
      values: [value],
    })),
  });
  const isHidden = Uint8Array.from(hidden, (is) => (is ? 1 : 0));
  return { ...profile, locations: { ...profile.locations, isHidden } };
}

/** Frames of a stack in the order in which the tree has them. */
function pathOf(profile: Profile, frames: Frames, s: number, isInverted: boolean): number[] {
  const { stacks, locations } = profile;
  const path: number[] = [];
  for (let i = stacks.from[s]; i < stacks.to[s]; i++) {
    const l = stacks.location[i];
    if (locations.isHidden?.[l] === 1) continue;
    if (locations.lineStart[l] === locations.lineEnd[l]) path.push(frames.ofBare[l]);
    for (let k = locations.lineStart[l]; k < locations.lineEnd[l]; k++) path.push(frames.ofLine[k]);
  }
  return isInverted ? path : path.toReversed();
}

/** By path what ends there; an "other" holds paths that are not told apart. */
function ends(tree: CallTree, width: number): Map<string, number> {
  const path: string[] = [];
  const out = new Map<string, number>();
  for (let i = 0; i < tree.length; i++) {
    path.push(i === 0 ? "" : `${path[tree.parent[i]]}/${tree.frame[i]}`);
    const row = tree.ownRow[i];
    if (row >= 0) out.set(path[i], tree.own[row * width]);
  }
  return out;
}

describe("a call tree", () => {
  test("has every stack at the end of its path, or in the other of a path that it begins with", () => {
    fc.assert(
      fc.property(input, (made) => {
        const { isInverted, mostNodes } = made;
        const profile = profileFrom(made);
        const amounts = stackAmounts(profile, [factsOfProfile(profile)]);
        const frames = framesOf(profile);
        const tree = callTree(profile, amounts, frames, { isInverted, mostNodes });
        const found = ends(tree, amounts.width);
        const expected = new Map<string, number>();
        const stacksOf = new Map<string, number>();
        amounts.stack.forEach((s, row) => {
          let at = "";
          let key: string | undefined;
          const shown = new Set(pathsOf(tree));
          for (const frame of pathOf(profile, frames, s, isInverted)) {
            if (!shown.has(`${at}/${frame}`)) {
              key = `${at}/${OTHER_FRAME}`;
              break;
            }
            at += `/${frame}`;
          }
          key ??= at;
          expected.set(key, (expected.get(key) ?? 0) + amounts.data[row * amounts.width]);
          stacksOf.set(key, (stacksOf.get(key) ?? 0) + 1);
        });
        expect(found).toEqual(expected);
        pathsOf(tree).forEach((path, i) => {
          if (tree.frame[i] === OTHER_FRAME) expect(tree.stacks[i]).toBe(stacksOf.get(path));
        });
        if (mostNodes === 1e6) expect(tree.isWhole).toBe(true);
      }),
      { numRuns: 300 },
    );
  });
});

function pathsOf(tree: CallTree): string[] {
  const path: string[] = [];
  for (let i = 0; i < tree.length; i++) {
    path.push(i === 0 ? "" : `${path[tree.parent[i]]}/${tree.frame[i]}`);
  }
  return path;
}
