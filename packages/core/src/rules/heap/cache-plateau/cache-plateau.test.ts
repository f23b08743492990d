import { describe, expect, test } from "vitest";
import { judged, verdictOf } from "../../../../test/judged.ts";
import { artefact, defaultScrape, gctrace, metrics } from "../../../../test/tables.ts";

const START = 1_700_000_000_000;
const wobble = (i: number) => Math.sin(i * 12.9898) * 0.5 + Math.sin(i * 78.233) * 0.5;
const log = (live: (t: number) => number, cycles = 90) =>
  artefact(
    "gc.log",
    gctrace(
      Array.from({ length: cycles }, (_, i) => ({
        atSec: 60 + i * 2,
        markedMiB: live(i * 2) + 0.4 * wobble(i),
      })),
      START,
    ),
  );

describe("cache-plateau", () => {
  test("positive: a cache that fills in half a minute and holds", () => {
    const answer = judged([log((t) => 30 + 70 * (1 - Math.exp(-t / 15)))]);
    const v = verdictOf(answer, "cache-plateau");
    expect(v).toMatchObject({ fault: false, confidence: "medium" });
    expect(answer.status).toBe("no-fault-seen");
    expect(answer.worthKnowing.map((s) => s.id)).toContain("cache-plateau.headline");
  });

  test("negative: level from the first cycle", () => {
    expect(verdictOf(judged([log(() => 80)]), "cache-plateau")).toBeUndefined();
  });

  test("looks like it: a leak after a quick warm-up does not bend", () => {
    const answer = judged([log((t) => 30 + Math.min(20, t) + t * 0.7)]);
    expect(verdictOf(answer, "cache-plateau")).toBeUndefined();
  });

  test("looks like it: a bend of a few MiB in a large heap is not worth saying", () => {
    expect(verdictOf(judged([log((t) => 400 + Math.min(6, t))]), "cache-plateau")).toBeUndefined();
  });

  test("weeks of default Prometheus scrapes show it from NextGC", () => {
    const answer = judged([
      artefact(
        "range.json",
        metrics(
          Array.from({ length: 120 }, (_, i) =>
            defaultScrape(
              {
                timeMs: START + i * 3600_000,
                numGC: 0,
                markedMiB: 60 + 140 * (1 - Math.exp(-i / 12)) + 2 * wobble(i),
                totalAllocMiB: i * 1000,
              },
              { startTimeSec: START / 1000 - 60 },
            ),
          ),
        ),
      ),
    ]);
    expect(verdictOf(answer, "cache-plateau")?.fault).toBe(false);
    expect(answer.status).toBe("no-fault-seen");
  });

  test("default scrapes of an idle service repeat one cycle: that is no series", () => {
    const answer = judged([
      artefact(
        "range.json",
        metrics(
          Array.from({ length: 40 }, (_, i) =>
            defaultScrape({
              timeMs: START + i * 2000,
              numGC: 0,
              markedMiB: 60,
              objectsMiB: 70 + i * 0.01,
              totalAllocMiB: 1000 + i * 0.01,
              lastGCMs: START - 5000,
            }),
          ),
        ),
      ),
    ]);
    const marked = answer.series.find((s) => s.id === "marked");
    expect(marked?.time.length).toBe(1);
  });
});
