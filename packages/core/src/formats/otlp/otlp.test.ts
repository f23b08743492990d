import { describe, expect, it } from "vitest";
import {
  fixture,
  labelsOf,
  outcome,
  profileOf,
  randoms,
  readWith,
  refusal,
  spell,
} from "../../../test/profile-testkit.ts";
import { MessageWriter } from "../../model/builders/proto-writer.ts";
import { FormatError } from "../../model/errors.ts";
import { pprofFormat } from "../pprof/format.ts";
import { detectFormat } from "../registry.ts";
import { otlpFormat } from "./format.ts";

const NAMES = ["go1.26.heap", "go1.26.mutex"];
const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const json = (value: unknown): Uint8Array => utf8(JSON.stringify(value));

/** What a table says, without the notes on how it was read. */
function tableText(format: typeof otlpFormat, bytes: Uint8Array): string {
  const { table } = readWith(format, bytes);
  return spell({ table, diagnostics: [], completeness: { complete: true, lowerBounds: false } });
}

describe("what the collector's library writes", () => {
  it.each(NAMES.flatMap((name) => [`${name}.pb`, `${name}.json`]))(
    "%s is the table of the pprof",
    (file) => {
      const bytes = fixture(`otlp/${file}`);
      expect(detectFormat(bytes.subarray(0, 65536), "x")).toMatchObject({
        format: { id: "otlp" },
        detection: { strength: "certain" },
      });
      const pprof = fixture(`pprof/${file.replace(/\.(?:pb|json)$/, ".pb.gz")}`);
      expect(tableText(otlpFormat, bytes)).toBe(tableText(pprofFormat, pprof));
    },
  );

  it.each(NAMES)("%s.json cut is refused", (name) => {
    const bytes = fixture(`otlp/${name}.json`);
    expect(refusal(() => readWith(otlpFormat, bytes.subarray(0, bytes.length - 9)))).toContain(
      "cut",
    );
  });
});

const DICTIONARY = {
  stringTable: [
    "",
    "samples",
    "count",
    "main.f",
    "n",
    "ms",
    "main.go",
    "flag",
    "cpu",
    "nanoseconds",
  ],
  mappingTable: [{}],
  functionTable: [{}, { nameStrindex: 3, systemNameStrindex: 3, filenameStrindex: 6 }],
  locationTable: [
    {},
    { address: "18446744071579131904", lines: [{ functionIndex: 1, line: "7" }] },
  ],
  stackTable: [{}, { locationIndices: [1] }],
  linkTable: [{}, { traceId: "0123456789abcdef0123456789abcdef", spanId: "0123456789abcdef" }],
  attributeTable: [
    {},
    { keyStrindex: 4, value: { intValue: "42" }, unitStrindex: 5 },
    { keyStrindex: 7, value: { boolValue: true } },
    { keyStrindex: 7, value: { arrayValue: { values: [{ stringValue: "a" }, { intValue: 2 }] } } },
  ],
};

interface Sample {
  readonly stackIndex?: number;
  readonly values?: readonly (string | number)[];
  readonly timestampsUnixNano?: readonly string[];
  readonly attributeIndices?: readonly number[];
  readonly linkIndex?: number;
}

function profile(samples: readonly Sample[], type = [1, 2], more: object = {}): object {
  const [typeStrindex, unitStrindex] = type;
  return {
    sampleType: { typeStrindex, unitStrindex },
    samples,
    timeUnixNano: "1700000000123456789",
    ...more,
  };
}

function file(...profiles: readonly object[]): Uint8Array {
  return json({ resourceProfiles: [{ scopeProfiles: [{ profiles }] }], dictionary: DICTIONARY });
}

