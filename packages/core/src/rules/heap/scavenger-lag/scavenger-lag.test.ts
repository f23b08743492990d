import { describe, expect, test } from "vitest";
import { judged, verdictOf } from "../../../../test/judged.ts";
import { artefact, metrics, runtimeSample } from "../../../../test/tables.ts";

const START = 1_700_000_000_000;
const watched = (
  of: (i: number) => {
    readonly markedMiB: number;
    readonly freeMiB: number;
    readonly releasedMiB: number;
  },
) =>
  artefact(
    "m.json",
    metrics(
      Array.from({ length: 12 }, (_, i) =>
        runtimeSample({ timeMs: START + i * 5000, numGC: 50 + i, ...of(i) }),
      ),
    ),
  );

describe("scavenger-lag", () => {
  test("positive: after a burst free spans go back to the system", () => {
    const answer = judged([
      watched((i) => ({
        markedMiB: 50 + Math.sin(i * 7),
        freeMiB: 300 - i * 22,
        releasedMiB: 10 + i * 22,
      })),
    ]);
    expect(verdictOf(answer, "scavenger-lag")).toMatchObject({ fault: false });
    expect(answer.status).toBe("no-fault-seen");
  });

  test("negative: nothing is kept", () => {
    const answer = judged([
      watched((i) => ({ markedMiB: 50 + Math.sin(i * 7), freeMiB: 4, releasedMiB: 300 })),
    ]);
    expect(verdictOf(answer, "scavenger-lag")).toBeUndefined();
  });

  test("looks like it: free spans taken up again by a heap that grows", () => {
    const answer = judged([
      watched((i) => ({ markedMiB: 50 + i * 10, freeMiB: 300 - i * 22, releasedMiB: 10 })),
    ]);
    expect(verdictOf(answer, "scavenger-lag")).toBeUndefined();
  });

  test("looks like it: room for the next cycle, free between two cycles by design", () => {
    const answer = judged([
      watched((i) => ({
        markedMiB: 400 + Math.sin(i * 7),
        freeMiB: i % 2 === 0 ? 200 : 90,
        releasedMiB: 20 + i,
      })),
    ]);
    expect(verdictOf(answer, "scavenger-lag")).toBeUndefined();
  });
});
