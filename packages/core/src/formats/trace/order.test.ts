import { describe, expect, it } from "vitest";
import { corpus } from "../../../test/corpus.ts";
import { seededRandom } from "../../../test/random.ts";
import { bytesOf, utf8 } from "../../../test/reading.ts";
import { filesBelow } from "../../../test/system-fixtures.ts";
import { goldenTraces } from "../../../test/trace-corpus.ts";
import { parsedText, readOrdered } from "../../../test/trace-reading.ts";
import type { TraceEventBatch } from "../../model/tables/trace.ts";
import { traceVersion } from "./container.ts";
import { GENERATION_VERSIONS } from "./spec.ts";

const golden = goldenTraces();

/** "M=0 P=1 G=2 StateTransition Time=…" → kind; what the text says is what Go's tools count. */
const LINE = /^M=-?\d+ P=-?\d+ G=-?\d+ (\w+) Time=(-?\d+)(.*)$/;

interface Counts {
  readonly kinds: Record<string, number>;
  readonly transitions: Record<string, number>;
  readonly reasons: Record<string, number>;
  readonly rangeNs: Record<string, number>;
  readonly syncs: number[];
  readonly times: number[];
}

function increment(counts: Record<string, number>, key: string, by = 1): void {
  counts[key] = (counts[key] ?? 0) + by;
}

function countsOf(text: string): Counts {
  const counts: Counts = {
    kinds: {},
    transitions: {},
    reasons: {},
    rangeNs: {},
    syncs: [],
    times: [],
  };
  const open = new Map<string, number>();
  for (const line of text.split("\n")) {
    const [, kind = "", time = "", rest = ""] = LINE.exec(line) ?? [];
    if (kind === "") continue;
    increment(counts.kinds, kind);
    const at = Number(time);
    counts.times.push(at);
    if (kind === "Sync") counts.syncs.push(at);
    const [, what = "", from = "", to = "", reason = ""] =
      / (GoID|ProcID)=-?\d+ (\w+)->(\w+) Reason="(.*)"$/.exec(rest) ?? [];
    if (what !== "") {
      const of = what === "GoID" ? "goroutine" : "proc";
      increment(counts.transitions, `${of} ${from}->${to}`);
    }
    if (reason !== "") increment(counts.reasons, reason);
    const [, name = "", scope = ""] = / Name="(.*)" Scope=(\S+)/.exec(rest) ?? [];
    const key = `${name} ${scope}`;
    if (kind === "RangeBegin" || (kind === "RangeActive" && !open.has(key))) open.set(key, at);
    if (kind === "RangeEnd") {
      const began = open.get(key);
      if (began !== undefined) increment(counts.rangeNs, name, at - began);
      open.delete(key);
    }
  }
  return counts;
}

describe.skipIf(golden.length === 0)("full order (needs the go-trace corpus)", () => {
  it("delivers the events that Go's reader delivers", () => {
    let events = 0;
    for (const { name, bytes, reader, syncs } of golden) {
      const { text } = parsedText(bytes);
      const counts = countsOf(text.toString());
      expect(counts.kinds, name).toEqual(reader.events_by_kind);
      expect(counts.transitions, name).toEqual(reader.transitions);
      expect(counts.reasons, name).toEqual(reader.block_reasons);
      expect(counts.rangeNs, name).toEqual(reader.range_total_ns);
      expect([counts.times[0], counts.times.at(-1)], name).toEqual([
        reader.first_time,
        reader.last_time,
      ]);
      if (syncs.length > 0) expect(counts.syncs, name).toEqual(syncs.map((sync) => sync.time));
      events += reader.events;
    }
    expect(events).toBeGreaterThan(1000);
  });

  it("fails where Go's reader fails, with its words", () => {
    let failures = 0;
    for (const { name, bytes, isSuccess, errorRegexp } of golden) {
      const { fault } = parsedText(bytes);
      if (isSuccess) expect(fault, name).toBeUndefined();
      else {
        expect(fault, name).toMatch(new RegExp(errorRegexp));
        failures += 1;
      }
    }
    expect(failures).toBe(2);
  });

  it("keeps time increasing and never hangs, however the bytes are damaged", () => {
    const random = seededRandom(5);
    for (const { bytes } of golden) {
      for (let turn = 0; turn < 500; turn++) {
        const copy = bytes.slice(0, bytes.length);
        const at = 16 + random.integer(bytes.length - 16);
        if (turn % 2 === 0) copy[at] = (copy[at] ?? 0) ^ (1 << random.integer(8));
        const input = turn % 2 === 0 ? copy : copy.subarray(0, at);
        let last = -Infinity;
        let isIncreasing = true;
        readOrdered(input, () => ({
          generation: () => {},
          events: (batch: TraceEventBatch) => {
            for (let i = 0; i < batch.length; i++) {
              const time = batch.timeNs[i] ?? Number.NaN;
              if (!(time > last)) isIncreasing = false;
              last = time;
            }
          },
        }));
        expect(isIncreasing, `byte ${at}`).toBe(true);
      }
    }
  });

  const folder = corpus("go-trace");
  it("ends on every fuzz input", () => {
    let read = 0;
    for (const path of filesBelow(folder ?? "")) {
      const bytes = bytesOf(path);
      const version = traceVersion(bytes.subarray(0, 16));
      if (version === undefined || !GENERATION_VERSIONS.includes(version)) continue;
      parsedText(bytes);
      read += 1;
    }
    expect(read).toBeGreaterThan(13);
  });
});

describe("a trace that ends early", () => {
  it("is a fault, unless Go's reader accepts it too", () => {
    const header = utf8("go 1.26 trace\0\0\0");
    expect(parsedText(header)).toEqual({
      text: Buffer.from("M=-1 P=-1 G=-1 Sync Time=1 N=1\n"),
      fault: undefined,
    });
    const old = utf8("go 1.22 trace\0\0\0");
    expect(parsedText(old).fault).toBe("no frequency event found");
    const withBatch = Uint8Array.from([...header, 1, 1, 0, 0, 2, 11, 0]);
    expect(parsedText(withBatch).fault).toBe("incomplete generation found; trace likely truncated");
  });
});
