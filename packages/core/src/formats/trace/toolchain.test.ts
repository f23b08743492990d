// Traces recorded now, with the Go of this machine, against `go tool trace -d=parsed` of that Go.

import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readAll } from "../../../test/reading.ts";
import { parsedText, readOrdered } from "../../../test/trace-reading.ts";
import { rowsOfSlices, type SliceRow } from "../../model/builders/slice-parts.ts";
import { RANGE_STARTED_BEFORE, type TraceEventBatch } from "../../model/tables/trace.ts";
import * as ev from "./spec.ts";
import { traceFormat } from "./trace.ts";

const LAB = fileURLToPath(new URL("../../../../../lab/", import.meta.url));
const version = spawnSync("go", ["env", "GOVERSION"], { cwd: LAB, encoding: "utf8" });
/** The dialect is that of Go 1.26 and later. */
const isDialect = /^go1\.(2[6-9]|[3-9]\d)/.test(version.stdout ?? "");

/** Events that begin a range, by kind of range. */
const BEGINS = [ev.EV_GC_BEGIN, ev.EV_STW_BEGIN, ev.EV_GC_SWEEP_BEGIN, ev.EV_GC_MARK_ASSIST_BEGIN];

describe.skipIf(!isDialect)("fresh traces (needs go 1.26 or later)", () => {
  let folder = "";
  let files: string[] = [];

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "heapwright-traces-"));
    // Short: the text that Go prints of a second of coroutines is several gigabytes.
    spawnSync(
      process.execPath,
      [join(LAB, "traces/record.mjs"), "--go", "local", "--ms", "20", "--out", folder],
      { encoding: "utf8", timeout: 220_000 },
    );
    const local = join(folder, "local");
    files = readdirSync(local)
      .filter((name) => name.endsWith(".trace"))
      .map((name) => join(local, name));
  }, 240_000);

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it("prints what go tool trace -d=parsed prints", () => {
    expect(files.length).toBeGreaterThan(8);
    for (const file of files) {
      const bytes = new Uint8Array(readFileSync(file));
      if (bytes.length > 4 << 20) continue;
      const go = spawnSync("go", ["tool", "trace", "-d=parsed", file], {
        maxBuffer: 1 << 30,
        env: { ...process.env, TZ: "UTC" },
      });
      const ours = parsedText(bytes);
      expect(ours.fault, file).toBeUndefined();
      if (ours.text.equals(go.stdout)) continue;
      const lines = ours.text.toString("latin1").split("\n");
      const wanted = go.stdout.toString("latin1").split("\n");
      const at = wanted.findIndex((line, i) => line !== lines[i]);
      expect(lines[at], `${file}, line ${at + 1}`).toBe(wanted[at]);
    }
  }, 240_000);

  it("finds by thread the ranges and metrics that the full order has", () => {
    for (const file of files) {
      const bytes = new Uint8Array(readFileSync(file));
      const begins = [0, 0, 0, 0];
      let metrics = 0;
      let last = 0;
      readOrdered(bytes, () => ({
        generation: () => {},
        events: (batch: TraceEventBatch) => {
          for (let i = 0; i < batch.length; i++) {
            const type = batch.type[i] ?? 0;
            const kind = BEGINS.indexOf(type);
            if (kind >= 0) begins[kind] = (begins[kind] ?? 0) + 1;
            else if (type === ev.EV_PROCS_CHANGE) metrics += 1;
            else if (type === ev.EV_HEAP_ALLOC || type === ev.EV_HEAP_GOAL) metrics += 1;
            last = batch.timeNs[i] ?? 0;
          }
        },
      }));
      const { table, completeness } = readAll(traceFormat, bytes, file, [65_536]);
      if (table.kind !== "trace" || table.memory === undefined) throw new Error(file);
      const { ranges, slices } = table.memory;
      const found = [0, 0, 0, 0];
      for (let row = 0; row < ranges.length; row++) {
        if (((ranges.flags[row] ?? 0) & RANGE_STARTED_BEFORE) !== 0) continue;
        const kind = ranges.kind[row] ?? 0;
        found[kind] = (found[kind] ?? 0) + 1;
      }
      expect(completeness.complete, file).toBe(true);
      expect(found, file).toEqual(begins);
      expect(table.memory.metrics.length, file).toBe(metrics);
      expect(Math.abs(table.memory.endNs - last), file).toBeLessThan(1e6);
      expect(slices.length, file).toBeGreaterThan(0);
      let before: SliceRow | undefined;
      const rows = [...rowsOfSlices(slices)];
      for (const row of rows.toSorted((a, b) => a.thread - b.thread || a.startNs - b.startNs)) {
        expect(row.endNs).toBeGreaterThanOrEqual(row.startNs);
        expect(row.goroutine).toBeGreaterThan(0);
        if (before?.thread === row.thread) {
          expect(row.startNs).toBeGreaterThanOrEqual(before.endNs);
        }
        before = row;
      }
    }
  }, 240_000);
});
