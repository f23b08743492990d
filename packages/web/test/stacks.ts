// Call stacks from text, for fixtures: one stack per row, callers first, `function@file:line`.

import type { CallStacks } from "@heapwright/core/model/tables/stacks.ts";
import { StringTableBuilder } from "@heapwright/core/model/strings.ts";

export interface StackRow {
  /** `main.main@main.go:12;api.Serve@api/api.go:30` */
  readonly stack: string;
  readonly bytes: number;
  readonly samples: number;
}

export interface Rows {
  readonly stacks: CallStacks;
  readonly rowStack: Int32Array;
  readonly bytes: Float64Array;
  readonly samples: Float64Array;
}

export function rowsFrom(rows: readonly StackRow[]): Rows {
  const strings = new StringTableBuilder();
  const functions: { name: number; file: number }[] = [];
  const functionIndex = new Map<string, number>();
  const locations: { fn: number; line: number }[] = [];
  const locationIndex = new Map<string, number>();
  const start: number[] = [0];
  const location: number[] = [];
  const of = <T>(index: Map<string, number>, list: T[], key: string, make: () => T): number => {
    let at = index.get(key);
    if (at === undefined) {
      at = list.length;
      index.set(key, at);
      list.push(make());
    }
    return at;
  };
  for (const { stack } of rows) {
    const frames = stack.split(";").toReversed();
    for (const frame of frames) {
      const at = frame.lastIndexOf("@");
      const name = frame.slice(0, at);
      const place = frame.slice(at + 1);
      const colon = place.lastIndexOf(":");
      const file = place.slice(0, colon);
      const line = Number(place.slice(colon + 1));
      const fn = of(functionIndex, functions, `${name}\0${file}`, () => ({
        name: strings.intern(name),
        file: strings.intern(file),
      }));
      location.push(of(locationIndex, locations, `${fn}:${line}`, () => ({ fn, line })));
    }
    start.push(location.length);
  }
  const ints = (list: readonly number[]): Int32Array => Int32Array.from(list);
  return {
    stacks: {
      strings,
      functions: {
        length: functions.length,
        name: ints(functions.map((f) => f.name)),
        systemName: ints(functions.map((f) => f.name)),
        file: ints(functions.map((f) => f.file)),
        startLine: new Int32Array(functions.length),
      },
      locations: {
        length: locations.length,
        address: new Float64Array(locations.length),
        mapping: new Int32Array(locations.length).fill(-1),
        lineStart: Int32Array.from({ length: locations.length + 1 }, (_, i) => i),
        lineFunction: ints(locations.map((l) => l.fn)),
        lineNumber: ints(locations.map((l) => l.line)),
      },
      stacks: { length: rows.length, start: ints(start), location: ints(location) },
    },
    rowStack: Int32Array.from({ length: rows.length }, (_, i) => i),
    bytes: Float64Array.from(rows, (r) => r.bytes),
    samples: Float64Array.from(rows, (r) => r.samples),
  };
}
