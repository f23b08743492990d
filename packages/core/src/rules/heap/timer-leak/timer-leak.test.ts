import { describe, expect, test } from "vitest";
import { growing } from "../../../../test/growing.ts";
import { judged, verdictOf } from "../../../../test/judged.ts";
import { artefact, buildInfo, goEnv, metrics, type Frame } from "../../../../test/tables.ts";
import { unreferencedTimers } from "../../../goruntime/timers.ts";

const own: readonly Frame[] = [["app/bus.(*Device).consume", "/src/app/bus/device.go", 36]];
const newTimer: Frame = ["time.newTimer", "/go/src/runtime/time.go", 407];
const make: Frame = ["time.NewTimer", "/go/src/time/sleep.go", 144];
const after: readonly Frame[] = [["time.After", "/go/src/time/sleep.go", 210], ...own];
const afterFunc: readonly Frame[] = [
  newTimer,
  ["time.AfterFunc", "/go/src/time/sleep.go", 220],
  ...own,
];
const ticker: readonly Frame[] = [["time.NewTicker", "/go/src/time/tick.go", 36], ...own];

const kept = (stack: readonly Frame[], size: number, grewMiB: number) => ({ stack, size, grewMiB });
const timers = [kept([newTimer, make, ...after], 112, 60), kept([make, ...after], 112, 60)];
const tickers = [kept([newTimer, ...ticker], 112, 60), kept(ticker, 112, 60)];

const build = (goVersion: string, settings: Record<string, string> = {}) =>
  artefact("build.txt", { ...buildInfo(settings), goVersion });
const OLD = { DefaultGODEBUG: "asynctimerchan=1,gotypesalias=0" };

describe("timer-leak", () => {
  test("positive: time.After before Go 1.23", () => {
    const answer = judged([...growing(timers), build("go1.22.12")]);
    expect(answer.verdicts[0]).toMatchObject({
      cause: "timer-leak",
      headline: { id: "timer-leak.headline-unfired", params: { call: "time.After" } },
      sites: [{ line: 36, role: "creates" }],
    });
    expect(verdictOf(answer, "heap-leak")).toBeUndefined();
  });

  test("positive: a go.mod below 1.23 keeps the old timers up to Go 1.26", () => {
    const answer = judged([...growing(timers), build("go1.26.8", OLD)]);
    expect(answer.verdicts[0]?.headline.id).toBe("timer-leak.headline-unfired");
  });

  test("positive: so does GODEBUG in the environment, against the build's default", () => {
    const answer = judged([
      ...growing(timers),
      build("go1.26.8"),
      artefact("environ", goEnv({ GODEBUG: "asynctimerchan=1" })),
    ]);
    expect(answer.verdicts[0]?.headline.id).toBe("timer-leak.headline-unfired");
  });

  test("tickers are freed by Stop only", () => {
    const answer = judged([...growing(tickers), build("go1.22.12")]);
    expect(answer.verdicts[0]?.headline.id).toBe("timer-leak.headline-unstopped");
  });

  test("AfterFunc keeps what its function captured, in every version", () => {
    const captured: readonly Frame[] = [
      ["app/bus.(*Device).consume", "/src/app/bus/device.go", 30],
    ];
    const caller: Frame = ["app/bus.Run", "/src/app/bus/run.go", 12];
    const answer = judged([
      ...growing([kept([...afterFunc, caller], 112, 40), kept([...captured, caller], 256, 80)]),
      build("go1.27.3"),
    ]);
    expect(answer.verdicts[0]?.headline.id).toBe("timer-leak.headline-active");
    expect(answer.verdicts[0]?.sites).toMatchObject([
      { line: 36, role: "creates" },
      { line: 30, role: "allocates" },
      { line: 12, role: "holds" },
    ]);
  });

  test("since Go 1.23 timers that grow are referred to by something", () => {
    const answer = judged([...growing(timers), build("go1.26.8")]);
    expect(answer.verdicts[0]?.headline.id).toBe("timer-leak.headline-referenced");
  });

  test("without a version it is a lead", () => {
    const answer = judged(growing(timers));
    expect(answer.verdicts[0]).toMatchObject({
      cause: "timer-leak",
      confidence: "low",
      headline: { id: "timer-leak.headline-unknown" },
    });
  });

  test("negative: a line that keeps what it makes, no timers", () => {
    const answer = judged([...growing([kept(own, 416, 100)]), build("go1.22.12")]);
    expect(answer.verdicts[0]?.cause).toBe("heap-leak");
  });

  test("looks like it: leaked connections with a timer each, in a version that frees lone timers", () => {
    const connection: readonly Frame[] = [["app/bus.dial", "/src/app/bus/dial.go", 9]];
    const answer = judged([...growing([...timers, kept(connection, 256, 60)]), build("go1.26.8")]);
    expect(answer.verdicts[0]?.cause).toBe("heap-leak");
    expect(verdictOf(answer, "timer-leak")).toBeUndefined();
  });

  test("looks like it: a deadline's timer belongs to its context", () => {
    const deadline: readonly Frame[] = [
      newTimer,
      ["time.AfterFunc", "/go/src/time/sleep.go", 220],
      ["context.WithDeadlineCause", "/go/src/context/context.go", 660],
      ["context.WithTimeout", "/go/src/context/context.go", 704],
      ...own,
    ];
    const answer = judged([
      ...growing([kept(deadline, 112, 50), kept(deadline.slice(2), 128, 60)]),
      build("go1.26.8"),
    ]);
    expect(answer.verdicts[0]?.cause).toBe("context-leak");
    expect(verdictOf(answer, "timer-leak")).toBeUndefined();
  });

  test("looks like it: many timers, level", () => {
    const answer = judged([
      ...growing(
        timers.map((t) => ({ ...t, grewMiB: 0, beforeMiB: 40 })),
        () => 90,
      ),
      build("go1.22.12"),
    ]);
    expect(answer.status).toBe("no-fault-seen");
  });

  test("the counter of old timers tells the setting where build info does not", () => {
    const counter = "/godebug/non-default-behavior/asynctimerchan:events";
    const seen = artefact(
      "metrics.json",
      metrics([
        {
          timeMs: 1_700_000_100_000,
          goVersion: "go1.26.8",
          scalars: new Map([[counter, 64_601]]),
        },
      ]),
    );
    const answer = judged([...growing(timers), seen]);
    expect(answer.verdicts[0]?.headline.id).toBe("timer-leak.headline-unfired");
  });
});

describe("which timers the collector takes", () => {
  const of = (
    from: number,
    to: number,
    setting?: string,
    isSettingKnown = true,
    oldTimers?: number,
  ) => unreferencedTimers({ range: { from, to }, setting, isSettingKnown, oldTimers });

  test("by version and setting", () => {
    expect(of(22, 22)).toBe("kept");
    expect(of(23, 23)).toBe("collected");
    expect(of(26, 26, "1")).toBe("kept");
    expect(of(26, 26, "2")).toBe("collected");
    expect(of(27, 27, "1")).toBe("collected");
    expect(of(26, 26, undefined, false)).toBe("unknown");
    expect(of(26, 26, undefined, false, 0)).toBe("collected");
    expect(of(26, 26, undefined, false, 5)).toBe("kept");
    expect(of(22, 26)).toBe("unknown");
    expect(of(26, 27, "1")).toBe("unknown");
    expect(of(1, 22)).toBe("kept");
  });
});
