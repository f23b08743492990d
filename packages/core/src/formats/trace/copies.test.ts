import { beforeAll, describe, expect, it } from "vitest";
import {
  corpusTraces,
  freshTrace,
  Gathered,
  goTool,
  hasGo,
  type NamedTrace,
  pushAll,
} from "../../../test/go-traces.ts";
import { seededRandom } from "../../../test/random.ts";
import { TEST_CAP, utf8 } from "../../../test/reading.ts";
import { RUNTIME_WORDS } from "../../goruntime/trace-words.ts";
import { Anonymize, type AnonymizeEnd } from "./anonymize.ts";
import { type CutEnd, CutTrace } from "./cut.ts";
import {
  Pseudonyms,
  USE_FILE,
  USE_FUNCTION,
  USE_REGION,
  USE_STANDARD_FUNCTION,
} from "./pseudonyms.ts";
import { WireParse } from "./wire-parse.ts";

function anonymize(
  bytes: Uint8Array,
  size = 1 << 16,
): { readonly bytes: Uint8Array; readonly end: AnonymizeEnd } {
  const out = new Gathered();
  const copy = new Anonymize(out.write, TEST_CAP);
  pushAll(copy, bytes, size);
  const end = copy.end();
  return { bytes: out.bytes(), end };
}

function cut(
  bytes: Uint8Array,
  fromNs: number,
  toNs: number,
): { readonly bytes: Uint8Array; readonly end: CutEnd } {
  const out = new Gathered();
  const copy = new CutTrace(out.write, { fromNs, toNs }, TEST_CAP);
  pushAll(copy, bytes);
  const end = copy.end();
  return { bytes: out.bytes(), end };
}

function traceOf(text: string): Uint8Array {
  const out = new Gathered();
  const parse = new WireParse(out.write);
  parse.push(utf8(text));
  expect(parse.end().fault).toBeUndefined();
  return out.bytes();
}

function parsed(bytes: Uint8Array): string {
  // Two cases of the corpus are refused by Go itself; a copy must be refused with the same words.
  const go = goTool(["trace", "-d=parsed"], bytes);
  return `${Buffer.from(go.stdout).toString("utf8")}${go.stderr}`;
}

