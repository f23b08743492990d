// per-connection-buffers: buffers that live as long as their connection, and connections that are idle.

import {
  connectionsOf,
  coresUsed,
  waitedMinutes,
  type Connections,
} from "../../../analysis/goroutines/connections.ts";
import type { SnapshotRows } from "../../../analysis/sites/buckets.ts";
import { rowsOf } from "../../../analysis/sites/buckets.ts";
import { holdingsOf, liveOf, type Holding } from "../../../analysis/sites/holdings.ts";
import type { View } from "../../../analysis/view.ts";
import { ownerOf } from "../../../goruntime/packages.ts";
import { say, type Statement } from "../../../model/message.ts";
import { derived, estimated, type Quantity } from "../../../model/quantity.ts";
import { KiB, MiB } from "../../../model/units.ts";
import { shortFunction, shortLine, verifyCommand } from "../../naming.ts";
import type { Rule, RuleOutcome, RuleSite } from "../../rule.ts";
import { messages } from "./messages.ts";

/** Fewer are a pool of clients, not a population. */
const CONNECTIONS = 100;
/**
 * A connection costs about this much anyhow: net/http's two 4 KiB buffers, a goroutine's stack of 4 to
 * 8 KiB, the kernel's socket. More than that, and buffers are what connections cost.
 */
const EACH = 16 * KiB;
const TOTAL = 32 * MiB;
const SHARE = 0.5;
/** Smaller objects are a connection's records, not its buffers. */
const BUFFER = 2 * KiB;
const PARKED = 0.9;
/** Of one line and size. Above two every interval overlaps some whole number. */
const PER_CONNECTION = 2;
/** CPU seconds a second and connection, all work of the process counted: a few small messages at most. */
const IDLE_CPU = 1e-4;
const BUFFER_MAKERS =
  /^bufio\.New(Reader|Writer)(Size)?$|^bufio\.\(\*Scanner\)\.|\.(newFramer|newBufWriter|NewFramer)$/;

interface Kept {
  readonly holding: Holding;
  /** Function that ties it to the goroutines; undefined: only what kind of object it is. */
  readonly servedIn: string | undefined;
}

export const perConnectionBuffers: Rule = {
  id: "per-connection-buffers",
  evaluate(view): RuleOutcome {
    if (view.goroutines === undefined)
      return { is: "not-evaluable", missing: ["second-goroutine"] };
    const rows = view.sites?.shown;
    if (rows === undefined) return { is: "not-evaluable", missing: ["second-heap"] };
    const modulePath = view.process.buildInfo?.mainModule?.path;
    const candidates = connectionsOf(view.goroutines).filter((c) => c.parked >= CONNECTIONS);
    if (candidates.length === 0) return { is: "contradicted", by: [] };
    const holdings = view.holdings.filter(
      (h) => h.size >= BUFFER && h.owner !== "standard" && h.owner !== "runtime",
    );
    const total = view.sites?.table.total.value ?? 0;
    const isStale = isOlder(view, total);
    for (const c of candidates) {
      const kept = keptFor(c, holdings, isStale, modulePath);
      const live = liveOf(
        kept.map((k) => k.holding),
        rows.rows.rate,
      ).bytes;
      const each = perConnection(live, c, kept);
      const isMuch = live.lo >= TOTAL && live.value >= SHARE * total;
      if (kept.length === 0 || !isMuch || each.value < EACH) continue;
      return supported(view, c, kept, { rows, live, each, share: live.value / total, isStale });
    }
    const most = candidates[0];
    if (most === undefined) return { is: "contradicted", by: [] };
    const kept = keptFor(most, holdings, isStale, modulePath);
    const each = perConnection(
      liveOf(
        kept.map((k) => k.holding),
        rows.rows.rate,
      ).bytes,
      most,
      kept,
    );
    return {
      is: "contradicted",
      by:
        kept.length === 0
          ? []
          : [
              say(
                messages,
                "per-connection-buffers.not",
                { connections: most.parked, each },
                each.evidence,
              ),
            ],
    };
  },
};

/** The profile shows an older and smaller heap than the last cycle's. */
function isOlder(view: View, total: number): boolean {
  const marked = view.series.marked?.value;
  const last = marked?.[marked.length - 1];
  return last !== undefined && last >= 1.25 * total;
}

