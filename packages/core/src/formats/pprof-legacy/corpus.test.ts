import { describe, expect, it } from "vitest";
import { corpus } from "../../../test/corpus.ts";
import {
  cutPositions,
  decoded,
  filesBelow,
  outcome,
  profileOf,
  readWith,
} from "../../../test/profile-testkit.ts";
import { rawText } from "../../analysis/profile/raw-text.ts";
import { unsampled } from "../../goruntime/unsample.ts";
import type { ProfileTable } from "../../model/tables/profile.ts";
import { FormatError } from "../../model/errors.ts";
import { pprofLegacyFormat } from "./format.ts";
import { detectFormat } from "../registry.ts";
import { encodeProfile } from "../pprof/encode.ts";
import { pprofFormat } from "../pprof/format.ts";

const ROOT = corpus("pprof/google-pprof-legacy");
const NAMES =
  ROOT === undefined
    ? []
    : filesBelow(ROOT)
        .filter((path) => path.endsWith(".string"))
        .map((path) => path.slice(ROOT.length + 1, -".string".length));
const at = (name: string): string => `${ROOT ?? ""}/${name}`;

function tableOf(name: string): ProfileTable {
  const bytes = decoded(at(name));
  const detected = detectFormat(bytes.subarray(0, 65536), name);
  if (detected === undefined) throw new Error(`nothing reads ${name}`);
  return unsampled(profileOf(readWith(detected.format, bytes, { name })));
}

const textOf = (table: ProfileTable): string => Array.from(rawText(table)).join("");

describe("google/pprof's legacy profiles", () => {
  it.skipIf(ROOT === undefined)("the corpus has some of each", () => {
    expect(NAMES.length).toBeGreaterThan(4);
  });

  it.each(NAMES)("%s prints byte for byte as pprof -raw does", (name) => {
    const table = tableOf(name);
    const expected = new TextDecoder().decode(decoded(at(`${name}.string`)));
    expect(textOf(table)).toBe(expected);
    const again = profileOf(readWith(pprofFormat, encodeProfile(table), { name }));
    expect(textOf(again)).toBe(expected);
  });

  const OTHERS =
    ROOT === undefined ? [] : filesBelow(ROOT).filter((path) => /\/(?:fuzz|extra)\//.test(path));

  it.each(OTHERS.map((path) => path.slice((ROOT ?? "").length + 1)))(
    "%s, whole or cut, is read or refused",
    (name) => {
      const bytes = decoded(at(name));
      for (const to of cutPositions(bytes.length, 100)) {
        const cut = bytes.subarray(0, to);
        const format = detectFormat(cut.subarray(0, 65536), name)?.format ?? pprofLegacyFormat;
        const result = outcome(() => readWith(format, cut, { name }));
        if (result instanceof FormatError) continue;
        const { rows, values } = profileOf(result);
        expect(values.every((column) => column.length === rows)).toBe(true);
      }
    },
  );
});
