// Answers that must not be calm: a leak that the evidence at hand cannot show.

import { expect, test } from "vitest";
import { judged } from "../../test/judged.ts";
import { artefact, defaultScrape, metrics } from "../../test/tables.ts";

test("a leak below a memory limit that default metrics do not name is not called calm", () => {
  // NextGC stays at the limit's goal while live memory rises under it.
  const scrapes = Array.from({ length: 60 }, (_, i) =>
    defaultScrape({
      timeMs: 1_700_000_000_000 + i * 1000,
      goalMiB: 225,
      markedMiB: 60 + i,
      objectsMiB: 60 + i + ((i * 37) % 60),
      numGC: i + 10,
    }),
  );
  const answer = judged([artefact("scrapes.txt", metrics(scrapes))]);
  expect(answer.status).not.toBe("no-fault-seen");
});
