import { describe, expect, it } from "vitest";
import {
  labelsOf,
  outcome,
  profileOf,
  randoms,
  readWith,
  refusal,
  stackOf,
} from "../../../test/profile-testkit.ts";
import { FormatError } from "../../model/errors.ts";
import type { ReadResult } from "../../model/format.ts";
import { detectFormat } from "../registry.ts";
import { speedscopeFormat } from "./format.ts";

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const SCHEMA = "https://www.speedscope.app/file-format-schema.json";
const FRAMES = [
  { name: "main", file: "/srv/main.go", line: 12, col: 3 },
  { name: "serve" },
  { name: "alloc" },
];

function document(profiles: readonly object[], more: object = {}): object {
  return { $schema: SCHEMA, shared: { frames: FRAMES }, profiles, ...more };
}

function read(value: unknown): ReadResult {
  return readWith(speedscopeFormat, utf8(JSON.stringify(value)));
}

const sampled = (unit: string, samples: unknown, weights: unknown, name = "p"): object => ({
  type: "sampled",
  name,
  unit,
  startValue: 0,
  endValue: 100,
  samples,
  weights,
});

const evented = (events: unknown, more: object = {}): object => ({
  type: "evented",
  name: "thread",
  unit: "microseconds",
  startValue: 0,
  endValue: 10,
  events,
  ...more,
});

const rows = (result: ReadResult): [string, number[]][] => {
  const table = profileOf(result);
  return Array.from({ length: table.rows }, (_, row): [string, number[]] => [
    stackOf(table, table.rowStack[row])
      .map((lines) => lines.join("+").replace(/ .*$/, ""))
      .join("<"),
    table.values.map((column) => column[row]),
  ]);
};
const codes = (result: ReadResult): string[] => result.diagnostics.map(({ code }) => code);

describe("sampled", () => {
  it("weights, unit, files and lines", () => {
    const result = read(
      document([sampled("bytes", [[0, 1, 2], [0], []], [5, 7, 1])], { name: "doc" }),
    );
    expect(rows(result)).toEqual([
      ["alloc<serve<main", [5]],
      ["main", [7]],
      ["", [1]],
    ]);
    const table = profileOf(result);
    expect(table.sampleTypes).toEqual([{ type: "space", unit: "bytes" }]);
    expect(stackOf(table, table.rowStack[1])).toEqual([["main /srv/main.go:12"]]);
    expect(table.locations.lineColumn?.[0]).toBe(3);
    expect(table.comments).toEqual(["doc"]);
    expect(result.completeness.complete).toBe(true);
  });

  it("several profiles: one column a unit, a label for those that share one", () => {
    const result = read(
      document(
        [
          sampled("none", [[0]], [1], "thread 1"),
          sampled("none", [[0, 1]], [2], "thread 2"),
          sampled("seconds", [[0]], [3], "clock"),
        ],
        { activeProfileIndex: 2 },
      ),
    );
    expect(rows(result)).toEqual([
      ["main", [1, 0]],
      ["serve<main", [2, 0]],
      ["main", [0, 3]],
    ]);
    const table = profileOf(result);
    expect(table.sampleTypes).toEqual([
      { type: "samples", unit: "count" },
      { type: "time", unit: "seconds" },
    ]);
    expect(table.defaultSampleType).toBe(1);
    expect(labelsOf(table, 1)).toEqual(["profile=thread 2"]);
  });
});

