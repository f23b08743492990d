// What is left when evidence is missing: any part of a recorded folder gives an answer, none of them
// throws, and none of a healthy process finds a fault above a lead.

import { describe, expect, test } from "vitest";
import { corpus } from "../../test/corpus.ts";
import { corpusArtefacts } from "../../test/corpus-folder.ts";
import { seededRandom } from "../../test/random.ts";
import type { Artefact } from "../evidence/artefact.ts";
import { answerOf } from "./answer-of.ts";

const HEALTHY = [
  "v2-emulated/a-healthy",
  "v2-emulated/b-page-cache",
  "v2-emulated/e-cpu-quota",
  "v2-emulated/f-shmem",
  "v2-emulated/g-two-processes",
  "v2-emulated/h-native-mmap",
  "v2-emulated/v22-healthy-go1.22.12",
  "v2-emulated/v27-healthy-go1.27.3",
  "v1-native/healthy",
  "v1-native/page-cache",
  "v1-native/shmem",
  "v1-native/cpu-quota",
];
/** Right answers by cause; anything else above a lead is wrong. */
const FAULTY: readonly (readonly [string, readonly string[]])[] = [
  ["v2-emulated/c-leak-oom", ["heap-leak", "no-limit-oom-forecast"]],
  // 192 MiB live of 256: whatever room GOGC asks for is not there.
  ["v2-emulated/d-near-limit-gomemlimit", ["limit-thrash", "no-limit-oom-forecast"]],
  ["v2-emulated/i-memory-high", ["no-limit-oom-forecast"]],
  ["v2-emulated/j-native-leak-oom", ["native-growth", "no-limit-oom-forecast"]],
  ["v2-emulated/k-leak-oom-group", ["heap-leak", "no-limit-oom-forecast"]],
  ["v2-emulated/l-leak-gomemlimit-oom", ["heap-leak", "limit-thrash", "no-limit-oom-forecast"]],
  ["v2-emulated/m-leak-thrash", ["heap-leak", "limit-thrash", "no-limit-oom-forecast"]],
  ["v1-native/leak-oom", ["heap-leak", "no-limit-oom-forecast"]],
];
const SUBSETS = Number(process.env["SUBSETS"] ?? 12);

/** Random parts: of files, of whole kinds, and of whole folders, because people copy all three. */
function* subsetsOf(all: readonly Artefact[], seed: number): Generator<Artefact[]> {
  const random = seededRandom(seed);
  const by = (key: (a: Artefact) => string): Artefact[] => {
    const keep = 0.15 + 0.7 * random.uniform();
    const kept = new Map<string, boolean>();
    return all.filter((a) => {
      const k = key(a);
      const known = kept.get(k) ?? random.uniform() < keep;
      kept.set(k, known);
      return known;
    });
  };
  const folderOf = (a: Artefact) => a.name.slice(0, a.name.lastIndexOf("/"));
  for (let i = 0; i < SUBSETS; i++) {
    if (i % 3 === 0) yield by((a) => a.name);
    else if (i % 3 === 1) yield by((a) => a.table.kind + a.format);
    else yield by(folderOf);
  }
}

const surely = (artefacts: readonly Artefact[]): string[] => {
  const answered = answerOf(
    { artefacts, unread: [], absent: [] },
    { target: "./incident", toolVersion: "test", limitBytes: undefined, loadCounter: undefined },
  );
  return (answered?.answer.processes ?? []).flatMap((p) =>
    p.verdicts.filter((v) => v.fault && v.confidence !== "low").map((v) => v.cause),
  );
};

describe.skipIf(corpus("kernel") === undefined)("parts of recorded folders", () => {
  test.each(HEALTHY)("%s: never a fault above a lead", (name) => {
    const all = corpusArtefacts(`kernel/${name}`) ?? [];
    expect(all.length).toBeGreaterThan(20);
    expect(surely(all)).toEqual([]);
    for (const subset of subsetsOf(all, name.length)) {
      const found = surely(subset);
      expect(found, subset.map((a) => a.name).join(" ")).toEqual([]);
    }
  });

  test.each(FAULTY)("%s: no wrong fault above a lead", (name, right) => {
    const all = corpusArtefacts(`kernel/${name}`) ?? [];
    for (const subset of [all, ...subsetsOf(all, name.length)]) {
      const wrong = surely(subset).filter((cause) => !right.includes(cause));
      expect(wrong, subset.map((a) => a.name).join(" ")).toEqual([]);
    }
  });
});
