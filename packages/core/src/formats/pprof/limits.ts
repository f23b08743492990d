// How much a file may hold of each thing. Messages may be empty: two bytes on the wire, and up to eighty
// in columns, so that a file within the limit of bytes could still ask for tens of gigabytes. The largest
// real profiles have a tenth of these numbers.

import { FormatError } from "../../model/errors.ts";

export const MOST_SAMPLES = 2 ** 26;
export const MOST_LABELS = 2 ** 26;
/** Strings, functions, locations, lines, mappings. */
export const MOST_ENTRIES = 2 ** 24;
/** Bytes of all distinct stacks. */
export const MOST_STACK_BYTES = 2 ** 29;

export function tooMany(what: string, most: number, offset?: number): FormatError {
  return new FormatError("pprof", {
    ...(offset === undefined ? {} : { offset }),
    expected: `at most ${most} ${what}`,
    found: "more",
  });
}
