// How much of the growth one library call explains: by itself, and with what grows around it under the
// same line of the service.

import type { Around, Made } from "../../analysis/sites/made-by.ts";
import type { SourceLine } from "../../analysis/sites/site.ts";
import type { View } from "../../analysis/view.ts";
import { derived, type Quantity } from "../../model/quantity.ts";
import type { RuleSite } from "../rule.ts";
import { SHARE, type Growing } from "./live-growth.ts";

/** Fewer samples place nothing. */
const MIN_SAMPLES = 3;
/** Less of what grows around it is a detail of that, not its reason. */
const REASON = 0.1;

export interface Explained {
  /** Share of the growth (of live, with one profile) in what the call made. */
  readonly alone: Quantity;
  /** The nearest line of the service whose calls carry the growth, made objects and others. */
  readonly around: (Around & { readonly share: Quantity }) | undefined;
}

export function explainedBy(view: View, growing: Growing, made: Made): Explained | undefined {
  const table = view.sites?.table;
  const total = made.basis === "live" ? table?.total : (growing.expected ?? table?.totalGrowth);
  if (total === undefined || !(total.value > 0)) return undefined;
  if (!(made.bytes.lo > 0) || made.samples < MIN_SAMPLES) return undefined;
  const around = made.around.find((a) => a.bytes.value >= SHARE * total.value);
  return {
    alone: shareOf(made.bytes, total),
    around:
      around === undefined || made.bytes.value < REASON * around.bytes.value
        ? undefined
        : { ...around, share: shareOf(around.bytes, total) },
  };
}

function shareOf(part: Quantity, total: Quantity): Quantity {
  return derived(
    part.value / total.value,
    Math.max(0, part.lo) / total.hi,
    part.hi / (total.lo > 0 ? total.lo : total.value),
    "fraction",
    [...part.evidence, ...total.evidence],
    "gc-cycle",
  );
}

/** Lines that call the maker, then the others that grow with it. */
export function sitesOf(
  callers: readonly SourceLine[],
  around: readonly SourceLine[],
  through: SourceLine | undefined,
): RuleSite[] {
  const out: RuleSite[] = [];
  const push = (at: SourceLine, role: RuleSite["role"]) => {
    if (out.some((x) => x.file === at.file && x.line === at.line)) return;
    out.push({ function: at.function, file: at.file, line: at.line, role });
  };
  for (const at of callers.slice(0, 3)) push(at, "creates");
  for (const at of around.slice(0, 3)) push(at, "allocates");
  if (through !== undefined) push(through, "holds");
  return out;
}
