import { describe, expect, it } from "vitest";
import { corpus } from "../../../test/corpus.ts";
import {
  decoded,
  filesBelow,
  fixture,
  fixtureNames,
  fixtureText,
  profileOf,
  readWith,
} from "../../../test/profile-testkit.ts";
import { encodeProfile } from "../../formats/pprof/encode.ts";
import { pprofFormat } from "../../formats/pprof/format.ts";
import type { ProfileTable } from "../../model/tables/profile.ts";
import { goDuration, goTime, rawText } from "./raw-text.ts";

const dump = (table: ProfileTable): string => Array.from(rawText(table)).join("");
const tableOf = (bytes: Uint8Array): ProfileTable => profileOf(readWith(pprofFormat, bytes));

describe("as go tool pprof -raw prints it", () => {
  it.each(fixtureNames("pprof", /\.raw\.txt$/))("%s", (name) => {
    const table = tableOf(fixture(`pprof/${name.replace(".raw.txt", ".pb.gz")}`));
    expect(dump(table)).toBe(fixtureText(`pprof/${name}`));
  });
});

const ROOT = corpus("pprof");
const PUBLIC =
  ROOT === undefined
    ? []
    : filesBelow(ROOT)
        .filter((path) => !/\/(?:expected|golden|testdata|google-pprof-legacy)\//.test(path))
        .filter((path) => {
          const bytes = decoded(path);
          return pprofFormat.detect(bytes.subarray(0, 65536), path)?.strength === "certain";
        })
        .map((path) => path.slice(ROOT.length + 1));

describe("public profiles", () => {
  it.skipIf(ROOT === undefined)("are there", () => {
    expect(PUBLIC.length).toBeGreaterThan(15);
  });

  it.each(PUBLIC)("%s written and read again prints the same", (name) => {
    const table = tableOf(decoded(`${ROOT ?? ""}/${name}`));
    expect(dump(tableOf(encodeProfile(table)))).toBe(dump(table));
  });
});

describe("Go's words", () => {
  it.each([
    [0, "0s"],
    [1, "1ns"],
    [1500, "1.5µs"],
    [2_000_000, "2ms"],
    [1_000_000_001, "1.000000001s"],
    [61_000_000_000, "1m1s"],
    [3_600_000_000_000, "1h0m0s"],
    [16_502_830_000_000, "4h35m2.83s"],
    [-1_500_000_000, "-1.5s"],
  ])("a duration of %d ns is %s", (ns, text) => {
    expect(goDuration(ns)).toBe(text);
  });

  it("a time has its zone and as many digits as it needs", () => {
    const cest = (): { offsetSeconds: number; name: string } => ({
      offsetSeconds: 7200,
      name: "CEST",
    });
    expect(goTime(1715000000120000000n, cest)).toBe("2024-05-06 14:53:20.12 +0200 CEST");
    const nst = (): { offsetSeconds: number; name: string } => ({
      offsetSeconds: -12600,
      name: "NST",
    });
    expect(goTime(1715000000000000000n, nst)).toBe("2024-05-06 09:23:20 -0330 NST");
    expect(goTime(-1n, () => ({ offsetSeconds: 0, name: "UTC" }))).toBe(
      "1969-12-31 23:59:59.999999999 +0000 UTC",
    );
  });
});
