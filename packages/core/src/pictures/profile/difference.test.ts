import { describe, expect, test } from "vitest";
import { seededRandom } from "../../../test/random.ts";
import { artefact, heapProfile, type HeapRow, type ProfileFacts } from "../../../test/tables.ts";
import type { Override } from "../../analysis/diff/compare.ts";
import { diffPair } from "../../analysis/diff/pair.ts";
import { subjectsOf, type Subject } from "../../analysis/diff/subject.ts";
import { picturePair } from "../../analysis/diff/without-shared.ts";
import { loadProfile } from "../../analysis/profile/load.ts";
import type { Profile } from "../../analysis/profile/profile.ts";
import { profilePicture } from "./picture.ts";
import { knownOf, rowSums, type Known } from "./tree-view.ts";

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

/** What the page of the difference has for every frame itself. */
function drawn(before: Profile, after: Profile): Map<string, Known> {
  const shown = loadProfile({
    sources: [after],
    bases: [before],
    isDiffBase: true,
    normalize: false,
    executable: undefined,
    buildId: undefined,
    comment: undefined,
    naming: undefined,
    allFrames: true,
  });
  const picture = profilePicture(shown, SPACE);
  const type = picture.types[SPACE];
  return new Map(
    Array.from(picture.frames.frame, (frame, row) => [
      picture.names[frame],
      knownOf({ ...rowSums(picture, picture.frames.flat, row, SPACE), type }, 0),
    ]),
  );
}

function pairOf(given: readonly Subject[], override?: Override) {
  const [before, after] = given;
  if (before === undefined || after === undefined) throw new Error("two profiles");
  const d = diffPair(before, after, { granularity: "lines", override });
  return { d, pair: picturePair(before, after, override) };
}

/** Sites whose limits are on the page as they are in the answer. */
function compare(d: ReturnType<typeof diffPair>, page: ReadonlyMap<string, Known>): number {
  let compared = 0;
  for (const site of d.sites) {
    const known = page.get(site.function);
    // Nothing is drawn where nothing came, went or is left: the answer still says what could hide there.
    if (known === undefined || (known.plus === 0 && known.minus === 0)) {
      expect(Math.abs(site.value.value)).toBeLessThanOrEqual(2);
      continue;
    }
    const width = site.value.hi - site.value.lo;
    // Values of a profile are whole bytes.
    expect(Math.abs(known.net - site.value.value)).toBeLessThanOrEqual(2);
    expect(Math.abs(known.lo - site.value.lo)).toBeLessThanOrEqual(1e-4 * width);
    expect(Math.abs(known.hi - site.value.hi)).toBeLessThanOrEqual(1e-4 * width);
    compared += 1;
  }
  return compared;
}

describe("the picture of a difference has the numbers of the comparison", () => {
  test.each([1, 2, 3, 4, 5])("one process (%i)", (seed) => {
    const { d, pair } = pairOf(subjects(...twoMoments(seed)));
    expect(d.comparison.form).toBe("paired");
    expect(pair.held?.[SPACE]).toBeGreaterThan(0);
    expect(compare(d, drawn(pair.before, pair.after))).toBeGreaterThan(15);
  });

  test("two processes: nothing cancels, and each side has the samples of what is live in it", () => {
    const other: ProfileFacts = { vdso: 0x7fff_0000, buildId: "b1" };
    const { d, pair } = pairOf(subjects(...twoMoments(6), other));
    expect(d.comparison).toMatchObject({ form: "naive", why: "other-process" });
    expect(pair.held).toBeUndefined();
    expect(compare(d, drawn(pair.before, pair.after))).toBeGreaterThan(15);
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
