// Samples taken while bytes arrive are the same table as samples read from the finished file.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Wire } from "../../model/builders/proto-wire.ts";
import type { ProfileTable } from "../../model/tables/profile.ts";
import { tableOfJson } from "../../../test/pprof-json.ts";
import { encodeProfile } from "./encode.ts";
import { pprofFormat } from "./format.ts";
import { readProfile } from "./read.ts";

const CONTEXT = { name: "heap.pb", maxBytes: 1 << 26 };

/** Columns that a report sees. */
function shown(table: ProfileTable): unknown {
  return {
    rows: table.rows,
    values: table.values.map((column) => Array.from(column)),
    rowStack: Array.from(table.rowStack),
    start: Array.from(table.stacks.start),
    location: Array.from(table.stacks.location),
    labels: Object.values(table.labels).map((column) => Array.from(column)),
    isDelta: table.isDelta,
  };
}

function profileTable(result: { readonly table: { readonly kind: string } }): ProfileTable {
  const { table } = result;
  if (!isProfile(table)) throw new Error("no profile");
  return table;
}

function isProfile(table: { readonly kind: string }): table is ProfileTable {
  return table.kind === "profile";
}

function streamed(bytes: Uint8Array, chunk: number, expectedBytes?: number): ProfileTable {
  const reader = pprofFormat.open({
    ...CONTEXT,
    ...(expectedBytes === undefined ? {} : { expectedBytes }),
  });
  for (let at = 0; at < bytes.length; at += chunk) reader.push(bytes.subarray(at, at + chunk));
  return profileTable(reader.end());
}

const sample = fc.record({
  location_ids: fc.array(fc.integer({ min: 1, max: 300 }), { maxLength: 40 }),
  values: fc.tuple(
    fc.integer({ min: -5, max: 1_000_000_000_000 }),
    fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }),
  ),
  labels: fc.dictionary(
    fc.constantFrom("k", "l"),
    fc.array(fc.constantFrom("a", "b"), { maxLength: 2 }),
    { noNullPrototype: true },
  ),
  num_labels: fc.dictionary(
    fc.constantFrom("bytes", "n"),
    fc.array(fc.integer({ min: 0, max: 1 << 30 }), { maxLength: 2 }),
    { noNullPrototype: true },
  ),
});

const profile = fc.array(sample, { maxLength: 60 }).map((samples) =>
  encodeProfile(
    tableOfJson({
      sample_types: [
        { type: "objects", unit: "count" },
        { type: "space", unit: "bytes" },
      ],
      period_type: { type: "space", unit: "bytes" },
      period: 1,
      time_nanos: 1_790_000_000_000_000_000,
      functions: [{ id: 1, name: "f", system_name: "f" }],
      locations: Array.from({ length: 300 }, (_, i) => ({
        id: i + 1,
        lines: [{ function_id: 1, line: i }],
      })),
      // Repeated, so that stacks are shared.
      samples: [...samples, ...samples],
    }),
  ),
);

/** The top-level fields, each with its tag and length. */
function fieldsOf(bytes: Uint8Array): Uint8Array[] {
  const fields: Uint8Array[] = [];
  const wire = new Wire(bytes);
  for (let from = 0; wire.tag(); from = wire.pos) {
    wire.skip(wire.type);
    fields.push(bytes.subarray(from, wire.pos));
  }
  return fields;
}

/** The same fields, those of each kind in their order, the kinds mixed in a pattern that `steps` choose. */
function interleaved(bytes: Uint8Array, steps: readonly number[]): Uint8Array {
  const kinds = new Map<number, Uint8Array[]>();
  for (const field of fieldsOf(bytes)) {
    const kind = field[0] >> 3;
    kinds.set(kind, [...(kinds.get(kind) ?? []), field]);
  }
  const mixed: Uint8Array[] = [];
  const queues = [...kinds.values()];
  for (let turn = 0; queues.some((queue) => queue.length > 0); turn++) {
    const queue = queues[(turn + steps[turn % steps.length]) % queues.length];
    mixed.push(...queue.splice(0, 1 + (steps[turn % steps.length] % 3)));
    if (turn % queues.length === 0)
      mixed.push(...(queues[turn % queues.length].splice(0, 1) ?? []));
    if (turn > 10_000) mixed.push(...queues.flatMap((rest) => rest.splice(0)));
  }
  return Uint8Array.from(mixed.flatMap((field) => [...field]));
}

describe("samples taken while bytes arrive", () => {
  it("are those of the finished file, for chunks cut anywhere and any expected size", () => {
    fc.assert(
      fc.property(
        profile,
        fc.integer({ min: 1, max: 400 }),
        fc.integer({ min: 0, max: 50_000 }),
        (bytes, chunk, size) => {
          const whole = profileTable(readProfile(bytes, CONTEXT));
          expect(shown(streamed(bytes, chunk, size))).toEqual(shown(whole));
        },
      ),
      { numRuns: 60 },
    );
  });

  it("may stand between other messages and be of several forms, as Go writes them", () => {
    fc.assert(
      fc.property(
        profile,
        fc.array(fc.nat(), { minLength: 5, maxLength: 5 }),
        fc.integer({ min: 50, max: 4000 }),
        (bytes, steps, chunk) => {
          const mixed = interleaved(bytes, steps);
          const whole = profileTable(readProfile(mixed, CONTEXT));
          expect(shown(streamed(mixed, chunk))).toEqual(shown(whole));
          const { locations, functions } = profileTable(readProfile(bytes, CONTEXT));
          expect(whole.locations).toEqual(locations);
          expect(whole.functions).toEqual(functions);
        },
      ),
      { numRuns: 40 },
    );
  });

  it("give way to the other reader for unpacked fields, padded varints and unknown fields", () => {
    const bytes = encodeProfile(
      tableOfJson({
        sample_types: [{ type: "samples", unit: "count" }],
        functions: [{ id: 1, name: "f", system_name: "f" }],
        locations: [{ id: 1, lines: [{ function_id: 1 }] }],
        samples: [{ location_ids: [1], values: [7] }],
      }),
    );
    const more = (...sampleBytes: readonly number[]): Uint8Array =>
      Uint8Array.from([...bytes, 0x12, sampleBytes.length, ...sampleBytes]);
    const forms: Record<string, Uint8Array> = {
      unpacked: more(0x08, 1, 0x10, 7),
      padded: more(0x0a, 2, 0x81, 0x00, 0x12, 1, 7),
      unknown: more(0x0a, 1, 1, 0x12, 1, 7, 0x78, 5),
    };
    for (const [name, form] of Object.entries(forms)) {
      const table = streamed(form, 5);
      expect(shown(table), name).toEqual(shown(profileTable(readProfile(form, CONTEXT))));
      expect(table.rows, name).toBe(2);
      expect(table.stacks.length, name).toBe(1);
    }
  });

  it("still report what is damaged", () => {
    const reader = pprofFormat.open(CONTEXT);
    const bytes = encodeProfile(
      tableOfJson({
        sample_types: [{ type: "samples", unit: "count" }],
        functions: [{ id: 1, name: "f", system_name: "f" }],
        locations: [{ id: 1, lines: [{ function_id: 1 }] }],
        samples: [{ location_ids: [1], values: [7] }],
      }),
    );
    // A sample of a location that is not there, in the form that is taken early.
    reader.push(Uint8Array.from([...bytes, 0x12, 6, 0x0a, 1, 9, 0x12, 1, 7]));
    const { table, diagnostics } = reader.end();
    expect(profileTable({ table }).rows).toBe(1);
    expect(diagnostics.map(({ code }) => code)).toContain("pprof.sample-unresolved");
  });
});