/**
 * Objects that come one or two to a connection. Misleads: anything else with as many
 * entries; so what is not made where connections are served must at least be a buffer by its maker.
 */
function keptFor(
  c: Connections,
  holdings: readonly Holding[],
  isStale: boolean,
  modulePath: string | undefined,
): Kept[] {
  const ties = tiesOf(c, modulePath);
  const out: Kept[] = [];
  for (const holding of holdings) {
    const servedIn = ties.find((f) => holding.functions.has(f));
    if (servedIn === undefined && !BUFFER_MAKERS.test(holding.alloc.function)) continue;
    if (fits(holding.live.objects, c, isStale)) out.push({ holding, servedIn });
  }
  return out;
}

function fits(objects: { lo: number; hi: number }, c: Connections, isStale: boolean): boolean {
  const few = 0.9 * c.parked;
  const many = 1.1 * (c.parked + c.active);
  if (isStale && objects.hi >= 0.1 * few && objects.lo <= many) return true;
  for (let k = 1; k <= PER_CONNECTION; k++)
    if (objects.lo <= k * many && objects.hi >= k * few) return true;
  return false;
}

/**
 * Functions that say "for this connection": the two innermost own ones of the waiting stack, the one it
 * was started with, and the one that started it. An outer one may be a wrapper around every handler.
 */
function tiesOf(c: Connections, modulePath: string | undefined): string[] {
  const ties = new Set<string>();
  const isOwn = (f: string) => {
    const owner = ownerOf(f, "", modulePath);
    return owner === "own" || owner === "dependency";
  };
  for (const g of c.groups) {
    for (const f of g.functions.filter(isOwn).slice(0, 2)) ties.add(f);
    if (isOwn(g.root.function)) ties.add(g.root.function);
    const by = g.createdBy?.function;
    if (by !== undefined && isOwn(by)) ties.add(by);
  }
  ties.delete("main.main");
  return [...ties];
}

function perConnection(
  live: { value: number; lo: number; hi: number },
  c: Connections,
  kept: readonly Kept[],
): Quantity {
  const n = Math.max(1, c.parked);
  return derived(live.value / n, live.lo / n, live.hi / n, "bytes", [
    ...kept.slice(0, 2).map((k) => k.holding.evidence),
    ...c.evidence.slice(0, 1),
  ]);
}

interface Weighed {
  readonly rows: SnapshotRows;
  readonly live: { value: number; lo: number; hi: number };
  readonly each: Quantity;
  readonly share: number;
  readonly isStale: boolean;
}

