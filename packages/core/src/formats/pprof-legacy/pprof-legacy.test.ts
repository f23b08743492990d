import { describe, expect, it } from "vitest";
import {
  cutPositions,
  fixture,
  fixtureNames,
  outcome,
  profileOf,
  randoms,
  readWith,
  refusal,
  spell,
} from "../../../test/profile-testkit.ts";
import { rawText } from "../../analysis/profile/raw-text.ts";
import { unsampled } from "../../goruntime/unsample.ts";
import { FormatError } from "../../model/errors.ts";
import type { ReadResult } from "../../model/format.ts";
import type { ProfileTable } from "../../model/tables/profile.ts";
import { encodeProfile } from "../pprof/encode.ts";
import { pprofFormat } from "../pprof/format.ts";
import { detectFormat } from "../registry.ts";
import { pprofLegacyFormat } from "./format.ts";

const FOLDER = "pprof-legacy";
const NAMES = fixtureNames(FOLDER, /\.string$/).map((name) => name.slice(0, -".string".length));
/** Go's own texts are formats/profile-text, which knows more of them. */
const OURS = NAMES.filter((name) => !name.startsWith("go."));

const bytesOf = (name: string): Uint8Array => fixture(`${FOLDER}/${name}`);
const dump = (table: ProfileTable): string => Array.from(rawText(table)).join("");
const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

function read(bytes: Uint8Array): ReadResult {
  return readWith(pprofLegacyFormat, bytes);
}

describe("every legacy form", () => {
  it.each(NAMES)("%s prints byte for byte as the authority does, also read back", (name) => {
    const bytes = bytesOf(name);
    const detected = detectFormat(bytes.subarray(0, 65536), "input");
    if (detected === undefined) throw new Error("not detected");
    expect(detected.format.id).toBe(OURS.includes(name) ? "pprof-legacy" : "profile-text");
    const table = unsampled(profileOf(readWith(detected.format, bytes)));
    const expected = new TextDecoder().decode(bytesOf(`${name}.string`));
    expect(dump(table)).toBe(expected);
    const again = profileOf(readWith(pprofFormat, encodeProfile(table)));
    expect(dump(again)).toBe(expected);
    expect([again.dropFrames, again.keepFrames]).toEqual([table.dropFrames, table.keepFrames]);
  });

  it.each(OURS)("%s is the same in chunks of any size", (name) => {
    const bytes = bytesOf(name);
    const whole = spell(read(bytes));
    for (const chunks of [[1], [7, 3], [1000, 1]]) {
      expect(spell(readWith(pprofLegacyFormat, bytes, { chunks }))).toBe(whole);
    }
  });

  it.each(OURS)("%s cut at any byte is an error, says so, or loses no row", (name) => {
    const bytes = bytesOf(name);
    const whole = read(bytes);
    for (const cut of cutPositions(bytes.length, 400)) {
      const result = outcome(() => read(bytes.subarray(0, cut)));
      if (result instanceof FormatError || !result.completeness.complete) continue;
      const isMarked = result.diagnostics.some(
        ({ code }) => code === "pprof-legacy.no-end-mark" || code === "pprof-legacy.unterminated",
      );
      const rows = profileOf(result).rows === profileOf(whole).rows;
      expect([cut, isMarked || rows]).toEqual([cut, true]);
    }
  });
});

describe("damage", () => {
  it("random bytes behind any header neither crash nor hang", () => {
    for (const name of OURS) {
      const bytes = bytesOf(name);
      const random = randoms(name.length);
      for (let round = 0; round < 20; round++) {
        const hurt = bytes.slice();
        for (let i = 0; i < 8; i++) {
          const at = Math.floor((random.next().value ?? 0) * hurt.length);
          hurt[at] = Math.floor((random.next().value ?? 0) * 256);
        }
        const result = outcome(() => read(hurt));
        if (result instanceof FormatError) continue;
        const { rows, values } = profileOf(result);
        expect(values.every((column) => column.length === rows)).toBe(true);
      }
    }
  });

  it("a row that cannot be read is left out and counted, and the rest kept", () => {
    const text = new TextDecoder().decode(bytesOf("cpp.heap_v2"));
    const result = read(utf8(text.replace("     1:   524288 [", "     0:   524288 [")));
    expect(profileOf(result).rows).toBe(4);
    expect(result.completeness).toEqual({ complete: false, lowerBounds: true });
    expect(result.diagnostics).toContainEqual(
      expect.objectContaining({ code: "pprof-legacy.row-malformed", where: { line: 2 } }),
    );
  });

  it("a CPU profile without its end mark says how much was read", () => {
    const bytes = bytesOf("cpp.cpu64le").subarray(0, 5 * 8 + 10 * 48 + 20);
    const result = read(bytes);
    expect(profileOf(result).rows).toBe(10);
    expect(result.diagnostics.map(({ code }) => code)).toContain("pprof-legacy.no-end");
    expect(result.completeness.fraction).toBeGreaterThan(0.9);
  });

  it("threads without the memory map are cut", () => {
    const text = new TextDecoder().decode(bytesOf("cpp.threads"));
    const result = read(utf8(text.slice(0, text.indexOf("--- Memory map"))));
    expect(result.completeness.complete).toBe(false);
    expect(result.diagnostics.map(({ code }) => code)).toContain("pprof-legacy.cut");
  });

  it("a Java heap that states no resolution is refused", () => {
    const text = new TextDecoder().decode(bytesOf("java.heap"));
    expect(refusal(() => read(utf8(text.replace(/resolution.*\n/, ""))))).toContain("resolution");
  });

  it("more than the cap is refused, not cut", () => {
    expect(
      refusal(() => readWith(pprofLegacyFormat, bytesOf("cpp.threads"), { maxBytes: 100 })),
    ).toContain("at most 100 bytes");
  });

  it.each([
    ["a line of digits", `heap profile: 1: 1 [1: 1] @ heap_v2/1\n${"1".repeat(2_000_000)}\n`],
    [
      "a map line of hex",
      `heap profile: 1: 1 [1: 1] @ heap_v2/1\n1: 1 [1: 1] @ 0x1\nMAPPED_LIBRARIES:\n${"a".repeat(8000)}\n`.repeat(
        20,
      ),
    ],
    [
      "Java parentheses",
      `--- heapz 1 ---\nresolution=bytes\n 1 1 @ 0x1\n\n0x1 ${" (".repeat(500_000)}:)\n`,
    ],
    [
      "assignments",
      `heap profile: 1: 1 [1: 1] @ heap_v2/1\n1: 1 [1: 1] @ 0x1\nMAPPED_LIBRARIES:\n${"a=$a$a$a\n".repeat(50_000)}`,
    ],
  ])("%s take no time that grows with its square", (_, text) => {
    // The runner's own timeout is the limit: quadratic work here takes minutes.
    expect(outcome(() => read(utf8(text)))).toBeDefined();
  });
});

describe("not mine", () => {
  it.each([
    ["another text", "hello\nworld\n"],
    ["a heap of an unknown kind", "heap profile: 1: 1 [1: 1] @ heapz_v3/1\n"],
    ["nothing", ""],
  ])("%s", (_, text) => {
    expect(pprofLegacyFormat.detect(utf8(text), "x")).toBeUndefined();
    expect(refusal(() => read(utf8(text)))).toContain("pprof-legacy");
  });
});