/** The words of -d=parsed that a service may have chosen: in lines of stacks, and after these names. */
const WORDS =
  /^\t(?!\t)(?<function>.*)(?= @ 0x[0-9a-f]+$)|^\t\t(?<file>.*)(?=:\d+$)|(?<=(?:Type|Category|Message|Label|Reason)=")(?:[^"\\]|\\.)*(?=")/gmu;

/** A string of 1,024 bytes may be cut within a character, which can't be compared as text. */
function readable(text: string): string {
  return text.replaceAll(/\\x[0-9a-f]{2}/g, "?");
}

describe("words that stay and words that do not", () => {
  function word(words: Pseudonyms, text: string, use: number): string {
    const bytes = utf8(text);
    const out = words.word(bytes, 0, bytes.length, use);
    return out === undefined ? text : new TextDecoder().decode(out);
  }

  it("keeps the library's names and no others", () => {
    const words = new Pseudonyms();
    words.sawFrame(utf8("runtime.goexit"), utf8("/home/bob/sdk/go/src/runtime/asm_amd64.s"));
    expect(words.isStandardFile(utf8("/home/bob/sdk/go/src/net/http/server.go"))).toBe(true);
    expect(words.isStandardFile(utf8("/home/bob/sdk/go/src/acme/http/server.go"))).toBe(false);
    expect(words.isStandardFile(utf8("/home/bob/src/net/http/server.go"))).toBe(false);
    const file = "/home/bob/sdk/go/src/net/http/server.go";
    expect(word(words, file, USE_FILE)).toBe("/usr/local/go/src/net/http/server.go");
    expect(word(words, "/home/bob/acme/main.go", USE_FILE)).toBe("file-1.go");
    for (const [text, kept] of [
      ["net/http.(*conn).serve", true],
      ["sync/atomic.(*Pointer[...]).Load", true],
      ["sync/atomic.(*Pointer[acme.Secret]).Load", false],
      ["aeshashbody", true],
      ["internal/acme.Run", false],
      ["net/http/acme.Run", false],
    ] as const) {
      expect(word(words, text, USE_STANDARD_FUNCTION) === text, text).toBe(kept);
    }
    expect(word(words, "main.main", USE_FUNCTION)).toBe("main.main");
    expect(word(words, "main.run", USE_FUNCTION)).toBe("main.function-1");
    expect(word(words, "acme.com/shop.Pay", USE_FUNCTION)).toBe("package4.function-1");
    expect(word(words, "acme.com/shop.(*T).Pay", USE_FUNCTION)).toBe("package4.function-2");
    expect(word(words, "acme.com/shop.Pay", USE_REGION)).toBe("package4.function-1");
    expect(word(words, "sleep", USE_REGION)).toBe("sleep");
    expect(word(words, "checkout", USE_REGION)).toBe("region-1");
  });
});

describe("names of types", () => {
  it("stay where they are Go's own", () => {
    const words = new Pseudonyms();
    const kept = (type: string): boolean => {
      const bytes = utf8(type);
      return words.typeWord(bytes, 0, bytes.length) === undefined;
    };
    for (const type of [
      "[]uint8",
      "map[string]*int",
      "func(int) error",
      "struct {}",
      "[3]chan<- any",
    ]) {
      expect(kept(type), type).toBe(true);
    }
    for (const type of [
      "main.T",
      "struct { Secret int }",
      "[]acme.T",
      "map[string]区",
      'struct { _ int "x" }',
    ]) {
      expect(kept(type), type).toBe(false);
    }
    expect(kept(`${"int8".repeat(15_000)}!`)).toBe(false);
    expect(kept(`${"1".repeat(60_000)}!`)).toBe(false);
  });
});

describe("a hand-written trace", () => {
  const text = (strings: string): string => `Trace Go1.22
EventBatch gen=1 m=18446744073709551615 time=10 size=6
Frequency freq=1000000000
EventBatch gen=1 m=18446744073709551615 time=10 size=${1 + [...strings.matchAll(/data="(.*)"/g)].reduce((n, m) => n + 3 + (m[1] ?? "").length, 0)}
Strings
${strings}`;

  it("grows into a second batch where words are longer than what they stand for", () => {
    const short = Array.from(
      { length: 60 },
      (_, i) => `String id=${i + 1}\n\tdata="${String.fromCharCode(65 + (i % 26))}${i}"\n`,
    ).join("");
    const { bytes, end } = anonymize(traceOf(text(short)));
    expect(end).toMatchObject({ fault: undefined, generations: 1, replaced: 60, kept: 0 });
    expect(Buffer.from(bytes).toString("latin1")).toContain("string-60");
    expect(anonymize(traceOf(text(short)), 1).bytes).toEqual(bytes);
  });

  it("is not passed on where it can't be read", () => {
    const bad = traceOf(
      text('String id=1\n\tdata="acme"\n') + "EventBatch gen=1 m=1 time=11 size=2\nProcStop dt=1\n",
    );
    bad[bad.length - 2] = 99;
    const { bytes, end } = anonymize(bad);
    expect(end.fault?.message).toContain("invalid event type: 99");
    expect(bytes.length).toBe(16);
    expect(anonymize(utf8("go 1.21 trace\0\0\0abc")).end.fault?.code).toBe("old-format");
    expect(cut(utf8("go 1.19 trace\0\0\0abc"), 0, 1).end.fault?.code).toBe("old-format");
  });
});

describe("copies of cut and prepared input", () => {
  const traces = corpusTraces();

  it.skipIf(traces.length === 0)("says what was lost", () => {
    const random = seededRandom(5);
    for (const { name, bytes } of traces) {
      const whole = anonymize(bytes).end;
      for (let i = 0; i < 25; i++) {
        const at = random.integer(bytes.length);
        const { end } = anonymize(bytes.subarray(0, at));
        const isShorter =
          end.fault === undefined &&
          end.generations === whole.generations &&
          end.replaced + end.kept < whole.replaced + whole.kept;
        const isCut = cut(bytes.subarray(0, at), 0, Infinity).end.fault;
        expect((isCut === undefined) === (end.fault === undefined), `${name} at ${at}`).toBe(true);
        // Below header 1.26 a trace may end after any batch; tables come last, so they may be missing.
        if (isShorter) expect(end.readBytes, `${name} at ${at}`).toBe(at);
        const flipped = bytes.slice();
        flipped[at] = (flipped[at] ?? 0) ^ (1 << random.integer(8));
        anonymize(flipped);
        cut(flipped, 0, 1e9);
      }
    }
  });
});

interface Pair {
  readonly name: string;
  readonly copy: Uint8Array;
  /** As Go prints the trace and its copy. */
  readonly before: string;
  readonly after: string;
}

describe.skipIf(!hasGo)("an anonymised trace (needs go)", () => {
  const traces: NamedTrace[] = [];
  const pairs: Pair[] = [];

  beforeAll(() => {
    traces.push(freshTrace("tasks-regions", 20), freshTrace("cgo-callbacks", 20));
    traces.push(freshTrace("cpu-profile", 150), freshTrace("gc-stress", 10, "traceallocfree=1"));
    traces.push(...corpusTraces().filter(({ name }) => !name.includes("fail-first-gen")));
    for (const { name, bytes } of traces) {
      const copy = anonymize(bytes);
      if (copy.end.fault !== undefined) throw copy.end.fault;
      pairs.push({ name, copy: copy.bytes, before: parsed(bytes), after: parsed(copy.bytes) });
    }
  }, 240_000);

  it("shows go tool trace the same events with other words, one for each", () => {
    for (const { name, before: raw, after } of pairs) {
      const before = readable(raw);
      expect(after.replaceAll(WORDS, "?") === before.replaceAll(WORDS, "?"), name).toBe(true);
      const there = new Map<string, string>();
      const back = new Map<string, string>();
      const words = [...after.matchAll(WORDS)].map((match) => match[0]);
      const olds = [...before.matchAll(WORDS)].map((match) => match[0]);
      expect(words.length, name).toBe(olds.length);
      olds.forEach((old, i) => {
        const word = words[i] ?? "";
        if (old.includes("?")) return;
        if ((there.get(old) ?? word) !== word) throw new Error(`${name}: two words for ${old}`);
        if ((back.get(word) ?? old) !== old) throw new Error(`${name}: ${word} for two`);
        there.set(old, word);
        back.set(word, old);
      });
    }
  });

  it("holds nothing of the service's words", () => {
    for (const { name, copy: bytes, before, after: text } of pairs) {
      const copy = Buffer.from(bytes);
      const after = new Set([...text.matchAll(WORDS)].map(([word]) => word));
      const kept = [...after, ...RUNTIME_WORDS].join("\n");
      let searched = 0;
      for (const word of new Set([...before.matchAll(WORDS)].map(([old]) => old))) {
        if (after.has(word) || word.length < 4 || word.includes("\\") || kept.includes(word))
          continue;
        expect(copy.includes(word), `${name}: ${word}`).toBe(false);
        searched += 1;
      }
      if (name.startsWith("tasks")) expect(searched).toBeGreaterThan(5);
      for (const word of [
        "heapwright",
        "lab/traces",
        "main.main.func",
        "mknyszek",
        "whole run",
        "区域",
        "child ",
      ]) {
        expect(copy.includes(word), `${name}: ${word}`).toBe(false);
      }
      // Names of the runtime stay where there were any.
      expect(/^\truntime\./m.test(text), name).toBe(/^\truntime\./m.test(before));
    }
  });

  it("does not depend on how the input was cut into chunks", () => {
    traces.forEach(({ name, bytes }, i) => {
      expect(Buffer.compare(anonymize(bytes, 1000).bytes, pairs[i]?.copy ?? bytes), name).toBe(0);
    });
  });

  it("hides the types of an AllocFree trace", () => {
    const trace = traces.find(({ name }) => name.includes("allocfree"));
    const bytes = trace?.bytes ?? new Uint8Array(0);
    const copy = Buffer.from(anonymize(bytes).bytes);
    expect(Buffer.from(bytes).includes("runtime.g")).toBe(true);
    expect(copy.includes("type-1")).toBe(true);
    expect(copy.includes("[]uint8")).toBe(Buffer.from(bytes).includes("[]uint8"));
    expect(anonymize(bytes).end.leftOut).toBe(0);
  });
});

describe.skipIf(!hasGo)("a trace cut by time (needs go)", () => {
  let trace: NamedTrace = { name: "", bytes: new Uint8Array(0) };
  let whole: CutEnd | undefined;
  const times: number[] = [];

  beforeAll(() => {
    trace = freshTrace("tasks-regions", 2600);
    whole = cut(trace.bytes, 0, Infinity).end;
    for (const found of parsed(trace.bytes).matchAll(/ Time=(\d+)/g)) times.push(Number(found[1]));
  }, 240_000);

  it("gives all of it for all of its time", () => {
    expect(whole?.fault).toBeUndefined();
    expect(whole?.generations.length).toBeGreaterThan(2);
    expect(Buffer.compare(cut(trace.bytes, 0, Infinity).bytes, trace.bytes)).toBe(0);
    // Go's reader gives the first event that time; it may move events that are not in order by some ns.
    const last = (times.at(-1) ?? 0) - (times[0] ?? 0);
    expect(Math.abs((whole?.inputEndNs ?? 0) - last)).toBeLessThan(100);
  });

  it("holds the generations that touch the window, and opens", () => {
    const middle = whole?.generations[1];
    if (middle === undefined) throw new Error("one generation only");
    const at = (middle.startNs + middle.endNs) / 2;
    const piece = cut(trace.bytes, at, at);
    expect(piece.end.generations).toEqual([middle]);
    expect(goTool(["trace", "-d=parsed"], piece.bytes).status).toBe(0);
    const seen = [...parsed(piece.bytes).matchAll(/ Time=(\d+)/g)].map((found) => Number(found[1]));
    const base = times[0] ?? 0;
    expect((seen[0] ?? 0) - base).toBe(middle.startNs);
    expect(Math.abs((seen.at(-1) ?? 0) - base - middle.endNs)).toBeLessThan(100);
    const both = cut(trace.bytes, at, middle.endNs + 1e8);
    expect(both.end.generations.map(({ number }) => number)).toEqual([
      middle.number,
      middle.number + 1,
    ]);
    expect(goTool(["trace", "-d=parsed"], both.bytes).status).toBe(0);
  });

  it("writes nothing for a window outside, and says how far the trace goes", () => {
    const { bytes, end } = cut(trace.bytes, 1e12, 2e12);
    expect(bytes.length).toBe(0);
    expect(end.generations).toEqual([]);
    expect(end.inputEndNs).toBe(whole?.inputEndNs);
  });
});
