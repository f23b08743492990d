// Goroutines by stack, and how their number changed. Counts are exact, not samples.

import type { ProcessEvidence } from "../../evidence/process.ts";
import { isProfilingFrame, ownerOf } from "../../goruntime/packages.ts";
import { waitOfStack, waitOfState, type WaitKind } from "../../goruntime/waits.ts";
import {
  framesOf,
  functionFile,
  functionName,
  stackHashes,
  stackKey,
} from "../../model/stack-frames.ts";
import type { GoroutineTable } from "../../model/tables/goroutines.ts";
import type { ProfileTable } from "../../model/tables/profile.ts";
import type { SourceLine } from "../sites/site.ts";

export interface GoroutineGroup {
  readonly evidence: string;
  readonly wait: WaitKind;
  /** Where it waits: nearest own line, else the nearest that is not the runtime's. */
  readonly at: SourceLine;
  readonly isOwn: boolean;
  /** Function the goroutine was started with (its root frame). */
  readonly root: SourceLine;
  /** `go` statement, when a dump told: "function file:line". */
  readonly createdBy: SourceLine | undefined;
  readonly before: number;
  readonly after: number;
  /** Counts in every snapshot of the same kind, in order. */
  readonly counts: readonly number[];
  /** Longest wait printed, minutes; undefined without a dump. */
  readonly maxWaitMinutes: number | undefined;
  readonly functions: readonly string[];
}

export interface GoroutineAnalysis {
  readonly groups: readonly GoroutineGroup[];
  readonly totals: readonly number[];
  readonly timesMs: readonly number[];
  readonly before: number;
  readonly after: number;
  readonly seconds: number;
  readonly snapshots: number;
}

interface Snapshot {
  readonly artefact: string;
  readonly timeMs: number;
  readonly total: number;
  readonly groups: Map<string, Row>;
}

interface Row {
  count: number;
  wait: WaitKind;
  at: SourceLine;
  isOwn: boolean;
  root: SourceLine;
  createdBy: SourceLine | undefined;
  maxWait: number | undefined;
  hash: number;
  functions: readonly string[];
}

export function analyzeGoroutines(p: ProcessEvidence): GoroutineAnalysis | undefined {
  const modulePath = p.buildInfo?.mainModule?.path;
  const profiles: Snapshot[] = p.goroutineProfiles.map((g) =>
    fromProfile(g.value, g.artefact.id, g.timeMs, modulePath),
  );
  const dumps: Snapshot[] = p.goroutineDumps
    .filter((g) => !g.value.isCut)
    .map((g) => fromDump(g.value, g.artefact.id, g.timeMs, modulePath));
  // One kind is compared with itself; the text profile and protobuf of one instant hold the same stacks.
  const kind = profiles.length >= 2 || dumps.length < 2 ? profiles : dumps;
  const list = sameInstantOnce(kind.length === 0 ? dumps : kind);
  const first = list[0];
  const last = list[list.length - 1];
  if (first === undefined || last === undefined) return undefined;
  const keys = new Set(list.flatMap((s) => [...s.groups.keys()]));
  const dumpRows = new Map<string, Row>();
  for (const d of dumps) for (const [k, r] of d.groups) dumpRows.set(k, r);
  const groups: GoroutineGroup[] = [];
  for (const k of keys) {
    const row = last.groups.get(k) ?? list.map((s) => s.groups.get(k)).find((r) => r !== undefined);
    if (row === undefined) continue;
    const fromDumps = dumpRows.get(k);
    groups.push({
      evidence: `${last.artefact}:${stackKey(row.hash)}`,
      wait: fromDumps?.wait ?? row.wait,
      at: row.at,
      isOwn: row.isOwn,
      root: row.root,
      createdBy: fromDumps?.createdBy ?? row.createdBy,
      before: list.length < 2 ? NaN : (first.groups.get(k)?.count ?? 0),
      after: last.groups.get(k)?.count ?? 0,
      counts: list.map((s) => s.groups.get(k)?.count ?? 0),
      maxWaitMinutes: fromDumps?.maxWait,
      functions: row.functions,
    });
  }
  const growth = (g: GoroutineGroup) => (Number.isFinite(g.before) ? g.after - g.before : 0);
  groups.sort((a, b) => growth(b) - growth(a) || b.after - a.after);
  return {
    groups,
    totals: list.map((s) => s.total),
    timesMs: list.map((s) => s.timeMs),
    before: first.total,
    after: last.total,
    seconds: (last.timeMs - first.timeMs) / 1000,
    snapshots: list.length,
  };
}

