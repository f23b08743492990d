// The parts of both ledgers against what the recorded programs themselves counted.

import { describe, expect, test } from "vitest";
import { corpus } from "../../../test/corpus.ts";
import { corpusArtefacts } from "../../../test/corpus-folder.ts";
import { viewOf } from "../../../test/judged.ts";
import { recordedTruth } from "../../../test/recorded-truth.ts";
import { MiB } from "../../model/units.ts";

const CASES = [
  ["v2-emulated/a-healthy", "t2"],
  ["v2-emulated/b-page-cache", "t2"],
  ["v2-emulated/d-near-limit-gomemlimit", "t2"],
  ["v2-emulated/e-cpu-quota", "t2"],
  ["v2-emulated/f-shmem", "t2"],
  ["v2-emulated/h-native-mmap", "t2"],
  ["v2-emulated/j-native-leak-oom", "before"],
  ["v2-emulated/v22-healthy-go1.22.12", "t2"],
  ["v2-emulated/v27-healthy-go1.27.3", "t2"],
  ["v1-native/healthy", "t2"],
  ["v1-native/page-cache", "t2"],
  ["v1-native/shmem", "t2"],
] as const;

const near = (found: number | undefined, mib: number) => {
  expect(found).toBeDefined();
  const off = Math.abs((found ?? NaN) / MiB - mib);
  expect(off, `${((found ?? NaN) / MiB).toFixed(1)} for ${mib} MiB`).toBeLessThanOrEqual(
    Math.max(8, 0.05 * mib),
  );
};

describe.skipIf(corpus("kernel") === undefined)("ledger of recorded processes", () => {
  test.each(CASES)("%s %s", (name, snapshot) => {
    const artefacts = corpusArtefacts(`kernel/${name}/${snapshot}`) ?? [];
    const truth = recordedTruth(`kernel/${name}/${snapshot}/go-app/facts.json`);
    const view = viewOf(artefacts);
    const ledger = view.processLedger;
    const part = (of: string) => ledger?.parts.find((x) => x.part === of)?.bytes?.value;
    const rss = ledger?.total?.value ?? NaN;
    near(part("native"), truth.nativeMiB);
    near(part("live"), truth.liveHeapMiB);
    const sum = ledger?.parts.reduce((s, x) => s + (x.bytes?.value ?? 0), 0);
    expect(sum).toBeCloseTo(rss, -1);
    expect(Math.abs(part("unexplained") ?? NaN)).toBeLessThanOrEqual(Math.max(0.03 * rss, 4 * MiB));
    const charged = view.containerLedger?.parts.find((x) => x.part === "shmem")?.bytes?.value;
    near(charged, truth.shmemMiB);
  });
});
