import { readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { corpus } from "../../../test/corpus.ts";
import { compare, readBytes, readTruth, readWhole, tableOf } from "../../../test/gctrace-truth.ts";
import type { TrueCycle } from "../../../test/gctrace-truth.ts";
import { GC_FORCED, GC_UNSOUND } from "../../model/tables/gc-cycles.ts";

const LOGS = corpus("kube/logs");
const RECORDED = corpus("gctrace");

function truthOf(folder: string, only?: string): TrueCycle[] {
  return readdirSync(folder)
    .filter((f) => f.startsWith(`truth-gctrace-${only ?? ""}`))
    .flatMap((f) => readTruth(new TextDecoder().decode(readBytes(`${folder}/${f}`))));
}

/** Files that hold only the first lines of the recording. */
const SHORT = /synthetic|stern-color|rate1000\/journalctl-json/;

describe.skipIf(LOGS === undefined)("logs torn by logging, as collectors wrap them", () => {
  const files = ["none", "rate1000", "full", "pacer", "scav", "two"].flatMap((folder) =>
    LOGS === undefined
      ? []
      : readdirSync(`${LOGS}/${folder}`)
          .filter((f) => !/^(?:truth|pieces)/.test(f))
          .map((f) => `${folder}/${f}`),
  );

  it.each(files.filter((f) => !f.startsWith("two/") || f.includes("docker")))(
    "gives every cycle exactly: %s",
    (file) => {
      const folder = `${LOGS}/${file.split("/")[0]}`;
      const only = /docker-json-file-(\d)/.exec(file)?.[1];
      const truth = truthOf(folder, only);
      const result = readWhole(readBytes(`${LOGS}/${file}`), 1 << 16);
      const found = compare(tableOf(result), truth);
      expect(found.wrong).toEqual([]);
      expect(found.flagged).toBe(0);
      expect(tableOf(result).segments.length).toBe(1);
      if (!SHORT.test(file)) expect(found.exact).toBe(truth.length);
      else expect(found.exact).toBeGreaterThan(60);
    },
  );

  it.each(["two/cri.log.gz", "two/raw.stderr.gz"])(
    "flags what two processes without labels wrote at once: %s",
    (file) => {
      const result = readWhole(readBytes(`${LOGS}/${file}`));
      expect(compare(tableOf(result), truthOf(`${LOGS}/two`)).wrong).toEqual([]);
      const mixed = result.diagnostics.find((d) => d.code === "gctrace.interleaved-processes");
      expect(mixed?.severity).toBe("damage");
    },
  );

  it.each(["full-stream/raw.stderr.gz", "full-stream/cri.log.gz"])(
    "gives cycles 1 to NumGC where no truth of the lines was kept: %s",
    (file) => {
      const table = tableOf(readWhole(readBytes(`${LOGS}/${file}`)));
      const c = table.segments[0]?.cycles;
      expect(table.segments.length).toBe(1);
      expect([...(c?.number ?? [])]).toEqual(Array.from({ length: 400 }, (_, i) => i + 1));
      expect(table.unsoundLines).toBe(0);
      expect(table.repairedLines).toBeGreaterThan(50);
    },
  );

  it("takes the clock and the pod from the wrapping", () => {
    const at = (file: string) => tableOf(readWhole(readBytes(`${LOGS}/${file}`))).segments[0];
    expect(at("none/kubectl-logs-timestamps-prefix.log")?.stream).toBe(
      "report-29387310-wk7xs/report",
    );
    const first = Date.UTC(2026, 10, 26, 7, 0, 47) + 707.05947;
    expect(at("none/cri.log")?.cycles.wallMs[0]).toBeCloseTo(first, 3);
    expect(at("none/loki-query_range.synthetic.json")?.cycles.wallMs[0]).toBeCloseTo(first, 3);
    expect(at("scav/journalctl-short-iso.log.gz")?.stream).toBe("scav[4217]");
    expect(at("none/raw.stderr")?.cycles.wallMs[0]).toBeNaN();
  });
});

describe.skipIf(RECORDED === undefined)("recorded programs", () => {
  it.each(["recorded-go1.19", "recorded-go1.26"])("agrees with a plain reading: %s", (folder) => {
    for (const file of readdirSync(`${RECORDED}/${folder}`)) {
      if (!file.endsWith(".log") || file === "idle.log") continue;
      const bytes = readBytes(`${RECORDED}/${folder}/${file}`);
      const truth = readTruth(new TextDecoder().decode(bytes));
      const found = compare(tableOf(readWhole(bytes)), truth);
      expect(found.wrong, file).toEqual([]);
      expect(found.exact, file).toBe(truth.length);
    }
  });

  it("separates the processes of a build", () => {
    const table = tableOf(readWhole(readBytes(`${RECORDED}/recorded-go1.19/go-build.log`)));
    expect(table.segments.map((s) => s.cycles.length)).toEqual([17, 8]);
    expect(table.segments.every((s) => s.missingCycles === 0)).toBe(true);
  });

  it("knows forced cycles", () => {
    const c = tableOf(readWhole(readBytes(`${RECORDED}/recorded-go1.26/forced.log`))).segments[0];
    expect([...(c?.cycles.flags ?? [])].every((f) => f === GC_FORCED)).toBe(true);
  });

  it("flags the line whose number cannot be one", () => {
    const table = tableOf(readWhole(readBytes(`${RECORDED}/gcviewer-go/mixed.txt`)));
    const rows = table.segments.flatMap((s) =>
      [...s.cycles.number].map((n, i) => [n, (s.cycles.flags[i] ?? 0) & GC_UNSOUND]),
    );
    expect(rows).toEqual([
      [1, 0],
      [2, GC_UNSOUND],
      [58, 0],
    ]);
  });
});
