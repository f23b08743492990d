// Reports of a session are those of single calls, whatever was asked before.

import fc from "fast-check";
import { expect, it } from "vitest";
import { profileOfJson } from "../../../test/pprof-json.ts";
import { runReport, TEST_HOST } from "../../../test/pprof-reports.ts";
import { ProfileSession } from "../../analysis/profile/session.ts";

const FUNCTIONS = 7;
const LOCATIONS = 12;

const input = fc.record({
  lines: fc.array(fc.array(fc.integer({ min: 1, max: FUNCTIONS }), { maxLength: 3 }), {
    minLength: LOCATIONS,
    maxLength: LOCATIONS,
  }),
  samples: fc.array(
    fc.record({
      location_ids: fc.array(fc.integer({ min: 1, max: LOCATIONS }), { maxLength: 9 }),
      values: fc.tuple(fc.integer({ min: 0, max: 3 }), fc.integer({ min: -5, max: 90 })),
      num_labels: fc.constantFrom({}, { bytes: [16] }, { bytes: [512] }),
    }),
    { minLength: 1, maxLength: 12 },
  ),
});

const asked = fc.array(
  fc.tuple(
    fc.constantFrom("-top", "-tree", "-traces", "-peek=f1", "-raw", "-tags", "-dot"),
    fc.array(
      fc.constantFrom(
        "-focus=f1",
        "-focus=f[25]|f6",
        "-ignore=f3",
        "-hide=f4",
        "-show=f[0-4]",
        "-show_from=f2",
        "-prune_from=f5",
        "-tagfocus=16b",
        "-tagroot=bytes",
        "-granularity=lines",
        "-granularity=addresses",
        "-noinlines",
        "-mean",
        "-sample_index=0",
        "-nodecount=3",
        "-nodefraction=0.2",
        "-relative_percentages",
        "-trim_path=/a",
      ),
      { maxLength: 2 },
    ),
  ),
  { minLength: 2, maxLength: 6 },
);

it("a session reports what single calls report", () => {
  fc.assert(
    fc.property(input, asked, ({ lines, samples }, commands) => {
      const profile = profileOfJson({
        sample_types: [
          { type: "objects", unit: "count" },
          { type: "space", unit: "bytes" },
        ],
        functions: Array.from({ length: FUNCTIONS }, (_, i) => ({
          id: i + 1,
          name: `f${i}`,
          filename: `/a/f${i}.go`,
        })),
        locations: lines.map((ids, i) => ({
          id: i + 1,
          address: 4096 + i,
          lines: ids.map((id, k) => ({ function_id: id, line: 10 * i + k })),
        })),
        samples,
      });
      const session = new ProfileSession(profile);
      for (const [command, options] of commands) {
        const args = [command, ...options];
        const run = (host: typeof TEST_HOST): unknown => {
          try {
            const { text, warnings } = runReport(profile, args, host);
            return { text, warnings };
          } catch (error) {
            return String(error);
          }
        };
        expect(run({ ...TEST_HOST, session })).toEqual(run(TEST_HOST));
      }
    }),
    { numRuns: 150 },
  );
});
