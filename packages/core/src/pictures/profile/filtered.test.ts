// Filters on what a page carries, against the profile with those samples taken out before.

import { describe, expect, test } from "vitest";
import { type JsonProfile, profileOfJson } from "../../../test/pprof-json.ts";
import { seededRandom } from "../../../test/random.ts";
import { samplingProbability } from "../../goruntime/sampling.ts";
import { filteredPicture, type StackFilter } from "./filtered.ts";
import { labelSums } from "./label-cells.ts";
import { PICTURE_LIMITS, profilePicture, type ProfilePicture } from "./picture.ts";

const RATE = 512 * 1024;
const FUNCTIONS = 9;
const SPACE = 3;
type Sample = NonNullable<JsonProfile["samples"]>[number];

const TYPES = ["alloc_objects", "alloc_space", "inuse_objects", "inuse_space"].map((type) => ({
  type,
  unit: type.endsWith("space") ? "bytes" : "count",
}));

/** Recursion, inlined lines, several sizes and tenants a stack, samples without a tenant. */
function heap(seed: number): JsonProfile & { readonly samples: readonly Sample[] } {
  const random = seededRandom(seed);
  const samples: Sample[] = [];
  for (let s = 0; s < 150; s++) {
    const ids = Array.from({ length: 1 + random.integer(8) }, () => 1 + random.integer(FUNCTIONS));
    for (let k = 0; k < 3; k++) {
      const size = [16, 512, 1 << 20][random.integer(3)] ?? 16;
      const p = samplingProbability(size, RATE);
      const allocs = 1 + random.integer(9);
      const live = random.integer(allocs + 1);
      const tenant = random.integer(4);
      const scaled = (n: number): number[] => [Math.trunc(n / p), Math.trunc((n * size) / p)];
      samples.push({
        location_ids: ids,
        values: [...scaled(allocs), ...scaled(live)],
        num_labels: { bytes: [size] },
        ...(tenant === 0 ? {} : { labels: { tenant: [`t${tenant}`] } }),
      });
    }
  }
  return {
    sample_types: TYPES,
    samples,
    locations: Array.from({ length: FUNCTIONS }, (_, i) => ({
      id: i + 1,
      address: 4096 + i,
      lines: [
        { function_id: i + 1, line: 10 + i },
        ...(i % 4 === 0 ? [{ function_id: ((i + 2) % FUNCTIONS) + 1, line: 90 }] : []),
      ],
    })),
    functions: Array.from({ length: FUNCTIONS }, (_, i) => ({
      id: i + 1,
      name: `app.f${i}`,
      filename: `/src/f${i}.go`,
    })),
    period_type: { type: "space", unit: "bytes" },
    period: RATE,
  };
}

/** Functions of a sample, inlined ones too. */
function functionsOf(of: JsonProfile, { location_ids: ids = [] }: Sample): Set<string> {
  const lines = ids.flatMap((id) => of.locations?.[id - 1]?.lines ?? []);
  return new Set(lines.map((l) => of.functions?.[(l.function_id ?? 0) - 1]?.name ?? ""));
}

function frames(picture: ProfilePicture, ...names: readonly string[]): Uint8Array {
  return Uint8Array.from(picture.names, (name) => (names.includes(name) ? 1 : 0));
}

/** Sums in another order differ in the last digits. */
const digits = (v: number): number => Number(v.toPrecision(12));

/** By name: flat and cum of every type. */
function tableOf({
  frames: { frame, flat, cum },
  names,
  width,
}: Pick<ProfilePicture, "frames" | "names" | "width">): Map<string, number[]> {
  const out = new Map<string, number[]>();
  frame.forEach((f, row) => {
    const of = [flat, cum].map((rows) => rows.subarray(row * width, (row + 1) * width));
    if (of.some((r) => r.some((v) => v > 0))) {
      out.set(
        names[f],
        of.flatMap((r) => [...r].map(digits)),
      );
    }
  });
  return out;
}

