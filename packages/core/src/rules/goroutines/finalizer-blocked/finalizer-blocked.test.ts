import { describe, expect, test } from "vitest";
import { growing } from "../../../../test/growing.ts";
import { judged, verdictOf } from "../../../../test/judged.ts";
import {
  artefact,
  goroutineDump,
  goroutineProfile,
  metrics,
  type Frame,
} from "../../../../test/tables.ts";

const START = 1_700_000_010_000;
const wait: readonly Frame[] = [
  ["runtime.gopark", "/go/src/runtime/proc.go", 462],
  ["runtime.chansend1", "/go/src/runtime/chan.go", 161],
];
const close: readonly Frame[] = [["app/share.(*handle).close", "/src/app/share/handle.go", 42]];
const fing = (name = "runFinalizers"): Frame => [
  `runtime.${name}`,
  "/go/src/runtime/mfinal.go",
  272,
];
const blocked = (name?: string) => [...wait, ...close, fing(name)];
const open: readonly Frame[] = [["app/share.(*session).open", "/src/app/share/handle.go", 33]];
const heap = () => growing([{ stack: open, size: 24_576, grewMiB: 120, beforeMiB: 1 }]);

/** Goroutine profiles at these seconds; undefined: the finalizer goroutine is not to be seen. */
const profiles = (stacks: readonly (readonly Frame[] | undefined)[], every = 40) =>
  stacks.map((stack, i) =>
    artefact(`g${i}.txt`, {
      ...goroutineProfile([
        { stack: [["app/main.serve", "/src/app/main.go", 9]], count: 4 },
        ...(stack === undefined ? [] : [{ stack, count: 1 }]),
      ]),
      timeMs: START + i * every * 1000,
    }),
  );

const queue = (
  queued: (t: number) => number,
  executed: (t: number) => number,
  kind = "finalizers",
  seconds = 120,
) =>
  artefact(
    "metrics.json",
    metrics(
      Array.from({ length: seconds / 5 + 1 }, (_, i) => ({
        timeMs: START + i * 5000,
        scalars: new Map([
          [`/gc/${kind}/queued:${kind}`, Math.round(queued(i * 5))],
          [`/gc/${kind}/executed:${kind}`, Math.round(executed(i * 5))],
        ]),
      })),
    ),
  );

describe("finalizer-blocked", () => {
  test("positive: the goroutine stands, its queue grows, as many objects live", () => {
    const answer = judged([
      ...heap(),
      ...profiles([blocked(), blocked(), blocked()]),
      queue(
        (t) => 100 + t * 43,
        () => 36,
      ),
    ]);
    expect(answer.verdicts[0]).toMatchObject({
      cause: "finalizer-blocked",
      confidence: "high",
      sites: [
        { line: 42, role: "blocks" },
        { line: 33, role: "allocates" },
      ],
    });
    expect(verdictOf(answer, "heap-leak")).toBeUndefined();
  });

  test("positive: up to Go 1.24 the goroutine is runfinq, and no metric tells the queue", () => {
    const answer = judged([...heap(), ...profiles([blocked("runfinq"), blocked("runfinq")])]);
    expect(answer.verdicts.map((v) => [v.cause, v.confidence])).toEqual([
      ["finalizer-blocked", "low"],
      ["heap-leak", "low"],
    ]);
  });

  test("a dump that shows a wait of minutes makes it medium beside growth, a lead without", () => {
    const dump = artefact(
      "dump.txt",
      goroutineDump([{ stack: [...close, fing()], state: "chan send", waitMinutes: 3 }]),
      START + 100_000,
    );
    expect(judged([...heap(), dump]).verdicts[0]).toMatchObject({
      cause: "finalizer-blocked",
      confidence: "medium",
    });
    expect(verdictOf(judged([dump]), "finalizer-blocked")?.confidence).toBe("low");
  });

  test("the queue alone: nothing is run any more, place unknown", () => {
    const answer = judged([
      queue(
        (t) => 100 + t * 43,
        () => 36,
      ),
    ]);
    expect(answer.verdicts[0]).toMatchObject({
      cause: "finalizer-blocked",
      confidence: "medium",
      sites: [],
    });
  });

  test("cleanups have a queue of their own", () => {
    const answer = judged([
      ...profiles([blocked("runCleanups"), blocked("runCleanups"), blocked("runCleanups")]),
      queue(
        (t) => 100 + t * 43,
        () => 36,
        "cleanups",
      ),
    ]);
    const v = verdictOf(answer, "finalizer-blocked");
    expect(v).toMatchObject({ confidence: "high", sites: [{ line: 42 }] });
    expect(v?.against.map((s) => s.id)).toContain("finalizer-blocked.against-cleanups");
  });

  test("finalizers that are queued faster than they are run", () => {
    const answer = judged([
      ...profiles([blocked(), blocked(), blocked()]),
      queue(
        (t) => 400 * Math.ceil(t / 10) * 10,
        (t) => t * 250,
      ),
    ]);
    expect(verdictOf(answer, "finalizer-blocked")).toMatchObject({
      confidence: "low",
      headline: { id: "finalizer-blocked.headline-slow" },
    });
  });

  test("negative: no finalizer anywhere", () => {
    const answer = judged([...heap(), ...profiles([undefined, undefined])]);
    expect(verdictOf(answer, "finalizer-blocked")).toBeUndefined();
    expect(answer.verdicts[0]?.cause).toBe("heap-leak");
  });

  test("looks like it: a finalizer that is busy once", () => {
    const answer = judged([...heap(), ...profiles([undefined, blocked(), undefined])]);
    expect(verdictOf(answer, "finalizer-blocked")).toBeUndefined();
    const last = judged([...heap(), ...profiles([undefined, undefined, blocked()])]);
    expect(verdictOf(last, "finalizer-blocked")).toBeUndefined();
  });

  test("looks like it: the same stack each time, of a queue that drains", () => {
    const batches = (t: number) => 500 * Math.ceil((t + 1) / 10);
    const answer = judged([
      ...profiles([blocked(), blocked(), blocked()]),
      queue(batches, (t) => batches(t) - (t % 10 === 0 ? 450 : 20)),
    ]);
    expect(verdictOf(answer, "finalizer-blocked")).toBeUndefined();
  });

  test("looks like it: the same stack each time, of a heap that does not grow", () => {
    const level = growing([{ stack: open, size: 24_576, grewMiB: 0, beforeMiB: 30 }], () => 40);
    const answer = judged([...level, ...profiles([blocked(), blocked(), blocked()])]);
    expect(answer.status).toBe("no-fault-seen");
  });

  test("looks like it: finalizers that each sleep for a moment", () => {
    const asleep: readonly Frame[] = [
      ["runtime.gopark", "/go/src/runtime/proc.go", 462],
      ["time.Sleep", "/go/src/runtime/time.go", 361],
      ...close,
      fing(),
    ];
    const answer = judged([...heap(), ...profiles([asleep, asleep, asleep])]);
    expect(verdictOf(answer, "finalizer-blocked")).toBeUndefined();
  });

  test("looks like it: blocks that are not counted yet", () => {
    const answer = judged([
      queue(
        (t) => Math.min(150, t * 2),
        () => 0,
      ),
    ]);
    expect(verdictOf(answer, "finalizer-blocked")).toBeUndefined();
  });

  test("looks like it: the goroutine waits for work, in a traceback of all of the system's", () => {
    const idle = [...wait, fing()];
    const answer = judged([...heap(), ...profiles([idle, idle, idle])]);
    expect(verdictOf(answer, "finalizer-blocked")).toBeUndefined();
  });
});
