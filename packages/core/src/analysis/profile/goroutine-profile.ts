// A goroutine dump (debug=2, or a traceback) as a profile: one row a goroutine, so that lists, pictures and
// filters work on it as on debug=0 and 1. What only the dump knows comes as labels: `state` is why it
// waits, `wait` for how many whole minutes.
//
// How it can mislead: a traceback leaves out frames of the runtime, a panic's often all other
// goroutines, and Go stops a dump at 64 MB; the reader of the format says the last. Who started a
// goroutine is no frame of its stack, here as in Go's own profiles.

import { LabelsBuilder } from "../../model/builders/labels.ts";
import type { StringTable } from "../../model/strings.ts";
import type { GoroutineTable } from "../../model/tables/goroutines.ts";
import type { ProfileTable, ValueType } from "../../model/tables/profile.ts";

const COUNT: ValueType = { type: "goroutine", unit: "count" };
const ADDED = ["state", "wait", "minutes"] as const;

/** `strings` and the words of the labels behind them. */
function withWords(strings: StringTable): StringTable {
  const from = strings.length;
  return {
    length: from + ADDED.length,
    get: (i) => (i < from ? strings.get(i) : (ADDED[i - from] ?? "")),
  };
}

export function profileOfGoroutines(dump: GoroutineTable): ProfileTable {
  const { strings, functions, locations, stacks, rows, rowStack } = dump;
  const [state, wait, minutes] = ADDED.map((_, i) => strings.length + i);
  const labels = new LabelsBuilder();
  const own = dump.labels;
  for (let row = 0; row < rows; row++) {
    for (let i = own?.start[row] ?? 0; i < (own?.start[row + 1] ?? 0); i++) {
      if (own !== undefined) labels.add(own.key[i], own.str[i], own.num[i], own.unit[i]);
    }
    labels.add(state, dump.state[row], Number.NaN, 0);
    if (dump.waitMinutes[row] > 0) labels.add(wait, 0, dump.waitMinutes[row], minutes);
    labels.endRow();
  }
  const none = new Float64Array(0);
  return {
    kind: "profile",
    profileKind: "goroutine",
    encoding: "proto",
    strings: withWords(strings),
    functions,
    locations,
    stacks,
    rows,
    rowStack,
    sampleTypes: [COUNT],
    defaultSampleType: 0,
    values: [new Float64Array(rows).fill(1)],
    labels: labels.finish(),
    mappings: {
      length: 0,
      start: none,
      limit: none,
      offset: none,
      file: new Int32Array(0),
      buildId: new Int32Array(0),
    },
    periodType: COUNT,
    period: 1,
    timeMs: undefined,
    durationNs: undefined,
    isDelta: false,
    comments: [],
    memStats: undefined,
  };
}
