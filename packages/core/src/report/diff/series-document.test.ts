// Words of a series of few snapshots, or of one that is no straight line.

import { describe, expect, test } from "vitest";
import {
  artefact,
  goroutineProfile,
  heapProfile,
  type Frame,
  type ProfileFacts,
} from "../../../test/tables.ts";
import { diffSeries, type SeriesDiff } from "../../analysis/diff/series.ts";
import { subjectsOf } from "../../analysis/diff/subject.ts";
import type { Lang } from "../../model/message.ts";
import type { ProfileTable } from "../../model/tables/profile.ts";
import { voiceOf } from "../say.ts";
import { documentText } from "./document.ts";
import { seriesDocument } from "./series-document.ts";

const START = 1_700_000_000_000;
const ONE: ProfileFacts = { vdso: 0x7ffe_0000, buildId: "b1" };
const at = (fn: string, line: number): Frame[] => [
  [fn, "/src/app/app.go", line],
  ["main.main", "/src/app/app.go", 9],
];
const timed = (i: number): ProfileFacts => ({ ...ONE, timeMs: START + i * 30_000 });

function diffOf(tables: readonly ProfileTable[]): SeriesDiff {
  const subjects = subjectsOf(
    tables.map((t, i) => artefact(`${i}.pb.gz`, t)),
    { sampleIndex: "", focus: undefined, ignore: undefined },
  );
  return diffSeries(subjects, { override: undefined });
}

function said(d: SeriesDiff, lang: Lang = "en"): string {
  const document = seriesDocument(d, { voice: voiceOf(lang), top: 10, damage: [] });
  return documentText(document, (text) => text, undefined);
}

/** Every object counted. */
function exactly(i: number, leaked: number): ProfileTable {
  return {
    ...heapProfile(
      [
        { stack: at("app.leak", 5), size: 64, allocs: leaked, inuse: leaked },
        { stack: at("app.ask", 6), size: 8192, allocs: 5 + i, inuse: 0 },
      ],
      timed(i),
    ),
    period: 1,
  };
}

describe("few snapshots", () => {
  test("two even steps are no single jump", () => {
    const tables = [1, 7, 13].map((count, i) =>
      goroutineProfile([{ stack: at("app.wait", 3), count }], timed(i)),
    );
    const text = said(diffOf(tables));
    expect(text).toMatch(/^GROWTH SEEN/);
    expect(text).not.toContain("one step");
  });

  test("all of one GC cycle: said, with what to do, and not sent to try two of them", () => {
    const rows = [{ stack: at("app.leak", 5), size: 64, allocs: 9, inuse: 9 }];
    const tables = [0, 1, 2].map((i) => heapProfile(rows, timed(i)));
    expect(said(diffOf(tables))).toMatch(/all 3 files show the same GC cycle.*\?gc=1/s);
    expect(said(diffOf(tables))).not.toContain("heapwright diff A B");
    expect(said(diffOf(tables), "zh")).toContain("全部 3 份文件显示同一个 GC 周期");
  });
});

test("texts and protobufs in turn are told as such, not as restarts", () => {
  const tables = [0, 1, 2, 3].map((i): ProfileTable => ({
    ...exactly(i, 100 * i),
    encoding: i % 2 === 0 ? "text" : "proto",
  }));
  const text = said(diffOf(tables));
  expect(text).toMatch(/^NOT COMPARABLE +texts \(debug=1\) and protobufs are mixed/);
  expect(text).not.toContain("restart");
});

describe("a leak whose steps are uneven", () => {
  test("is told by what it added, where its slope might be none", () => {
    const d = diffOf([0, 28_000, 58_000, 90_000].map((leaked, i) => exactly(i, leaked)));
    const places = d.places.map((p) => ({ ...p, slope: { ...p.slope, lo: -p.slope.value } }));
    const text = said({ ...d, places });
    expect(text).toMatch(/^GROWTH SEEN +\+5\.49 MiB from the first to the last at app\/app\.go:5/);
  });

  test("Chinese has its own marks between what is said of all", () => {
    const tables = Array.from({ length: 8 }, (_, i) => exactly(i, 30_000 * i));
    expect(said(diffOf(tables), "zh")).toMatch(/合计：[^;\n]*；/);
    expect(said(diffOf(tables), "zh")).not.toContain("; ");
  });
});
