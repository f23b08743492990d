import { expect, test } from "vitest";
import {
  fixture,
  fixtureNames,
  goroutinesOf,
  labelsOf,
  profileOf,
  readWith,
  spell,
} from "../../../test/profile-testkit.ts";
import { encodeProfile } from "../../formats/pprof/encode.ts";
import { pprofFormat } from "../../formats/pprof/format.ts";
import { goroutineTextFormat } from "../../formats/goroutine-text/format.ts";
import { profileOfGoroutines } from "./goroutine-profile.ts";
import { rawText } from "./raw-text.ts";

const names = fixtureNames("goroutine-text", /^go.*\.txt$/);

test.each(names)("%s: each goroutine is a row, with why and how long it waits", (name) => {
  const dump = goroutinesOf(readWith(goroutineTextFormat, fixture(`goroutine-text/${name}`)));
  const profile = profileOfGoroutines(dump);
  expect(profile.rows).toBe(dump.rows);
  expect(profile.values[0].reduce((sum, v) => sum + v, 0)).toBe(dump.rows);
  for (let row = 0; row < dump.rows; row++) {
    const labels = labelsOf(profile, row);
    expect(labels).toContain(`state=${dump.strings.get(dump.state[row])}`);
    const minutes = dump.waitMinutes[row];
    const wait = labels.filter((label) => label.startsWith("wait="));
    expect(wait).toEqual(minutes > 0 ? [`wait=${minutes} minutes`] : []);
    for (const label of dump.labels === undefined ? [] : labelsOf(dump, row)) {
      expect(labels).toContain(label);
    }
  }
  // A profile like others: what is written comes back.
  const again = profileOf(readWith(pprofFormat, encodeProfile(profile)));
  expect(Array.from(rawText(again)).join("")).toBe(Array.from(rawText(profile)).join(""));
  expect(
    spell({ table: again, diagnostics: [], completeness: { complete: true, lowerBounds: false } }),
  ).toContain("goroutine");
});
