// How much of the growth one library call explains: by itself, and with what grows around it under the
// same line of the service.

import { madeBy, type Around, type Made, type Maker } from "../../analysis/sites/made-by.ts";
import type { SourceLine } from "../../analysis/sites/site.ts";
import type { View } from "../../analysis/view.ts";
import { derived, type Quantity } from "../../model/quantity.ts";
import type { RuleSite } from "../rule.ts";
import { isKept } from "./growth-account.ts";
import { SHARE, type Growing } from "./live-growth.ts";

/** Fewer samples place nothing. */
const MIN_SAMPLES = 3;
/** Less of what grows around it is a detail of that, not its reason. */
const REASON = 0.1;

/** Growth that is this much of what is live at the end is most of what one profile can show. */
const MOSTLY_NEW = 0.3;
/** Part of live that is taken for the growth where two profiles hold too few samples to place it. */
const MOST_OF_LIVE = 0.5;
const MIN_LIVE_SAMPLES = 5;

export interface Explained {
  readonly made: Made;
  /** Share of the growth (of live, with one profile) in what the call made. */
  readonly alone: Quantity;
  /** The nearest line of the service whose calls carry the growth, made objects and others. */
  readonly around: (Around & { readonly share: Quantity }) | undefined;
}

/**
 * By paired growth where that places it, else by what the later profile shows as live: in a heap that
 * has mostly grown while it was watched, what is live is what grew. The second misleads where the
 * growth is of something rarer than its samples.
 */
export function explainedBy(view: View, growing: Growing, maker: Maker): Explained | undefined {
  const sites = view.sites;
  if (sites === undefined) return undefined;
  const grew = madeBy(view.process, sites, maker, "growth");
  if (grew === undefined) return undefined;
  if (grew.basis === "growth") {
    const explained = within(grew, growing.expected ?? sites.table.totalGrowth);
    if (explained !== undefined) return explained;
  }
  const end = view.trends.marked?.endValue ?? 0;
  if (!(growing.grown >= MOSTLY_NEW * end)) return undefined;
  const live = grew.basis === "live" ? grew : madeBy(view.process, sites, maker, "live");
  if (live === undefined || live.samples < MIN_LIVE_SAMPLES || !isKept(live.survival))
    return undefined;
  const explained = within(live, sites.table.total);
  return explained !== undefined && explained.alone.value >= MOST_OF_LIVE ? explained : undefined;
}

function within(made: Made, total: Quantity | undefined): Explained | undefined {
  if (total === undefined || !(total.value > 0)) return undefined;
  if (!(made.bytes.lo > 0) || made.samples < MIN_SAMPLES) return undefined;
  const around = made.around.find((a) => a.bytes.value >= SHARE * total.value);
  return {
    made,
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
