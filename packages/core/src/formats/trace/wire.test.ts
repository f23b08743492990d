import { beforeAll, describe, expect, it } from "vitest";
import { corpus } from "../../../test/corpus.ts";
import {
  corpusTraces,
  freshTrace,
  Gathered,
  goTool,
  hasGo,
  type NamedTrace,
  pushAll,
  readText,
} from "../../../test/go-traces.ts";
import { seededRandom } from "../../../test/random.ts";
import { bytesOf, utf8 } from "../../../test/reading.ts";
import { filesBelow } from "../../../test/system-fixtures.ts";
import { Footprint } from "./footprint.ts";
import { unquoteBytes } from "./go-unquote.ts";
import { quoteBytes } from "./go-quote.ts";
import { type WireEnd } from "./wire-reader.ts";
import { WireParse, type WireParseEnd } from "./wire-parse.ts";
import { WireText } from "./wire-text.ts";

function textOf(
  bytes: Uint8Array,
  hasHeader = true,
  size = 1 << 16,
): { readonly text: string; readonly end: WireEnd } {
  const out = new Gathered();
  const text = new WireText(out.write, { hasHeader });
  pushAll(text, bytes, size);
  const end = text.end();
  return { text: out.text(), end };
}

function parse(
  text: string,
  version?: number,
  size = 1 << 16,
): { readonly bytes: Uint8Array; readonly end: WireParseEnd } {
  const out = new Gathered();
  const from = new WireParse(out.write, version);
  pushAll(from, utf8(text), size);
  const end = from.end();
  return { bytes: out.bytes(), end };
}

function footprint(bytes: Uint8Array): { readonly text: string; readonly end: WireEnd } {
  const footprint = new Footprint();
  pushAll(footprint, bytes);
  const end = footprint.end();
  return { text: footprint.text(end), end };
}

const SMALL = `Trace Go1.26
EventBatch gen=1 m=18446744073709551615 time=10 size=7
Sync
Frequency freq=1000000000
EndOfGeneration
`;

describe("the wire's text", () => {
  it("says what a hand-written trace holds, and back", () => {
    const { bytes, end } = parse(SMALL);
    expect(end.fault).toBeUndefined();
    expect([...bytes.subarray(16, 28)]).toEqual([1, 1, ...Array(9).fill(255), 1]);
    expect(textOf(bytes)).toMatchObject({ text: SMALL, end: { fault: undefined, events: 4 } });
    const short = parse(SMALL.replace("size=7", "size=20")).bytes;
    expect(textOf(short).end.fault?.code).toBe("cut-batch");
    const open = parse(SMALL.replace("EndOfGeneration\n", "")).bytes;
    expect(textOf(open).end.fault?.code).toBe("cut-generation");
  });

  it("reads comments, blank lines and any white space", () => {
    const lines = SMALL.slice(13).replaceAll(" ", "\t  ").replaceAll("\n", " # said\n\n  # more\n");
    const loose = `# before\n  Trace Go1.26 \n${lines}`;
    expect(parse(loose).bytes).toEqual(parse(SMALL).bytes);
    expect(parse(SMALL, undefined, 1).bytes).toEqual(parse(SMALL).bytes);
    expect(parse(SMALL.slice(13), 26).bytes).toEqual(parse(SMALL).bytes);
  });

  it.each([
    ["", "failed to parse header", 0],
    ["Trace Go1.21\n", "a trace of header go 1.21 has no generations", 1],
    ["Trace Go1.24\n", "unknown or unsupported trace version go 1.24", 1],
    ["Trace Go1.22 x\n", "unexpected non-space at the end of the header", 1],
    ["Trace Go1.22\nSync\n", "unidentified event: Sync", 2],
    ["Trace Go1.22\nFrequency\n", "no argument", 2],
    ["Trace Go1.22\nFrequency freq\n", "malformed argument", 2],
    ["Trace Go1.22\nFrequency frq=1\n", 'expected argument "freq"', 2],
    ["Trace Go1.22\nFrequency freq=18446744073709551616\n", "failed to parse argument value", 2],
    ["Trace Go1.22\nFrequency freq=1 x=2\n", "unexpected non-space at the end of an event", 2],
    ["Trace Go1.22\nStack id=1 nframes=2\n\tpc=1 func=1 file=1 line=1\n", "reading stack", 3],
    ['Trace Go1.22\nString id=1\n\tdata="\\q"\n', "failed to parse data", 3],
  ])("refuses %j", (text, message, line) => {
    const { end } = parse(text);
    expect(end.fault?.message).toContain(message);
    expect(end.line).toBe(line);
  });

  it("keeps numbers of 64 bits and bytes that are no text", () => {
    const data = Uint8Array.from({ length: 256 }, (_, i) => i);
    expect(unquoteBytes(`"${new TextDecoder().decode(quoteBytes(data))}"`)).toEqual(data);
    expect(unquoteBytes('"\\101\\u00e9\\U0001f600"')).toEqual(utf8("Aé😀"));
    expect(unquoteBytes("`a\\`")).toEqual(utf8("a\\"));
    for (const bad of ['"', '"a', "'a'", '"\\777"', '"\\ud800"', '"""', '"\\x0"', "`a`b`"]) {
      expect(unquoteBytes(bad), bad).toBeUndefined();
    }
    const wide = SMALL.replace("freq=1000000000", "freq=18446744073709551615");
    expect(textOf(parse(wide).bytes).text).toBe(wide);
  });

  it("refuses what has no such text, by name", () => {
    expect(textOf(utf8("go 1.21 trace\0\0\0xyz")).end.fault?.code).toBe("old-format");
    expect(textOf(utf8("go 1.24 trace\0\0\0xyz")).end.fault?.code).toBe("no-version");
    expect(textOf(utf8("no trace at all, but text")).end.fault?.code).toBe("no-header");
    expect(textOf(utf8("go 1.22 tr")).end.fault?.code).toBe("no-header");
    expect(
      textOf(Uint8Array.from([...utf8("go 1.23 trace\0\0\0"), 128])).end.fault?.message,
    ).toContain("invalid event type: 128");
  });

  const traces = corpusTraces();

  it.skipIf(traces.length === 0)("equals the text that Go's own tests are written in", () => {
    const folder = corpus("go-trace/golang-exp/tests") ?? "";
    let compared = 0;
    for (const { name, bytes } of traces) {
      const test = readText(`${folder}/${name.replace(/\.trace$/, ".test")}`);
      const text = test.slice(test.indexOf("-- trace --\n") + 12);
      expect(textOf(bytes).text, name).toBe(text);
      expect(textOf(bytes, true, 3).text, name).toBe(text);
      const back = parse(text);
      expect(back.end.fault, name).toBeUndefined();
      expect(textOf(back.bytes).text, name).toBe(text);
      expect(Buffer.compare(back.bytes, bytes), name).toBe(0);
      compared += 1;
    }
    expect(compared).toBeGreaterThan(10);
  });

  it.skipIf(traces.length === 0)("never prints a cut trace as if it were whole", () => {
    const random = seededRandom(7);
    for (const { name, bytes } of traces) {
      const whole = textOf(bytes);
      const starts = batchStarts(bytes);
      for (let i = 0; i < 40; i++) {
        const at = random.integer(bytes.length);
        const { text, end } = textOf(bytes.subarray(0, at));
        expect(whole.text.startsWith(text), `${name} at ${at}`).toBe(true);
        if (end.fault === undefined) expect(starts, `${name} at ${at}`).toContain(at);
      }
    }
  });

  it("bears prepared input", () => {
    const folder = corpus("go-trace");
    const fuzz =
      folder === undefined
        ? []
        : filesBelow(folder)
            .filter((path) => path.endsWith(".bin"))
            .map((path) => bytesOf(path));
    const random = seededRandom(11);
    const noise = Array.from({ length: 200 }, () =>
      Uint8Array.from([
        ...utf8("go 1.26 trace\0\0\0"),
        ...Array.from({ length: 300 }, () => random.integer(140)),
      ]),
    );
    const spaces = `String id=1\n\tdata=${" x".repeat(1000)}${" ".repeat(200_000)}x`;
    expect(parse(spaces, 22).end.fault?.message).toContain("failed to parse data");
    for (const bytes of [...fuzz, ...noise]) {
      const { text, end } = textOf(bytes);
      if (end.fault !== undefined) continue;
      expect(textOf(parse(text).bytes).text).toBe(text);
    }
  });
});