function check(
  seed: number,
  filtersOf: (p: ProfilePicture) => StackFilter[],
  keeps: (of: JsonProfile, s: Sample) => boolean,
): void {
  const all = heap(seed);
  const picture = profilePicture(profileOfJson(all), SPACE);
  const { picture: left, isKept } = filteredPicture(picture, filtersOf(picture));
  const without = { ...all, samples: all.samples.filter((s) => keeps(all, s)) };
  expect(without.samples.length).toBeGreaterThan(0);
  expect(without.samples.length).toBeLessThan(all.samples.length);
  const wanted = profilePicture(profileOfJson(without), SPACE);
  expect(tableOf({ ...picture, ...left })).toEqual(tableOf(wanted));
  expect(Array.from(left.total, digits)).toEqual(Array.from(wanted.total, digits));
  // Both trees are of the same stacks.
  for (const tree of [left.down, left.up]) {
    let sum = 0;
    tree.ownRow.forEach((row) => (sum += row < 0 ? 0 : tree.own[row * picture.width]));
    expect(sum).toBeCloseTo(wanted.total[0], 3);
  }
  // Labels of what is left: the sizes of every kept sample.
  const key = picture.labels.findIndex((l) => l.key === "bytes");
  const sums = labelSums(
    picture.cells ?? expect.fail("no cells"),
    picture.width,
    picture.labels.map((l) => l.shown.length),
    isKept,
  );
  picture.labels[key].shown.forEach(({ number }, value) => {
    const at = picture.series.find((s) => s.type === SPACE)?.at ?? 0;
    const is = without.samples
      .filter((s) => s.num_labels?.["bytes"]?.[0] === number)
      .reduce((n, s) => n + s.values[SPACE], 0);
    expect(sums[key][value * picture.width + at]).toBe(is);
  });
}

describe("filters equal the profile without those samples", () => {
  test.each([1, 2, 3])("focus, %i", (seed) => {
    check(
      seed,
      (p) => [{ isIgnored: false, frames: frames(p, "app.f1") }],
      (of, s) => functionsOf(of, s).has("app.f1"),
    );
  });

  test("two of focus must both be met, by any of their functions", () => {
    check(
      4,
      (p) => [
        { isIgnored: false, frames: frames(p, "app.f1", "app.f2") },
        { isIgnored: false, frames: frames(p, "app.f3") },
      ],
      (of, s) => {
        const names = functionsOf(of, s);
        return names.has("app.f3") && (names.has("app.f1") || names.has("app.f2"));
      },
    );
  });

  test("ignore", () => {
    check(
      5,
      (p) => [{ isIgnored: true, frames: frames(p, "app.f7") }],
      (of, s) => !functionsOf(of, s).has("app.f7"),
    );
  });

  test("a label, left out or kept, together with a function", () => {
    const label = (p: ProfilePicture): { key: number; value: number } => {
      const key = p.labels.findIndex((l) => l.key === "tenant");
      return { key, value: p.labels[key].shown.findIndex((v) => v.text === "t2") };
    };
    for (const isIgnored of [false, true]) {
      check(
        6,
        (p) => [
          { isIgnored, ...label(p) },
          { isIgnored: false, frames: frames(p, "app.f4") },
        ],
        (of, s) =>
          (s.labels?.["tenant"]?.includes("t2") === true) !== isIgnored &&
          functionsOf(of, s).has("app.f4"),
      );
    }
  });
});

describe("stacks that are not carried one by one", () => {
  test("are in doubt unless the frames above them decide", () => {
    const picture = profilePicture(profileOfJson(heap(7)), SPACE, { ...PICTURE_LIMITS, nodes: 12 });
    const whole = profilePicture(profileOfJson(heap(7)), SPACE);
    for (const name of whole.names) {
      for (const isIgnored of [false, true]) {
        const few = filteredPicture(picture, [{ isIgnored, frames: frames(picture, name) }]);
        const all = filteredPicture(whole, [{ isIgnored, frames: frames(whole, name) }]);
        const doubt = few.hidden.down[0];
        const is = all.picture.total[0];
        const got = few.picture.total[0];
        // A focus may miss what is hidden; an ignore may keep it.
        const [least, most] = isIgnored ? [got - doubt, got] : [got, got + doubt];
        expect(is).toBeGreaterThanOrEqual(least - 1e-6);
        expect(is).toBeLessThanOrEqual(most + 1e-6);
      }
    }
  });
});