/** Text and protobuf asked for right after each other are one snapshot. */
function sameInstantOnce(list: readonly Snapshot[]): Snapshot[] {
  const out: Snapshot[] = [];
  for (const s of list) {
    const previous = out[out.length - 1];
    if (previous !== undefined && Math.abs(s.timeMs - previous.timeMs) < 1500) continue;
    out.push(s);
  }
  return out;
}

/** Key without runtime frames and without argument-dependent detail, equal for profile and dump. */
function keyOf(functions: readonly string[], lines: readonly number[]): string {
  let key = "";
  for (let i = 0; i < functions.length; i++) {
    const f = functions[i] ?? "";
    if (f.startsWith("runtime.") || f.startsWith("internal/runtime/")) continue;
    key += `${f}:${lines[i] ?? 0};`;
  }
  return key;
}

function describe(
  functions: readonly string[],
  files: readonly string[],
  lines: readonly number[],
  modulePath: string | undefined,
): { at: SourceLine; isOwn: boolean; root: SourceLine } {
  const frames: SourceLine[] = functions.map((f, i) => ({
    function: f,
    file: files[i] ?? "",
    line: lines[i] ?? 0,
  }));
  const own = frames.find(
    (f) => ownerOf(f.function, f.file, modulePath) === "own" && !isProfilingFrame(f.function),
  );
  const visible = frames.find((f) => ownerOf(f.function, f.file, modulePath) !== "runtime");
  const roots = frames.filter(
    (f) => f.function !== "runtime.goexit" && f.function !== "runtime.main",
  );
  const unknown: SourceLine = { function: "?", file: "", line: 0 };
  return {
    at: own ?? visible ?? frames[0] ?? unknown,
    isOwn: own !== undefined,
    root: roots[roots.length - 1] ?? unknown,
  };
}

function fromProfile(
  t: ProfileTable,
  artefact: string,
  timeMs: number,
  modulePath: string | undefined,
): Snapshot {
  const hashes = stackHashes(t);
  const groups = new Map<string, Row>();
  let total = 0;
  const counts = t.values[0] ?? new Float64Array();
  for (let r = 0; r < t.rows; r++) {
    const n = counts[r] ?? 0;
    total += n;
    const stack = t.rowStack[r] ?? 0;
    const frames = framesOf(t, stack);
    const functions = frames.functions.map((f) => functionName(t, f));
    const files = frames.functions.map((f) => functionFile(t, f));
    const key = keyOf(functions, frames.lines);
    const known = groups.get(key);
    if (known !== undefined) {
      known.count += n;
      continue;
    }
    groups.set(key, {
      count: n,
      wait: waitOfStack(functions),
      ...describe(functions, files, frames.lines, modulePath),
      createdBy: undefined,
      maxWait: undefined,
      hash: hashes[stack] ?? 0,
      functions,
    });
  }
  return { artefact, timeMs, total, groups };
}

function fromDump(
  t: GoroutineTable,
  artefact: string,
  timeMs: number,
  modulePath: string | undefined,
): Snapshot {
  const hashes = stackHashes(t);
  const groups = new Map<string, Row>();
  for (let r = 0; r < t.rows; r++) {
    const stack = t.rowStack[r] ?? 0;
    const frames = framesOf(t, stack);
    const functions = frames.functions.map((f) => functionName(t, f));
    const files = frames.functions.map((f) => functionFile(t, f));
    const key = keyOf(functions, frames.lines);
    const minutes = t.waitMinutes[r] ?? 0;
    const known = groups.get(key);
    if (known !== undefined) {
      known.count += 1;
      known.maxWait = Math.max(known.maxWait ?? 0, minutes);
      continue;
    }
    groups.set(key, {
      count: 1,
      wait: waitOfState(t.strings.get(t.state[r] ?? 0)),
      ...describe(functions, files, frames.lines, modulePath),
      createdBy: createdBy(t, r),
      maxWait: minutes,
      hash: hashes[stack] ?? 0,
      functions,
    });
  }
  return { artefact, timeMs, total: t.rows, groups };
}

function createdBy(t: GoroutineTable, row: number): SourceLine | undefined {
  const name = t.strings.get(t.createdBy[row] ?? 0);
  if (name === "") return undefined;
  const place = t.strings.get(t.createdAt[row] ?? 0);
  const colon = place.lastIndexOf(":");
  return {
    function: name,
    file: colon < 0 ? place : place.slice(0, colon),
    line: colon < 0 ? 0 : Number(place.slice(colon + 1)) || 0,
  };
}
