import { expect, test } from "vitest";
import { profileOfJson } from "../../../test/pprof-json.ts";
import { framesOf } from "./frames.ts";
import { frameTotals } from "./frame-totals.ts";
import { lineTotals } from "./line-totals.ts";
import { factsOfProfile } from "./source-facts.ts";
import { stackAmounts } from "./stack-amounts.ts";

// leaf(12) ← rec(21) ← rec(22) ← rec(21) ← main(5), and rec(21) itself.
const profile = profileOfJson({
  sample_types: [{ type: "samples", unit: "count" }],
  samples: [
    { location_ids: [1, 2, 3, 2, 4], values: [7] },
    { location_ids: [2, 4], values: [3] },
  ],
  locations: [
    { id: 1, address: 1, lines: [{ function_id: 1, line: 12 }] },
    { id: 2, address: 2, lines: [{ function_id: 2, line: 21 }] },
    { id: 3, address: 3, lines: [{ function_id: 2, line: 22 }] },
    { id: 4, address: 4, lines: [{ function_id: 3, line: 5 }] },
  ],
  functions: [
    { id: 1, name: "leaf", filename: "/src/a.go" },
    { id: 2, name: "rec", filename: "/src/a.go" },
    { id: 3, name: "main", filename: "/src/a.go" },
  ],
  period_type: { type: "cpu", unit: "nanoseconds" },
  period: 1,
});

test("a line's cum counts a stack once, and flats of lines are the function's", () => {
  const amounts = stackAmounts(profile, [factsOfProfile(profile)]);
  const frames = framesOf(profile);
  const wanted = Int32Array.from(["main", "rec"], (name) => frames.name.indexOf(name));
  const lines = lineTotals(profile, amounts, frames, wanted);
  const { width } = amounts;
  const rows = Array.from(lines.line, (line, i) => [
    line,
    lines.flat[i * width],
    lines.cum[i * width],
  ]);
  expect(Array.from(lines.start)).toEqual([0, 1, 3]);
  expect(rows).toEqual([
    [5, 0, 10],
    [21, 3, 10],
    [22, 0, 7],
  ]);
  const totals = frameTotals(profile, amounts, frames);
  expect(totals.flat[(wanted[1] ?? 0) * width]).toBe(3);
  expect(totals.cum[(wanted[1] ?? 0) * width]).toBe(10);
});
