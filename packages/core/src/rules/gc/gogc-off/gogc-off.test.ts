import { describe, expect, test } from "vitest";
import { judged, verdictOf } from "../../../../test/judged.ts";
import {
  artefact,
  heapProfile,
  metrics,
  runtimeSample,
  type Frame,
  type HeapRow,
} from "../../../../test/tables.ts";

const START = 1_700_000_000_000;
const list: readonly Frame[] = [["app/click.(*recent).list", "/src/app/click/recent.go", 37]];
const page: readonly Frame[] = [
  ["encoding/json.Marshal", "/go/src/encoding/json/encode.go", 162],
  ["app/click.page", "/src/app/click/page.go", 46],
];

/** A minute of runtime/metrics without one cycle; `growth` in MiB/s. */
const run = (growth: number, o: { readonly gogc?: number; readonly limitMiB?: number } = {}) =>
  artefact(
    "metrics.json",
    metrics(
      Array.from({ length: 31 }, (_, i) =>
        runtimeSample(
          {
            timeMs: START + i * 2000,
            numGC: 0,
            markedMiB: 0,
            objectsMiB: 20 + growth * i * 2 + 0.01 * Math.sin(i * 7),
            goalMiB: 1e6,
            gogc: o.gogc ?? 2 ** 64,
          },
          undefined,
          o.limitMiB === undefined ? {} : { memLimitMiB: o.limitMiB },
        ),
      ),
    ),
  );

/** What the first profile publishes and every later one repeats. */
const profiles = (freed = 0) => {
  const rows: HeapRow[] = [
    { stack: list, size: 8192, allocs: 130, inuse: 130 - freed },
    { stack: page, size: 4096, allocs: 60, inuse: 60 },
    { stack: [["app/main.init", "/src/app/main.go", 5]], size: 1024, allocs: 3, inuse: 3 },
  ];
  return [0, 60].map((t) =>
    artefact(`heap${t}.txt`, heapProfile(rows, { timeMs: START + t * 1000 })),
  );
};

describe("gogc-off", () => {
  test("positive: switched off, no limit, the heap grows; the lines that allocate", () => {
    const answer = judged([run(3), ...profiles()]);
    expect(answer.verdicts[0]).toMatchObject({
      cause: "gogc-off",
      confidence: "high",
      sites: [
        { file: "/src/app/click/recent.go", line: 37, role: "allocates" },
        { file: "/src/app/click/page.go", line: 46, role: "allocates" },
      ],
    });
  });

  test("where something was freed, what is live is not what was allocated", () => {
    const v = verdictOf(judged([run(3), ...profiles(40)]), "gogc-off");
    expect(v?.sites).toEqual([]);
  });

  test("negative: GOGC=100", () => {
    expect(verdictOf(judged([run(3, { gogc: 100 })]), "gogc-off")).toBeUndefined();
  });

  test("looks like it: off with a memory limit, as the guide has it", () => {
    expect(verdictOf(judged([run(3, { limitMiB: 512 })]), "gogc-off")).toBeUndefined();
  });

  test("off in a process that does not grow is a lead", () => {
    expect(verdictOf(judged([run(0)]), "gogc-off")?.confidence).toBe("low");
  });
});
