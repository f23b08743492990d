import { describe, expect, it } from "vitest";
import { profileOfJson } from "../../../test/pprof-json.ts";
import { loaded, reportText, runReport } from "../../../test/pprof-reports.ts";
import { UnmergeableError } from "./load.ts";
import type { Profile } from "./profile.ts";

const named = (name: string, system_name: string): Profile =>
  profileOfJson({
    sample_types: [{ type: "samples", unit: "count" }],
    period_type: { type: "cpu", unit: "nanoseconds" },
    period: 1,
    samples: [{ location_ids: [1], values: [1] }],
    locations: [{ id: 1, address: 0x1000, lines: [{ function_id: 1, line: 1 }] }],
    functions: [{ id: 1, name, system_name, filename: "" }],
  });

const shown = (profile: Profile): string =>
  reportText(profile, "-top").trimEnd().split("  ").pop() ?? "";

describe("names", () => {
  const vector = "_ZNSt6vectorIiSaIiEE9push_backEOi";

  it.each([
    ["simple", "std::vector::push_back"],
    ["templates", "std::vector<int, std::allocator<int> >::push_back"],
    ["full", "std::vector<int, std::allocator<int> >::push_back(int&&)"],
    ["none", vector],
  ] as const)("of C++ are demangled in the form %s", (form, expected) => {
    expect(shown(loaded([named(vector, vector)], { naming: { form, isForced: true } }))).toBe(
      expected,
    );
  });

  it("that are demangled already are kept, unless it is forced", () => {
    const own = named("mine", "a::b<int>(char)");
    expect(shown(loaded([own]))).toBe("mine");
    expect(shown(loaded([own], { naming: { form: "simple", isForced: true } }))).toBe("a::b");
    expect(shown(loaded([own], { naming: { form: "full", isForced: true } }))).toBe(
      "a::b<int>(char)",
    );
  });

  it("of macOS have one _ more", () => {
    expect(shown(loaded([named(`_${vector}`, `_${vector}`)]))).toBe("std::vector::push_back");
  });
});

describe("mappings", () => {
  const mapped = (file: string, build_id: string): Profile =>
    profileOfJson({
      sample_types: [{ type: "samples", unit: "count" }],
      samples: [{ location_ids: [1], values: [1] }],
      mappings: [{ id: 1, start: 0x1000, limit: 0x2000, file, build_id }],
      locations: [{ id: 1, mapping_id: 1, address: 0x1000, lines: [] }],
      functions: [],
    });
  const head = (file: string, buildId: string): string =>
    reportText(loaded([mapped(file, buildId)]), "-top").split("\n")[0];

  it.each(["http://host/debug/pprof/heap", "C:\\x\\y.dll"])(
    "named by an address lose it: %s",
    (file) => {
      expect(head(file, "")).toBe("Type: samples");
      expect(head(file, "abc")).toMatch(/^File: /);
    },
  );

  it.each(["/usr/bin/orders", "[vdso]", "orders", "http:/%zz"])(
    "keep any other name: %s",
    (file) => {
      expect(head(file, "")).toMatch(/^File: /);
    },
  );
});

it("says which side cannot be made one", () => {
  const other = profileOfJson({
    sample_types: [{ type: "delay", unit: "ns" }],
    samples: [],
    locations: [],
    functions: [],
  });
  const one = named("a", "a");
  const sides = [() => loaded([one, other]), () => loaded([one], { bases: [one, other] })].map(
    (load) => {
      try {
        load();
      } catch (error) {
        if (error instanceof UnmergeableError) return [error.side, error.message];
        throw error;
      }
      return [];
    },
  );
  const message = "profiles have empty common sample type list";
  expect(sides).toEqual([
    ["source", message],
    ["base", message],
  ]);
});

it("a nodefraction that no integer holds leaves nothing out", () => {
  for (const fraction of ["inf", "NaN", "1e300"]) {
    const { text } = runReport(loaded([named("leaf", "leaf")]), [
      "-top",
      `-nodefraction=${fraction}`,
    ]);
    expect(text).toContain("leaf");
    expect(text).not.toContain("Dropped");
  }
});

it("callgrind tells functions at address 0 apart by column, as the tool does", () => {
  const lines = [3, 0, 7].map((column, i) => ({
    id: i + 1,
    address: i === 2 ? 0x1000 : 0,
    lines: [{ function_id: 1, line: i === 2 ? 5 : 0, column }],
  }));
  const profile = profileOfJson({
    sample_types: [{ type: "samples", unit: "count" }],
    samples: [
      { location_ids: [1, 3], values: [1] },
      { location_ids: [2, 3], values: [2] },
    ],
    locations: lines,
    functions: [{ id: 1, name: "f", system_name: "f", filename: "f.go" }],
  });
  expect(reportText(profile, "-callgrind")).toMatch(/cfn=\(\d\) f \[\d\/2\]/);
});
