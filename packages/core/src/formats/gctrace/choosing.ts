// Which end of a number is right, where it ran into digits of foreign text.

import { unlikelyLeaves } from "./assembler.ts";
import { isPossible, stoppedPhases, stoppedProcs } from "./consistency.ts";
import type { StoppedPhases } from "./consistency.ts";
import { F_CLOCK, F_CPU, F_NUMBER, F_PROCS, FIELD_COUNT } from "./grammar.ts";
import type { Choice, Option, Passed, Reading } from "./grammar.ts";
import { canBe } from "./neighbours.ts";
import type { Neighbours } from "./neighbours.ts";
import type { LineBeginnings } from "./shapes.ts";

/** A reading whose choices are made as far as they can be. */
export interface Draft {
  readonly values: readonly number[];
  readonly choices: readonly Choice[];
  readonly leaves: readonly string[];
  /** What stood around the numbers that were chosen. */
  readonly isDoubtful: boolean;
  readonly taken: readonly Passed[];
}

export function draftOf(r: Reading): Draft {
  return {
    values: r.values,
    choices: r.choices,
    leaves: r.leaves,
    isDoubtful: r.isDoubtful,
    taken: r.passed,
  };
}

/** Drops the options that `keep` excludes, unless that leaves none; one that is left is taken. */
function choose(draft: Draft, keep: (option: Option, choice: Choice) => boolean): Draft {
  if (draft.choices.length === 0) return draft;
  const values = draft.values.slice();
  const choices: Choice[] = [];
  const taken = draft.taken.slice();
  for (const choice of draft.choices) {
    const kept = choice.isFull ? [] : choice.options.filter((o) => keep(o, choice));
    const options = kept.length > 0 ? kept : choice.options;
    const [only] = options;
    if (only !== undefined && options.length === 1 && !choice.isFull) {
      values[choice.field] = only.value;
      taken.push({ foreign: only.foreign, from: choice.from });
    } else choices.push({ ...choice, options });
  }
  return { ...draft, values, choices, taken };
}

/**
 * A piece was taken to end where no line of this log begins, although one could begin earlier in it:
 * then what was taken is the application's and the true end is lost. Where the application writes
 * lines in parts, the text behind must begin as its lines do.
 */
export function isFarFetched(
  draft: Draft,
  beginnings: LineBeginnings,
  hasPartialLines: boolean,
): boolean {
  return draft.taken.some(({ foreign, from }) => {
    if (foreign === undefined) return true;
    const behind = beginnings.judge(foreign);
    if (behind === "likely") return false;
    return hasPartialLines || (behind === "unlikely" && beginnings.judge(from) !== "unlikely");
  });
}

/**
 * Drops an end behind which a foreign line would begin as none does in this log, when another end
 * has no such fault.
 */
export function byBeginnings(draft: Draft, beginnings: LineBeginnings): Draft {
  return choose(
    draft,
    (o) => o.foreign === undefined || beginnings.judge(o.foreign) !== "unlikely",
  );
}

/** Keeps the ways that need the fewest foreign lines of a kind that this log does not have. */
export function likeliest(drafts: readonly Draft[], beginnings: LineBeginnings): Draft[] {
  const strange = drafts.map((d) => unlikelyLeaves(d, beginnings));
  const least = Math.min(...strange);
  return drafts.filter((_, i) => strange[i] === least);
}

/** Drops values that the field cannot have. */
export function byRange(draft: Draft): Draft {
  return choose(draft, (o, choice) => {
    const values = new Array<number>(FIELD_COUNT).fill(Number.NaN);
    values[choice.field] = o.value;
    return isPossible(values);
  });
}

/** Cycle numbers go up by one. */
export function byNumber(draft: Draft, isNext: (number: number) => boolean): Draft {
  return choose(draft, (o, choice) => choice.field !== F_NUMBER || isNext(o.value));
}

export function byProcs(draft: Draft, procs: number): Draft {
  return choose(draft, (o, choice) => choice.field !== F_PROCS || o.value === procs);
}

export function fitsFactors(phases: StoppedPhases, factors: ReadonlySet<number>): boolean {
  const fits = stoppedProcs(phases);
  return fits.length > 0 && (factors.size === 0 || fits.some((f) => factors.has(f)));
}

/** Wall and CPU time of the stopped phases are multiples: a choice in one of them shows there. */
export function byProducts(draft: Draft, factors: ReadonlySet<number>): Draft {
  const isGo15 = !Number.isNaN(draft.values[F_CLOCK + 3] ?? Number.NaN);
  const phases = new Set(
    isGo15 ? [F_CLOCK, F_CLOCK + 4, F_CPU, F_CPU + 6] : [F_CLOCK, F_CLOCK + 2, F_CPU, F_CPU + 4],
  );
  const inPhases = draft.choices.filter((c) => phases.has(c.field));
  // With two of the four unknown, wrong ends of both can agree with each other.
  if (inPhases.length !== 1 || Number.isNaN(draft.values[F_PROCS] ?? Number.NaN)) return draft;
  return choose(draft, (o, choice) => {
    if (!phases.has(choice.field)) return true;
    const values = draft.values.slice();
    values[choice.field] = o.value;
    return fitsFactors(stoppedPhases(values), factors);
  });
}

/** Drops what the other numbers of the line and the neighbouring cycles exclude. */
export function byNeighbours(draft: Draft, neighbours: Neighbours): Draft {
  let d = draft;
  // A number that is chosen bounds the next one.
  for (let round = 0; round < 3 && d.choices.length > 0; round++) {
    const { values } = d;
    d = choose(d, (o, choice) => canBe(choice.field, o.value, values, neighbours));
  }
  return d;
}

/** What all drafts say alike; NaN where they differ or have a choice left. */
export function agreed(drafts: readonly Draft[]): number[] {
  const values = new Array<number>(FIELD_COUNT).fill(Number.NaN);
  for (let f = 0; f < FIELD_COUNT; f++) {
    const first = drafts[0]?.values[f] ?? Number.NaN;
    if (drafts.every((d) => Object.is(d.values[f], first))) values[f] = first;
  }
  return values;
}

/** Exactly one way to read the line is left. */
export function isDecided(drafts: readonly Draft[]): boolean {
  const [first] = drafts;
  if (first === undefined) return false;
  return drafts.every(
    (d) =>
      !d.isDoubtful &&
      d.choices.length === 0 &&
      d.values.every((v, f) => Object.is(v, first.values[f])),
  );
}
