// Goroutines that serve connections, seen while they wait for the other side.
//
// Source of the frames: net/net.go (*conn).Read, internal/poll/fd_unix.go (*FD).Read, net/http/server.go
// (*connReader).backgroundRead (watches the client of a request that is being served),
// net/http/transport.go (*persistConn).readLoop (a pooled client connection), Go 1.22–1.27.

import type { ProcessEvidence } from "../../evidence/process.ts";
import type { GoroutineAnalysis, GoroutineGroup } from "./goroutines.ts";

const READS = /^net\.\(\*\w+\)\.Read|^internal\/poll\.\(\*FD\)\.Read/;
const OTHER_READERS =
  /^net\/http\.\(\*(connReader\)\.backgroundRead|persistConn\)|(http2)?ClientConn\))/;

/** Parked until the peer sends something: idle, or between two messages. */
export function isParkedInRead(g: GoroutineGroup): boolean {
  return (
    g.wait === "IO wait" &&
    g.functions.some((f) => READS.test(f)) &&
    !g.functions.some((f) => OTHER_READERS.test(f))
  );
}

const ACCEPTS = /^net\.\(\*\w+\)\.Accept|^internal\/poll\.\(\*FD\)\.Accept/;

/** Functions that wait for a connection to accept, whatever they are called. */
export function acceptingFunctions(analysis: GoroutineAnalysis): ReadonlySet<string> {
  return new Set(
    analysis.groups
      .filter((g) => g.functions.some((f) => ACCEPTS.test(f)))
      .flatMap((g) => g.functions.filter((f) => !ACCEPTS.test(f))),
  );
}

export interface Connections {
  /** In the last snapshot. */
  readonly parked: number;
  /** Same root function, not parked in a read, in the last snapshot. */
  readonly active: number;
  /** Parked, per snapshot of the analysis. */
  readonly counts: readonly number[];
  readonly groups: readonly GoroutineGroup[];
  readonly evidence: readonly string[];
}

/** One for each function that connections are served with, most first. */
export function connectionsOf(analysis: GoroutineAnalysis): Connections[] {
  const byRoot = new Map<string, GoroutineGroup[]>();
  for (const g of analysis.groups) {
    const list = byRoot.get(g.root.function) ?? [];
    list.push(g);
    byRoot.set(g.root.function, list);
  }
  const out: Connections[] = [];
  for (const list of byRoot.values()) {
    const groups = list.filter(isParkedInRead);
    if (groups.length === 0) continue;
    const parked = groups.reduce((s, g) => s + g.after, 0);
    out.push({
      parked,
      active: list.reduce((s, g) => s + g.after, 0) - parked,
      counts: analysis.timesMs.map((_, i) => groups.reduce((s, g) => s + (g.counts[i] ?? 0), 0)),
      groups,
      evidence: groups.slice(0, 2).map((g) => g.evidence),
    });
  }
  return out.sort((a, b) => b.parked - a.parked);
}

/**
 * Of the goroutines in the last dump that wait for the network, the share that has waited for a whole
 * minute at least; undefined without a dump. Accept loops are a handful and do not matter.
 */
export function waitedMinutes(p: ProcessEvidence): { share: number; evidence: string } | undefined {
  const dump = p.goroutineDumps[p.goroutineDumps.length - 1];
  if (dump === undefined) return undefined;
  const t = dump.value;
  let waiting = 0;
  let long = 0;
  for (let r = 0; r < t.rows; r++) {
    if (t.strings.get(t.state[r] ?? 0) !== "IO wait") continue;
    waiting++;
    if ((t.waitMinutes[r] ?? 0) >= 1) long++;
  }
  return waiting === 0 ? undefined : { share: long / waiting, evidence: dump.artefact.id };
}

/** Cores used between the first and the last reading of the process's CPU time; undefined unknown. */
export function coresUsed(
  p: ProcessEvidence,
): { cores: number; evidence: readonly string[] } | undefined {
  // USER_HZ is 100 on every Linux port that Go has.
  const readings =
    p.stat.length >= 2
      ? p.stat.map((s) => ({
          at: s.timeMs,
          sec: (s.value.userTicks + s.value.systemTicks) / 100,
          id: s.artefact.id,
        }))
      : p.metrics.flatMap((m) =>
          m.value.process.cpuSeconds === undefined
            ? []
            : [{ at: m.timeMs, sec: m.value.process.cpuSeconds, id: m.artefact.id }],
        );
  const first = readings[0];
  const last = readings[readings.length - 1];
  if (first === undefined || last === undefined) return undefined;
  const seconds = (last.at - first.at) / 1000;
  if (!(seconds >= 5) || !(last.sec >= first.sec)) return undefined;
  return { cores: (last.sec - first.sec) / seconds, evidence: [first.id, last.id] };
}
