// One unit for all values of a table, so that numbers in a column can be compared at a glance.

import { scale } from "../../analysis/profile/measurement.ts";
import { digits } from "../wording.ts";
import type { ShowView } from "./view.ts";

/** 1024-based sizes by the names that say so; the engine's own are kB, MB, GB. */
export const UNIT_NAMES: Readonly<Record<string, string>> = {
  kB: "KiB",
  MB: "MiB",
  GB: "GiB",
  TB: "TiB",
  PB: "PiB",
  us: "µs",
  hrs: "h",
};

const STEPS = [
  ["B", "kB", "MB", "GB", "TB", "PB"],
  ["ns", "us", "ms", "s"],
] as const;

/** A column of numbers of more digits than this is read as a picture, not as numbers. */
const MOST = 1e6;

export class ValueScale {
  /** "" for counts. */
  readonly unit: string;
  readonly #from: string;
  readonly #to: string;

  private constructor(from: string, to: string) {
    this.#from = from;
    this.#to = to;
    const { unit } = scale(1, from, to);
    this.unit = UNIT_NAMES[unit] ?? unit;
  }

  static of(unit: string, asked: string | undefined, values: readonly number[]): ValueScale {
    if (asked !== undefined && asked !== "auto") return new ValueScale(unit, asked);
    return new ValueScale(unit, chosenUnit(unit, values));
  }

  text(value: number): string {
    const said = digits(scale(value, this.#from, this.#to).value);
    // Not nothing, only less than two places show.
    return said === "0" && value !== 0 ? `${value < 0 ? ">−" : "<"}0.01` : said;
  }

  /** With the unit where there is one. */
  full(value: number): string {
    return this.unit === "" ? this.text(value) : `${this.text(value)} ${this.unit}`;
  }
}

/** Below this a number has one digit left; three digits are shown at most. */
const LEAST = 0.1;

/** The unit of the largest, or a smaller one where most values would be tiny in it. */
function chosenUnit(from: string, values: readonly number[]): string {
  const sizes = values.map(Math.abs).filter((v) => v > 0);
  const most = Math.max(0, ...sizes);
  const { unit } = scale(1, from, "auto");
  const steps = STEPS.find((family) => family.some((step) => step === unit));
  if (steps === undefined) return from;
  const largest = scale(most, from, "auto").unit;
  let at = Math.max(
    0,
    steps.findIndex((step) => step === largest),
  );
  const isTiny = (step: string): boolean =>
    sizes.filter((v) => scale(v, from, step).value < LEAST).length * 2 > sizes.length;
  while (at > 0 && isTiny(steps[at]) && scale(most, from, steps[at - 1]).value < MOST) at -= 1;
  return steps[at];
}

/** What a list is ordered by: those numbers are to be told apart. */
export function scaleValues({ nodes, sort }: ShowView): number[] {
  return nodes.map(({ flat, cum }) =>
    sort === "cum" || flat.value === 0 ? cum.value : flat.value,
  );
}