function supported(view: View, c: Connections, kept: readonly Kept[], w: Weighed): RuleOutcome {
  const top = kept[0];
  if (top === undefined) return { is: "contradicted", by: [] };
  const evidence = kept.map((k) => k.holding.evidence);
  const facts: Statement[] = kept.slice(0, 4).map((k) => {
    const o = k.holding.live.objects;
    return say(
      messages,
      "per-connection-buffers.site",
      {
        line: shortLine(k.holding.own),
        objects: estimated(o.value, o.lo, o.hi, "count", [k.holding.evidence], "gc-cycle"),
        size: k.holding.size,
        connections: c.parked,
      },
      [k.holding.evidence, ...c.evidence.slice(0, 1)],
    );
  });
  const live = estimated(w.live.value, w.live.lo, w.live.hi, "bytes", evidence, "gc-cycle");
  facts.unshift(say(messages, "per-connection-buffers.total", { live, share: w.share }, evidence));
  const forIt: Statement[] = [];
  const against: Statement[] = [];
  const served = kept.filter((k) => k.servedIn !== undefined);
  const servedIn = served[0]?.servedIn;
  if (servedIn !== undefined)
    forIt.push(
      say(
        messages,
        "per-connection-buffers.for-served",
        { function: shortFunction(servedIn) },
        evidence.slice(0, 1),
      ),
    );
  const proportion = w.isStale ? undefined : proportionOf(view, top.holding);
  if (proportion !== undefined)
    forIt.push(
      say(
        messages,
        "per-connection-buffers.for-proportion",
        { from: proportion.from, to: proportion.to },
        proportion.evidence,
      ),
    );
  else if (!w.isStale) against.push(say(messages, "per-connection-buffers.against-once", {}));
  if (w.isStale) against.push(say(messages, "per-connection-buffers.against-stale", {}));

  // Idle: parked nearly all, and either for long or with next to no CPU spent on any of them.
  const isParked = c.parked >= PARKED * (c.parked + c.active);
  const waits = waitedMinutes(view.process);
  const waitLong = waits !== undefined && waits.share >= 0.5;
  if (waitLong)
    forIt.push(
      say(messages, "per-connection-buffers.for-waits", { share: waits.share }, [waits.evidence]),
    );
  const cpu = coresUsed(view.process);
  const isCheap = cpu !== undefined && cpu.cores / c.parked <= IDLE_CPU;
  if (isCheap)
    forIt.push(
      say(messages, "per-connection-buffers.for-cpu", { each: cpu.cores / c.parked }, cpu.evidence),
    );
  const isIdle = isParked && (waitLong || isCheap);
  if (!isIdle) against.push(say(messages, "per-connection-buffers.against-busy", {}));

  const isTight = kept.every(
    (k) => k.holding.live.objects.hi <= 2 * Math.max(1, k.holding.live.objects.lo),
  );
  const isSure = served.length === kept.length && isTight && isIdle && !w.isStale;
  const lines = kept.map((k) => k.holding.own);
  const sites: RuleSite[] = lines
    .filter((l, i) => lines.findIndex((x) => shortLine(x) === shortLine(l)) === i)
    .slice(0, 3)
    .map((l) => ({ function: l.function, file: l.file, line: l.line, role: "allocates" }));
  const waiting = c.groups[0];
  if (waiting !== undefined) sites.push({ ...waiting.at, role: "blocks" });
  const params = { line: shortLine(top.holding.own), each: w.each, connections: c.parked };
  return {
    is: "supported",
    confidence: isSure ? (proportion !== undefined && waitLong ? "high" : "medium") : "low",
    fault: isIdle,
    weight: w.live.value,
    sites,
    headline: isIdle
      ? say(messages, "per-connection-buffers.headline", params, evidence.slice(0, 1))
      : say(messages, "per-connection-buffers.headline-open", params, evidence.slice(0, 1)),
    facts,
    for: forIt,
    against,
    alike: proportion === undefined ? ["cache-plateau"] : [],
    now: [say(messages, "per-connection-buffers.now", {})],
    fix: [say(messages, "per-connection-buffers.fix", { line: shortLine(top.holding.own) })],
    verify: [
      say(messages, "per-connection-buffers.verify", {
        command: verifyCommand(view.options.target, "60s"),
        connections: c.parked,
      }),
    ],
  };
}

/**
 * The same number of objects a connection at two numbers of connections that differ by a quarter:
 * needs heap and goroutine profiles of two moments.
 */
function proportionOf(
  view: View,
  holding: Holding,
): { from: number; to: number; evidence: readonly string[] } | undefined {
  const g = view.goroutines;
  if (g === undefined || g.snapshots < 2) return undefined;
  const modulePath = view.process.buildInfo?.mainModule?.path;
  const points: { n: number; lo: number; hi: number; id: string }[] = [];
  for (const snapshot of view.process.heap) {
    const at = g.timesMs.findIndex((t) => Math.abs(t - snapshot.replyMs) < 5000);
    const rows = at < 0 ? undefined : rowsOf(snapshot);
    if (
      rows === undefined ||
      snapshot.profile.encoding !== view.sites?.shown.snapshot.profile.encoding
    )
      continue;
    const n = Math.max(0, ...connectionsOf(g).map((c) => c.counts[at] ?? 0));
    const same = holdingsOf(rows, modulePath).find(
      (h) =>
        h.size === holding.size &&
        shortLine(h.own) === shortLine(holding.own) &&
        h.alloc.function === holding.alloc.function,
    );
    if (same === undefined || n === 0) continue;
    points.push({
      n,
      lo: same.live.objects.lo / n,
      hi: same.live.objects.hi / n,
      id: same.evidence,
    });
  }
  const sorted = points.toSorted((a, b) => a.n - b.n);
  const few = sorted[0];
  const many = sorted[sorted.length - 1];
  if (few === undefined || many === undefined || many.n < 1.25 * few.n) return undefined;
  if (few.lo > many.hi || many.lo > few.hi) return undefined;
  // Ratios that overlap only because both are wide say nothing: the counts themselves must differ.
  if (few.hi * few.n >= many.lo * many.n) return undefined;
  return { from: few.n, to: many.n, evidence: [few.id, many.id] };
}
