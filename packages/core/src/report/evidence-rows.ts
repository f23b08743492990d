// What an evidence id points at, as text: the artefact's facts, or the rows that a key names.
// Keys: `stack:HEX`, `MemStats`, `sample-N`, a metric name, `L120-131`, `MaxRSS`, `NumGC`, `-race`.

import type { Artefact } from "../evidence/artefact.ts";
import { heapRows } from "../goruntime/heap-rows.ts";
import {
  framesOf,
  functionFile,
  functionName,
  stackHashes,
  stackKey,
} from "../model/stack-frames.ts";
import type { GoroutineTable } from "../model/tables/goroutines.ts";
import type { ProfileTable } from "../model/tables/profile.ts";
import { memoryInterval, SampledMemory } from "../analysis/stats/heap-sampling.ts";
import { estimated } from "../model/quantity.ts";
import { describeDiagnostic } from "./diagnostics.ts";
import type { Voice } from "./say.ts";
import { printable } from "./wording.ts";

/** Undefined when the artefact has no such row. */
export function describeEvidence(
  a: Artefact,
  key: string | undefined,
  voice: Voice,
): string | undefined {
  const head = [
    `${printable(a.name)}   ${a.id}   ${a.format}   ${voice.words.bytes(a.bytes)}   sha256 ${a.sha256}`,
  ];
  if (a.record !== undefined)
    head.push(
      `  ${a.record.source}, ${new Date(a.record.startMs).toISOString()}, ${a.record.intrusiveness}`,
    );
  for (const d of a.diagnostics) head.push(`  ${describeDiagnostic(d, voice)}`);
  const rows = key === undefined ? summary(a) : rowsFor(a, key, voice);
  return rows === undefined ? undefined : `${[...head, ...rows].join("\n")}\n`;
}

function summary(a: Artefact): string[] {
  const t = a.table;
  switch (t.kind) {
    case "profile":
      return [
        `  ${t.profileKind}, ${t.rows} rows, ${t.stacks.length} stacks, ${t.sampleTypes.map((s) => `${s.type}/${s.unit}`).join(", ")}, period ${t.period ?? "?"}`,
      ];
    case "gctrace":
      return t.segments.map(
        (s, i) => `  segment ${i + 1}: ${s.cycles.length} cycles, ${s.missingCycles} missing`,
      );
    case "metrics":
      return t.samples
        .slice(0, 1)
        .flatMap((s) => [...s.scalars].map(([k, v]) => `  ${printable(k)} ${v}`));
    default:
      return plain(t);
  }
}

function plain(value: object): string[] {
  return Object.entries(value).flatMap(([k, v]) => {
    if (typeof v === "number" || typeof v === "string") return [`  ${k} ${printable(String(v))}`];
    if (v instanceof Map)
      return [...v].map(([x, y]) => `  ${printable(String(x))} ${printable(String(y))}`);
    return [];
  });
}