describe("samples", () => {
  it("values are added up, and time stamps alone count 1 each", () => {
    const result = readWith(
      otlpFormat,
      file(
        profile([
          { stackIndex: 1, values: ["2", 3], timestampsUnixNano: ["1", "2"] },
          { stackIndex: 1, timestampsUnixNano: ["1", "2", "3"] },
        ]),
      ),
    );
    expect([...profileOf(result).values[0]]).toEqual([5, 3]);
    expect(result.diagnostics.map(({ code }) => code)).toEqual(["otlp.timestamps-dropped"]);
  });

  it("attributes and links become labels", () => {
    const table = profileOf(
      readWith(
        otlpFormat,
        file(profile([{ stackIndex: 1, values: [1], attributeIndices: [1, 2, 3], linkIndex: 1 }])),
      ),
    );
    expect(labelsOf(table, 0)).toEqual([
      "n=42 ms",
      "flag=true",
      "flag=a 2",
      "trace_id=0123456789abcdef0123456789abcdef",
      "span_id=0123456789abcdef",
    ]);
  });

  it("profiles of one scope and moment are joined by what a sample is, not by its place", () => {
    const table = profileOf(
      readWith(
        otlpFormat,
        file(
          profile([
            { stackIndex: 1, values: [1], attributeIndices: [1] },
            { stackIndex: 1, values: [2] },
            { stackIndex: 1, values: [3] },
          ]),
          profile(
            [
              { stackIndex: 1, values: [30] },
              { values: [9] },
              { stackIndex: 1, values: [10], attributeIndices: [1] },
            ],
            [8, 9],
          ),
        ),
      ),
    );
    expect(table.sampleTypes).toEqual([
      { type: "samples", unit: "count" },
      { type: "cpu", unit: "nanoseconds" },
    ]);
    expect(table.values.map((column) => [...column])).toEqual([
      [1, 2, 3, 0],
      [10, 30, 0, 9],
    ]);
    expect(table.profileKind).toBe("cpu");
    expect(table.timeNanos).toBe(1700000000123456789n);
    expect(table.locations.bigAddress).toEqual(new Map([[0, 18446744071579131904n]]));
  });

  it("profiles of another moment are counted, not mixed in", () => {
    const result = readWith(
      otlpFormat,
      file(
        profile([{ stackIndex: 1, values: [1] }]),
        profile([{ stackIndex: 1, values: [2] }], [1, 2], { timeUnixNano: "1700000001000000000" }),
      ),
    );
    expect([...profileOf(result).values[0]]).toEqual([1]);
    expect(result.completeness.complete).toBe(false);
    expect(result.diagnostics).toContainEqual(
      expect.objectContaining({ code: "otlp.more-profiles", params: { profiles: 1 } }),
    );
  });
});

describe("damage", () => {
  it("a stack that is not there loses its sample and says so", () => {
    const result = readWith(
      otlpFormat,
      file(
        profile([
          { stackIndex: 7, values: [1] },
          { stackIndex: 1, values: [2] },
        ]),
      ),
    );
    expect([...profileOf(result).values[0]]).toEqual([2]);
    expect(result.completeness).toEqual({ complete: false, lowerBounds: true });
  });

  it("no profile, no dictionary, no stack: refused", () => {
    const none = json({ resourceProfiles: [], dictionary: DICTIONARY });
    expect(refusal(() => readWith(otlpFormat, none))).toContain("a profile");
    const bare = json({ resourceProfiles: [{ scopeProfiles: [{ profiles: [profile([])] }] }] });
    expect(refusal(() => readWith(otlpFormat, bare))).toContain("a dictionary");
    const lost = file(profile([{ stackIndex: 9, values: [1] }]));
    expect(refusal(() => readWith(otlpFormat, lost))).toContain("stacks");
  });

  it("flipped bytes neither crash nor hang", () => {
    const bytes = fixture("otlp/go1.26.mutex.pb");
    const random = randoms(7);
    for (let round = 0; round < 400; round++) {
      const hurt = bytes.slice();
      for (let i = 0; i < 4; i++) {
        hurt[Math.floor((random.next().value ?? 0) * hurt.length)] = Math.floor(
          (random.next().value ?? 0) * 256,
        );
      }
      const result = outcome(() => readWith(otlpFormat, hurt));
      if (result instanceof FormatError) continue;
      const table = profileOf(result);
      expect(table.values.every((column) => column.length === table.rows)).toBe(true);
      expect(
        table.locations.lineFunction.every((fn) => fn >= 0 && fn < table.functions.length),
      ).toBe(true);
    }
  });
});

describe("not mine", () => {
  /** ExportTraceServiceRequest: the same nesting, but spans. */
  function spans(): Uint8Array {
    const span = new MessageWriter();
    span.bytes(1, new Uint8Array(16).fill(7));
    span.bytes(2, new Uint8Array(8).fill(7));
    const scope = new MessageWriter();
    scope.message(2, span);
    const resource = new MessageWriter();
    resource.message(2, scope);
    const out = new MessageWriter();
    out.message(1, resource);
    return out.out.finish();
  }

  it.each([
    ["spans of traces", spans()],
    ["a pprof profile", fixture("pprof/go1.26.heap.pb.gz")],
    ["other JSON", json({ resourceSpans: [] })],
    ["nothing", new Uint8Array(0)],
  ])("%s", (_, bytes) => {
    expect(otlpFormat.detect(bytes.subarray(0, 65536), "x")).toBeUndefined();
  });
});
