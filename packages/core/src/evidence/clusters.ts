// Which units are of one process: union of what is proved the same, then careful assumptions, never a
// merge of two that are known to differ. Pure; order of units does not change the partition of what
// is proved.

import { say, type Statement } from "../model/message.ts";
import { relate, type Relation, type Unit } from "./fingerprint.ts";
import { linkMessages } from "./messages.ts";
import type { Sameness } from "./process.ts";

export interface Cluster {
  readonly units: Unit[];
  sameness: Sameness;
  readonly reasons: Statement[];
}

export interface Clustering {
  readonly clusters: Cluster[];
  /** Units that speak of the machine or container rather than of one process, with no owner found. */
  readonly shared: Unit[];
}

export function clusterUnits(units: readonly Unit[]): Clustering {
  const anchors = units.filter((u) => u.isAnchor || u.manifest !== undefined);
  const rest = units.filter((u) => !u.isAnchor && u.manifest === undefined);
  const relations = new Map<number, Relation>();
  const between = (i: number, j: number): Relation => {
    const key = i < j ? i * anchors.length + j : j * anchors.length + i;
    let r = relations.get(key);
    if (r === undefined) {
      const a = anchors[i];
      const b = anchors[j];
      r = a === undefined || b === undefined ? { is: "unknown" } : relate(a, b);
      relations.set(key, r);
    }
    return r;
  };
  const groups: {
    members: number[];
    reasons: Statement[];
    assumed: boolean;
    manifest: Set<string>;
  }[] = [];
  for (let i = 0; i < anchors.length; i++) {
    const unit = anchors[i];
    if (unit === undefined) continue;
    // Joins every group that holds something proved the same and nothing known to differ.
    const fits = groups.filter(
      (g) =>
        g.members.some((j) => between(i, j).is === "same") &&
        !g.members.some((j) => between(i, j).is === "different"),
    );
    const target = fits[0];
    if (target === undefined) {
      groups.push({
        members: [i],
        reasons: [],
        assumed: false,
        manifest: new Set(unit.manifest === undefined ? [] : [unit.manifest]),
      });
      continue;
    }
    const why = target.members
      .map((j) => ({ j, r: between(i, j) }))
      .find(({ r }) => r.is === "same");
    if (why !== undefined && why.r.is === "same") note(target.reasons, anchors[why.j], unit, why.r);
    target.members.push(i);
    for (const other of fits.slice(1)) {
      const clash = other.members.some((x) =>
        target.members.some((y) => between(x, y).is === "different"),
      );
      if (clash) continue;
      target.members.push(...other.members);
      target.reasons.push(...other.reasons);
      groups.splice(groups.indexOf(other), 1);
    }
  }
  mergeByAssumption(groups, anchors, between);
  const clusters: Cluster[] = groups.map((g) => ({
    units: g.members.map((i) => anchors[i]).filter((u): u is Unit => u !== undefined),
    sameness: g.assumed ? "assumed" : "proved",
    reasons: g.reasons,
  }));
  for (const c of clusters) {
    const captured = c.units.filter((u) => u.manifest !== undefined);
    const process = captured[0]?.manifest;
    if (process !== undefined)
      c.reasons.unshift(say(linkMessages, "link.manifest", { count: captured.length, process }));
  }
  return { clusters, shared: placeRest(rest, clusters) };
}

function note(
  reasons: Statement[],
  a: Unit | undefined,
  b: Unit,
  r: Relation & { is: "same" },
): void {
  if (a === undefined) return;
  const names = { a: a.artefact.name, b: b.artefact.name };
  const evidence = [a.artefact.id, b.artefact.id];
  if (r.by === "vdso") {
    const counted = a.buckets !== undefined && b.buckets !== undefined;
    reasons.push(say(linkMessages, counted ? "link.vdso" : "link.address", names, evidence));
  }
  if (r.by === "counts") reasons.push(say(linkMessages, "link.counts", names, evidence));
  if (r.by === "ring")
    reasons.push(say(linkMessages, "link.ring", { ...names, cycles: r.cycles ?? 0 }, evidence));
  if (r.by === "gc-times")
    reasons.push(say(linkMessages, "link.gc-times", { ...names, cycles: r.cycles ?? 0 }, evidence));
  if (r.by === "pid")
    reasons.push(say(linkMessages, "link.pid", { ...names, pid: b.pid ?? 0 }, evidence));
}

interface Group {
  members: number[];
  reasons: Statement[];
  assumed: boolean;
}