/** Below header 1.26 a cut between two batches leaves a trace that may have ended there. */
function batchStarts(bytes: Uint8Array): number[] {
  const starts = [16];
  const { text } = textOf(bytes, false);
  expect(text).not.toContain("EndOfGeneration");
  for (let at = 16; at < bytes.length;) {
    let from = at + (bytes[at] === 49 ? 2 : 1);
    let size = 0;
    for (let field = 0; field < 4; field++) {
      size = 0;
      for (let shift = 1; ; shift *= 128) {
        const byte = bytes[from++] ?? 0;
        size += (byte & 127) * shift;
        if (byte < 128) break;
      }
    }
    at = from + size;
    starts.push(at);
  }
  return starts;
}

describe.skipIf(!hasGo)("the wire of fresh traces (needs go)", () => {
  const traces: NamedTrace[] = [];

  beforeAll(() => {
    for (const program of ["tasks-regions", "gc-stress", "cpu-profile", "iter-pull"]) {
      traces.push(freshTrace(program, 60));
    }
    traces.push(freshTrace("gc-stress", 20, "traceallocfree=1"));
  }, 240_000);

  it("prints what go tool trace -d=wire prints, and gives the same bytes back", () => {
    for (const { name, bytes } of traces) {
      const go = goTool(["trace", "-d=wire"], bytes);
      expect(go.status, go.stderr).toBe(0);
      const out = new Gathered();
      const text = new WireText(out.write, { hasHeader: false });
      pushAll(text, bytes);
      const end = text.end();
      expect(end.fault, name).toBeUndefined();
      expect(Buffer.compare(out.bytes(), go.stdout), name).toBe(0);
      const back = parse(out.text(), end.version);
      expect(back.end.fault, name).toBeUndefined();
      const parsed = goTool(["trace", "-d=parsed"], back.bytes);
      expect(parsed.status, parsed.stderr).toBe(0);
      const original = goTool(["trace", "-d=parsed"], bytes);
      expect(Buffer.compare(parsed.stdout, original.stdout), name).toBe(0);
    }
  }, 240_000);

  it("counts what go tool trace -d=footprint counts", () => {
    for (const { name, bytes } of [...traces, ...corpusTraces()]) {
      const go = goTool(["trace", "-d=footprint"], bytes);
      expect(go.status, go.stderr).toBe(0);
      const { text, end } = footprint(bytes);
      // A case about a first generation without a clock; its last batch is longer than the file.
      expect(end.fault?.code, name).toBe(
        name === "go122-fail-first-gen-first.trace" ? "cut-batch" : undefined,
      );
      expect(text, name).toBe(Buffer.from(go.stdout).toString("utf8"));
    }
  }, 240_000);
});
