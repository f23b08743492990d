import { describe, expect, test } from "vitest";
import { seededRandom } from "../../../test/random.ts";
import { artefact, heapProfile, type HeapRow, type ProfileFacts } from "../../../test/tables.ts";
import { loadProfile } from "../profile/load.ts";
import { frameTotals } from "../profile/frame-totals.ts";
import { framesOf } from "../profile/frames.ts";
import type { Profile } from "../profile/profile.ts";
import { factsOfProfile } from "../profile/source-facts.ts";
import { stackAmounts } from "../profile/stack-amounts.ts";
import { differenceInterval, WeightedCount } from "../stats/weighted-count.ts";
import type { Override } from "./compare.ts";
import { diffPair } from "./pair.ts";
import { subjectsOf, type Subject } from "./subject.ts";
import { picturePair } from "./without-shared.ts";

const ONE: ProfileFacts = { vdso: 0x7ffe_0000, buildId: "b1" };
const SIZES = [48, 512, 8192, 65_536, 1 << 20];
const SPACE = 3;

/** A function each, so that a site is a frame; some keep, some turn over, some only free. */
function twoMoments(seed: number): [HeapRow[], HeapRow[]] {
  const random = seededRandom(seed);
  const before: HeapRow[] = [];
  const after: HeapRow[] = [];
  for (let f = 0; f < 30; f++) {
    const size = SIZES[f % SIZES.length] ?? 48;
    const stack: HeapRow["stack"] = [
      [`main.f${f}`, "/src/main.go", 10 + f],
      ["main.main", "/src/main.go", 1],
    ];
    const inuse = random.integer(20);
    const dead = random.integer(10);
    const born = f % 7 === 0 ? 100 + random.integer(40) : random.integer(6);
    const freed = Math.min(inuse + born, f % 7 === 0 ? born : random.integer(6));
    before.push({ stack, size, allocs: inuse + dead, inuse });
    after.push({ stack, size, allocs: inuse + dead + born, inuse: inuse + born - freed });
  }
  return [before, after];
}

function subjects(before: readonly HeapRow[], after: readonly HeapRow[], other = ONE): Subject[] {
  return subjectsOf(
    [heapProfile(before, ONE), heapProfile(after, other)].map((t, i) => artefact(`${i}.pb`, t)),
    { sampleIndex: "", focus: undefined, ignore: undefined },
  );
}

/** Net and limits of every frame itself, as a page of the difference has them. */
function drawn(before: Profile, after: Profile): Map<string, readonly [number, number, number]> {
  const shown = loadProfile({
    sources: [after],
    bases: [before],
    isDiffBase: true,
    normalize: false,
    executable: undefined,
    buildId: undefined,
    comment: undefined,
    tidiesNames: false,
    allFrames: true,
  });
  const amounts = stackAmounts(shown, [factsOfProfile(shown)]);
  const frames = framesOf(shown);
  const { flat } = frameTotals(shown, amounts, frames);
  const side = (frame: number, isMinus: boolean): WeightedCount => {
    const series = amounts.series.find((s) => s.type === SPACE && s.isMinus === isMinus);
    const out = new WeightedCount();
    if (series === undefined) return out;
    const at = frame * amounts.width + series.at;
    out.value = flat[at];
    out.samples = flat[at + 1];
    out.squares = flat[at + 2];
    out.variance = flat[at + 3];
    return out;
  };
  return new Map(
    frames.name.map((name, frame) => {
      const [plus, minus] = [side(frame, false), side(frame, true)];
      const { lo, hi } = differenceInterval(plus, minus);
      return [name, [plus.value - minus.value, lo, hi]] as const;
    }),
  );
}

function pairOf(given: readonly Subject[], override: Override = undefined) {
  const [before, after] = given;
  if (before === undefined || after === undefined) throw new Error("two profiles");
  const d = diffPair(before, after, { granularity: "lines", override });
  return { d, pair: picturePair(before, after, override) };
}

describe("the picture of a difference has the numbers of the comparison", () => {
  test.each([1, 2, 3, 4, 5])("one process (%i)", (seed) => {
    const { d, pair } = pairOf(subjects(...twoMoments(seed)));
    expect(d.comparison.form).toBe("paired");
    expect(pair.held?.[SPACE]).toBeGreaterThan(0);
    const page = drawn(pair.before, pair.after);
    let compared = 0;
    for (const site of d.sites) {
      const [net, lo, hi] = page.get(site.function) ?? [NaN, NaN, NaN];
      // Values of a profile are whole bytes.
      expect(Math.abs(net - site.value.value)).toBeLessThanOrEqual(2);
      // Of a side without a sample the page asks what its other side's weight could hide.
      if (site.plusSamples === 0 || site.minusSamples === 0) continue;
      const width = site.value.hi - site.value.lo;
      expect(Math.abs(lo - site.value.lo)).toBeLessThanOrEqual(1e-4 * width);
      expect(Math.abs(hi - site.value.hi)).toBeLessThanOrEqual(1e-4 * width);
      compared += 1;
    }
    expect(compared).toBeGreaterThan(10);
  });

  test("two processes: nothing cancels, and each side has the samples of what is live in it", () => {
    const other: ProfileFacts = { vdso: 0x7fff_0000, buildId: "b1" };
    const { d, pair } = pairOf(subjects(...twoMoments(6), other));
    expect(d.comparison).toMatchObject({ form: "naive", why: "other-process" });
    expect(pair.held).toBeUndefined();
    const page = drawn(pair.before, pair.after);
    for (const site of d.sites) {
      if (site.plusSamples === 0 || site.minusSamples === 0) continue;
      const [, lo, hi] = page.get(site.function) ?? [NaN, NaN, NaN];
      const width = site.value.hi - site.value.lo;
      expect(Math.abs(lo - site.value.lo)).toBeLessThanOrEqual(1e-4 * width);
      expect(Math.abs(hi - site.value.hi)).toBeLessThanOrEqual(1e-4 * width);
    }
  });

  test("told to be others, nothing cancels; in the wrong order, the same does", () => {
    const [a, b] = twoMoments(7);
    const rows = subjects(a, b);
    expect(pairOf(rows, "other").pair.held).toBeUndefined();
    const forward = pairOf(rows).pair;
    const backward = pairOf(rows.toReversed()).pair;
    expect(Array.from(backward.before.values[SPACE] ?? [])).toEqual(
      Array.from(forward.after.values[SPACE] ?? []),
    );
    expect(Array.from(backward.after.values[SPACE] ?? [])).toEqual(
      Array.from(forward.before.values[SPACE] ?? []),
    );
  });

  test("the same profile twice has nothing left", () => {
    const [a] = twoMoments(8);
    const { pair } = pairOf(subjects(a, a));
    for (const side of [pair.before, pair.after]) {
      for (const column of side.values) expect(column.every((v) => v === 0)).toBe(true);
    }
  });
});