/**
 * Groups without a proof between them: joined when no other candidate exists, nearest folder first.
 * How it can mislead: two replicas' files of kinds that carry no identity (a gctrace of one, a metrics
 * scrape of the other) look like one process; hence "assumed", which caps confidence.
 */
function mergeByAssumption(
  groups: Group[],
  anchors: readonly Unit[],
  between: (i: number, j: number) => Relation,
): void {
  const differ = (g: Group, h: Group) =>
    h.members.some((x) => g.members.some((y) => between(x, y).is === "different"));
  const join = (large: Group, small: Group) => {
    const first = anchors[small.members[0] ?? 0];
    if (first !== undefined) {
      const id = [first.artefact.id];
      const folder = first.folder === "" ? "." : first.folder;
      large.reasons.push(
        isOnly
          ? say(linkMessages, "link.only", { a: first.artefact.name }, id)
          : say(linkMessages, "link.folder", { a: first.artefact.name, folder }, id),
      );
    }
    large.members.push(...small.members);
    large.reasons.push(...small.reasons);
    large.assumed = true;
    groups.splice(groups.indexOf(small), 1);
  };
  // The usual folder: nothing in it speaks for a second process.
  const isOnly = !groups.some((g, i) => groups.slice(i + 1).some((h) => differ(g, h)));
  if (isOnly) {
    const largest = [...groups].sort((a, b) => b.members.length - a.members.length)[0];
    const others = groups.filter((g) => g !== largest);
    if (largest !== undefined) for (const g of others) join(largest, g);
    return;
  }
  for (;;) {
    const pairs: { g: Group; h: Group; d: number }[] = [];
    for (const [i, g] of groups.entries()) {
      for (const h of groups.slice(i + 1)) {
        if (!differ(g, h)) pairs.push({ g, h, d: distance(g, h, anchors) });
      }
    }
    pairs.sort((x, y) => x.d - y.d);
    // Nearest pairs first, and only where neither side has another candidate just as near that is
    // known to be a different process: such a unit is left alone rather than guessed.
    const isAmbiguous = (from: Group, to: Group, d: number) =>
      pairs.some((p) => {
        if (p.d > d || (p.g !== from && p.h !== from)) return false;
        const other = p.g === from ? p.h : p.g;
        return other !== to && differ(other, to);
      });
    const found = pairs.find(({ g, h, d }) => !isAmbiguous(g, h, d) && !isAmbiguous(h, g, d));
    if (found === undefined) return;
    if (found.g.members.length >= found.h.members.length) join(found.g, found.h);
    else join(found.h, found.g);
  }
}

function distance(a: Group, b: Group, anchors: readonly Unit[]): number {
  let best = Infinity;
  for (const x of a.members) {
    for (const y of b.members) {
      const d = folderDistance(anchors[x]?.folder ?? "", anchors[y]?.folder ?? "");
      if (d < best) best = d;
    }
  }
  return best;
}

/** Steps up and down between two folders; sibling folders named for one thing (proc-app, go-app) are nearer. */
export function folderDistance(a: string, b: string): number {
  if (a === b) return 0;
  const x = a === "" ? [] : a.split("/");
  const y = b === "" ? [] : b.split("/");
  let shared = 0;
  while (shared < x.length && shared < y.length && x[shared] === y[shared]) shared++;
  const steps = x.length - shared + (y.length - shared);
  const suffix = (p: readonly string[]) => /[-_.]([^-_.]+)$/.exec(p[p.length - 1] ?? "")?.[1];
  const s = suffix(x);
  return s !== undefined && s === suffix(y) ? steps - 0.5 : steps;
}

/**
 * Limits, environment, build info, cgroup, pod, machine: to the nearest cluster, or to all when they
 * speak of the container (cgroup, pod, meminfo). Returns those shared by several processes.
 */
function placeRest(rest: readonly Unit[], clusters: Cluster[]): Unit[] {
  const shared: Unit[] = [];
  for (const u of rest) {
    const kind = u.artefact.table.kind;
    if (kind === "cgroup" || kind === "pod" || kind === "meminfo") {
      shared.push(u);
      continue;
    }
    const ranked = clusters
      .map((c) => ({ c, d: Math.min(...c.units.map((v) => folderDistance(u.folder, v.folder))) }))
      .sort((x, y) => x.d - y.d);
    const best = ranked[0];
    const rival = ranked[1];
    if (best === undefined || (rival !== undefined && rival.d === best.d)) shared.push(u);
    else best.c.units.push(u);
  }
  return shared;
}