function rowsFor(a: Artefact, key: string, voice: Voice): string[] | undefined {
  const t = a.table;
  if (key.startsWith("stack:")) {
    if (t.kind === "profile") return profileStack(t, key, voice);
    return t.kind === "goroutines" ? goroutineStack(t, key) : undefined;
  }
  if (t.kind === "profile" && t.memStats !== undefined) {
    const stats = Object.entries(t.memStats).filter(([, v]) => typeof v === "number");
    if (key === "MemStats") return stats.map(([k, v]) => `  ${k} ${String(v)}`);
    const one = stats.find(([k]) => k.toLowerCase() === key.toLowerCase());
    return one === undefined ? undefined : [`  ${one[0]} ${String(one[1])}`];
  }
  if (t.kind === "metrics") {
    const sample = /^sample-(\d+)$/.exec(key);
    if (sample !== null) {
      const s = t.samples[Number(sample[1]) - 1];
      if (s === undefined) return undefined;
      const stats = Object.entries(s.memStats ?? {}).filter(([, v]) => typeof v === "number");
      return [
        ...[...s.scalars].map(([k, v]) => `  ${printable(k)} ${v}`),
        ...stats.map(([k, v]) => `  ${k} ${String(v)}`),
      ];
    }
    const rows = t.samples.flatMap((s, i) => {
      const v =
        s.scalars.get(key) ??
        s.loadCounters.find((c) => c.name === key)?.value ??
        (key === "process_resident_memory_bytes" ? s.process.residentBytes : undefined);
      return v === undefined ? [] : [`  sample-${i + 1}: ${printable(key)} ${v}`];
    });
    return rows.length === 0 ? undefined : rows;
  }
  const lines = /^L(\d+)(?:-(\d+))?$/.exec(key);
  if (lines !== null && t.kind === "gctrace") {
    const from = Number(lines[1]);
    const to = Number(lines[2] ?? lines[1]);
    const out: string[] = [];
    for (const s of t.segments) {
      const c = s.cycles;
      for (let i = 0; i < c.length; i++) {
        const line = c.line[i] ?? 0;
        if (line < from || line > to) continue;
        const mib = (x: number | undefined) =>
          x === undefined || !Number.isFinite(x) ? "?" : String(Math.floor(x / 1048576));
        out.push(
          `  L${line}  gc ${c.number[i] ?? 0} @${(c.startSec[i] ?? NaN).toFixed(3)}s  ${mib(c.heapStartBytes[i])}->${mib(c.heapEndBytes[i])}->${mib(c.markedBytes[i])} MB, ${mib(c.goalBytes[i])} MB goal`,
        );
      }
    }
    return out.length === 0 ? undefined : out;
  }
  if (t.kind === "build-info") {
    const v = t.settings.get(key);
    if (v !== undefined) return [`  build ${key}=${printable(v)}`];
    // A flag that the build was not given is what "not built in" rests on.
    return key.startsWith("-")
      ? [`  build ${printable(key)} is not among its settings`]
      : undefined;
  }
  const row = plain(t).find((r) => r.trim().toLowerCase().startsWith(`${key.toLowerCase()} `));
  return row === undefined ? undefined : [row];
}

function profileStack(t: ProfileTable, key: string, voice: Voice): string[] | undefined {
  const hashes = stackHashes(t);
  const out: string[] = [];
  const heap = heapRows(t);
  for (let s = 0; s < t.stacks.length; s++) {
    if (stackKey(hashes[s] ?? 0) !== key) continue;
    for (let r = 0; r < t.rows; r++) {
      if (t.rowStack[r] !== s) continue;
      out.push(
        `  row ${r}: ${t.sampleTypes.map((type, i) => `${type.type} ${t.values[i]?.[r] ?? "?"}`).join(", ")}`,
      );
      if (heap !== undefined && (heap.size[r] ?? 0) > 0) {
        const live = new SampledMemory();
        live.add(heap.inuse[r] ?? 0, heap.size[r] ?? 0, heap.rate);
        const b = memoryInterval(live).bytes;
        out.push(
          `    ${heap.allocs[r] ?? 0} sampled allocations of ${voice.words.bytes(heap.size[r] ?? 0)}, ${heap.inuse[r] ?? 0} live at rate ${heap.rate}: ${voice.words.full(estimated(b.value, b.lo, b.hi, "bytes", []))}`,
        );
      }
    }
    out.push(...frameLines(t, s));
  }
  return out.length === 0 ? undefined : out;
}

function goroutineStack(t: GoroutineTable, key: string): string[] | undefined {
  const hashes = stackHashes(t);
  for (let s = 0; s < t.stacks.length; s++) {
    if (stackKey(hashes[s] ?? 0) !== key) continue;
    let n = 0;
    for (let r = 0; r < t.rows; r++) if (t.rowStack[r] === s) n++;
    return [`  ${n} goroutines`, ...frameLines(t, s)];
  }
  return undefined;
}

function frameLines(t: ProfileTable | GoroutineTable, stack: number): string[] {
  const f = framesOf(t, stack);
  return f.functions.map(
    (fn, i) =>
      `    ${printable(functionName(t, fn))}\n      ${printable(functionFile(t, fn))}:${f.lines[i] ?? 0}`,
  );
}