describe("evented", () => {
  it("the time between events belongs to the open stack, and all of it is there", () => {
    const result = read(
      document([
        evented([
          { type: "O", frame: 0, at: 1 },
          { type: "O", frame: 1, at: 2 },
          { type: "C", frame: 1, at: 5 },
          { type: "O", frame: 1, at: 6 },
          { type: "C", frame: 1, at: 8 },
          { type: "C", frame: 0, at: 9 },
        ]),
      ]),
    );
    expect(rows(result)).toEqual([
      ["", [2]],
      ["main", [3]],
      ["serve<main", [5]],
    ]);
    expect(result.completeness.complete).toBe(true);
  });

  it.each([
    [
      "back in time",
      [
        { type: "O", frame: 0, at: 5 },
        { type: "C", frame: 0, at: 4 },
      ],
      "speedscope.event-malformed",
    ],
    ["closes what is not open", [{ type: "C", frame: 0, at: 4 }], "speedscope.event-malformed"],
    ["no such frame", [{ type: "O", frame: 9, at: 4 }], "speedscope.event-malformed"],
    ["never closed", [{ type: "O", frame: 0, at: 4 }], "speedscope.frames-open"],
  ])("%s: said, and not complete", (_, events, code) => {
    const result = read(document([evented(events)]));
    expect(codes(result)).toContain(code);
    expect(result.completeness).toEqual({ complete: false, lowerBounds: true });
  });

  it("ever deeper stacks stop at what memory allows", () => {
    const events = Array.from({ length: 9000 }, (_, at) => ({ type: "O", frame: 0, at }));
    const result = read(document([evented(events, { endValue: 9001 })]));
    expect(codes(result)).toContain("speedscope.too-deep");
    expect(profileOf(result).rows).toBeGreaterThan(8000);
  });
});

describe("damage", () => {
  it("a sample that cannot be read is left out and counted", () => {
    const result = read(document([sampled("none", [[0], [7], "x", [1]], [1, 1, 1])]));
    expect(rows(result)).toEqual([["main", [1]]]);
    expect(codes(result)).toEqual(["speedscope.weights-missing", "speedscope.sample-malformed"]);
  });

  it.each([
    ["no frames", { $schema: SCHEMA, profiles: [] }, "shared.frames"],
    ["no profiles", { shared: { frames: [] } }, "profiles"],
    ["no profile that is one", document([{ type: "chart" }]), "sampled or evented"],
    ["a list", [], "an object"],
  ])("%s is refused", (_, value, text) => {
    expect(refusal(() => read(value))).toContain(text);
  });

  it("cut at any byte is refused: half a document is none", () => {
    const bytes = utf8(JSON.stringify(document([sampled("none", [[0]], [1])])));
    for (let cut = 0; cut < bytes.length; cut++) {
      expect(outcome(() => readWith(speedscopeFormat, bytes.subarray(0, cut)))).toBeInstanceOf(
        FormatError,
      );
    }
  });

  it("any JSON of its shape neither crashes nor hangs", () => {
    const random = randoms(3);
    const next = (): number => random.next().value ?? 0;
    const junk = (depth: number): unknown => {
      const kind = Math.floor(next() * 8);
      if (kind === 0) return null;
      if (kind === 1) return "O";
      if (kind === 2) return next() * 5 - 1;
      if (kind === 3) return 1e308;
      if (kind < 6 || depth > 3) return Math.floor(next() * 4);
      return Array.from({ length: Math.floor(next() * 4) }, () => junk(depth + 1));
    };
    for (let round = 0; round < 300; round++) {
      const events = Array.from({ length: 6 }, () => ({
        type: junk(4),
        frame: junk(2),
        at: junk(2),
      }));
      const result = outcome(() =>
        read(document([evented(events), sampled("bytes", junk(0), junk(0))])),
      );
      if (result instanceof FormatError) continue;
      const table = profileOf(result);
      expect(table.values.every((column) => column.length === table.rows)).toBe(true);
    }
  });
});

describe("detection", () => {
  it("by schema, and without it by shape", () => {
    const text = JSON.stringify(document([sampled("none", [[0]], [1])]));
    expect(detectFormat(utf8(text), "x")?.detection).toEqual({
      format: "speedscope",
      strength: "certain",
    });
    const bare = text.replace(`"$schema":"${SCHEMA}",`, "");
    expect(detectFormat(utf8(bare), "x")?.detection).toEqual({
      format: "speedscope",
      strength: "likely",
    });
    expect(speedscopeFormat.detect(utf8('{"a":1}'), "x")).toBeUndefined();
  });
});
