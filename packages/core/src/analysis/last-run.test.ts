import { describe, expect, test } from "vitest";
import { viewOf } from "../../test/judged.ts";
import { artefact, defaultScrape, metrics, runtimeSample } from "../../test/tables.ts";

const START = 1_700_000_000_000;
const scrape = (i: number, startedSec: number) =>
  defaultScrape(
    { timeMs: START + i * 15_000, numGC: 0, markedMiB: 60, totalAllocMiB: 5000 + i },
    { startTimeSec: startedSec },
  );

describe("lastRunOf", () => {
  test("another start time: only what came after, with the new start", () => {
    const started = START / 1000 + 140;
    const view = viewOf([
      artefact(
        "range.json",
        metrics(Array.from({ length: 20 }, (_, i) => scrape(i, i < 10 ? 1000 : started))),
      ),
    ]);
    expect(view.process.metrics).toHaveLength(10);
    expect(view.process.memStats).toHaveLength(10);
    expect(view.process.startMs).toBe(started * 1000);
    expect(view.series.marked?.time[0]).toBeGreaterThanOrEqual(START + 149_000);
    expect(view.process.linking.find((s) => s.id === "link.replaced")?.params).toMatchObject({
      kept: 10,
      left: 10,
    });
  });

  test("no start time: a counter that goes back tells it, also twice", () => {
    const view = viewOf([
      artefact(
        "poll.json",
        metrics(
          Array.from({ length: 30 }, (_, i) =>
            runtimeSample({
              timeMs: START + i * 1000,
              numGC: 1 + (i % 12),
              markedMiB: 20 + (i % 12),
            }),
          ),
        ),
      ),
    ]);
    expect(view.process.metrics).toHaveLength(6);
  });

  test("nothing replaced: the evidence itself", () => {
    const view = viewOf([
      artefact("range.json", metrics(Array.from({ length: 20 }, (_, i) => scrape(i, 1000)))),
    ]);
    expect(view.process.metrics).toHaveLength(20);
    expect(view.process.linking.map((s) => s.id)).not.toContain("link.replaced");
  });

  test("two files whose clocks disagree are not a restart", () => {
    const one = (t: number, numGC: number) =>
      runtimeSample({ timeMs: START + t, numGC, markedMiB: 30 });
    const view = viewOf([
      artefact("a.json", metrics([one(0, 10), one(2000, 20)])),
      artefact("b.json", metrics([one(1000, 22), one(3000, 30)])),
    ]);
    expect(view.process.metrics).toHaveLength(4);
  });
});
