import { expect, test } from "vitest";
import { CLIENT_WORDS } from "./client-words.ts";
import { type CarriedFlame, carried, fromData, toData } from "./flame-data.ts";
import { START, flameView } from "./flame-view.ts";
import { flameOf, leakFlame } from "../test/answers.ts";

const through = (flame: CarriedFlame): CarriedFlame =>
  fromData(JSON.parse(JSON.stringify(toData(flame))));

test("what the browser draws from the data is what Node drew", () => {
  const flame = carried(leakFlame(), false);
  for (const state of [
    START,
    { ...START, type: 1 },
    { ...START, isUnfolded: true, zoom: 3 },
    { ...START, without: new Set([5]) },
  ]) {
    const here = flameView(flame, state, CLIENT_WORDS.en);
    const there = flameView(through(flame), state, CLIENT_WORDS.en);
    expect(there.items.map((i) => [i.title, i.row, i.certainty, i.isGuilty])).toEqual(
      here.items.map((i) => [i.title, i.row, i.certainty, i.isGuilty]),
    );
    expect(there.outlines.length).toBe(here.outlines.length);
    there.items.forEach((item, k) => expect(item.x).toBeCloseTo(here.items[k].x, 6));
  }
});

test("a large tree is carried in part: the largest nodes with all their callers, nothing lost in sums", () => {
  const stacks = Array.from(
    { length: 9_000 },
    (_, i) => [1 + (i % 40), `main.main@m.go:1;p.F${i % 300}@p.go:2;q.G${i}@q.go:3`] as const,
  );
  const whole = flameOf(stacks, undefined);
  const part = carried(whole, false);
  expect(part.tree.length).toBeLessThan(whole.length);
  expect(part.tree.values[0].value[0]).toBe(whole.values[0].value[0]);
  for (let i = 1; i < part.tree.length; i++) {
    expect(part.tree.parent[i]).toBeGreaterThanOrEqual(0);
    expect(part.tree.parent[i]).toBeLessThan(i);
  }
  const lost = part.pruned.reduce((a, b) => a + b, 0);
  expect(lost + part.tree.length).toBe(whole.length);
  const view = flameView(through(part), START, CLIENT_WORDS.en);
  const inRow = view.items.filter((i) => i.row === 1).reduce((a, i) => a + i.width, 0);
  expect(inRow).toBeCloseTo(1, 6);
  expect(view.items.some((i) => i.box < 0)).toBe(true);
  expect(JSON.stringify(toData(part)).length).toBeLessThan(250_000);
});

test("names of 10 000 characters are cut in the data, without splitting a character", () => {
  const flame = carried(flameOf([[5, `a.${"😀".repeat(5_000)}@a.go:1`]], undefined), false);
  const { strings } = toData(flame);
  expect(Math.max(...strings.map((s) => s.length))).toBeLessThanOrEqual(512);
  for (const s of strings) expect(s).not.toMatch(/\p{Cs}/u);
});

test("a damaged profile's numbers are lower bounds, without intervals", () => {
  const items = flameView(through(carried(leakFlame(), true)), START, CLIENT_WORDS.en).items;
  expect(items[0].title).toMatch(/≥\s638\sMiB/);
  expect(items.some((i) => /\[\d/.test(i.title))).toBe(false);
});
