// The marks of inlined nodes beside what all edges say.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { profileOfJson } from "../../../test/pprof-json.ts";
import { graphEdges } from "./graph.ts";
import { inlineMarks, IS_CALLED, IS_INLINED } from "./inline-marks.ts";
import { NodeIndex } from "./nodes.ts";
import { stackWeights } from "./weights.ts";

const FUNCTIONS = 6;
const LOCATIONS = 9;

function inputOf(least: number) {
  return fc.record({
    lines: fc.array(
      fc.array(fc.integer({ min: 1, max: FUNCTIONS }), { minLength: 1, maxLength: 3 }),
      {
        minLength: LOCATIONS,
        maxLength: LOCATIONS,
      },
    ),
    samples: fc.array(
      fc.record({
        location_ids: fc.array(fc.integer({ min: 1, max: LOCATIONS }), {
          minLength: 1,
          maxLength: 8,
        }),
        values: fc.tuple(fc.integer({ min: least, max: 20 })),
      }),
      { minLength: 1, maxLength: 12 },
    ),
    kept: fc.option(fc.array(fc.boolean(), { minLength: FUNCTIONS, maxLength: FUNCTIONS }), {
      nil: undefined,
    }),
    cutoff: fc.integer({ min: 0, max: 60 }),
  });
}

function compare(least: number): void {
  fc.assert(
    fc.property(inputOf(least), ({ lines, samples, kept, cutoff }) => {
      const profile = profileOfJson({
        sample_types: [{ type: "samples", unit: "count" }],
        functions: Array.from({ length: FUNCTIONS }, (_, i) => ({ id: i + 1, name: `f${i}` })),
        locations: lines.map((ids, i) => ({
          id: i + 1,
          lines: ids.map((id) => ({ function_id: id })),
        })),
        samples,
      });
      const index = new NodeIndex(profile, { objectNames: false, trimPath: (path) => path });
      const weights = stackWeights(profile, { value: 0, divisor: undefined });
      const isKept =
        kept === undefined
          ? undefined
          : Uint8Array.from({ length: index.length }, (_, n) => (kept[n] === true ? 1 : 0));
      const isListed = isKept ?? new Uint8Array(index.length).fill(1);
      const edges = graphEdges(profile, index, weights, isKept);
      const expected = new Uint8Array(index.length);
      for (let edge = 0; edge < edges.length; edge++) {
        if (Math.abs(edges.weight.data[edge]) < cutoff) continue;
        expected[edges.target.data[edge]] |= edges.isInline(edge) ? IS_INLINED : IS_CALLED;
      }
      for (const few of [
        { nodes: 0, frames: 0 },
        { nodes: FUNCTIONS, frames: 0 },
        { nodes: 0, frames: Infinity },
      ]) {
        const marks = inlineMarks(profile, index, weights, isKept, isListed, cutoff, few);
        // Whether a node that is inlined nowhere is called is not asked.
        expect(Array.from(marks)).toEqual(
          Array.from(expected, (mark) => ((mark & IS_INLINED) === 0 ? 0 : mark)),
        );
      }
    }),
    { numRuns: 1500 },
  );
}

describe("inlineMarks", () => {
  it("says of profiles without negative values what their edges say", () => {
    expect(() => compare(0)).not.toThrow();
  });
  it("says of differences what their edges say", () => {
    expect(() => compare(-20)).not.toThrow();
  });

  // Columns of edges grow at powers of two, from 256 on.
  it("marks every one of many inlined functions", () => {
    const count = 1100;
    const ids = Array.from({ length: count }, (_, i) => i + 1);
    const profile = profileOfJson({
      sample_types: [{ type: "samples", unit: "count" }],
      functions: [...ids, count + 1].map((id) => ({ id, name: `f${id}` })),
      locations: ids.map((id) => ({
        id,
        lines: [{ function_id: id }, { function_id: count + 1 }],
      })),
      samples: ids.map((id) => ({ location_ids: [id], values: [10] })),
    });
    const index = new NodeIndex(profile, { objectNames: false, trimPath: (path) => path });
    const weights = stackWeights(profile, { value: 0, divisor: undefined });
    const isListed = new Uint8Array(index.length).fill(1);
    for (const frames of [0, Infinity]) {
      const few = { nodes: 0, frames };
      const marks = inlineMarks(profile, index, weights, undefined, isListed, 5, few);
      expect(marks.filter((mark) => mark === IS_INLINED).length).toBe(count);
    }
  });
});
