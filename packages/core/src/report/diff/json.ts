// A comparison as JSON (schema heapwright.diff/1, docs/schema/diff-1.schema.json). Unknown is null,
// never 0 and never left out.

import type { Change, DiffSite, PairDiff } from "../../analysis/diff/pair.ts";
import type { RatePlace, RateSeries } from "../../analysis/diff/rate-series.ts";
import type { Rate } from "../../analysis/stats/rate-change.ts";
import type { CourseOf } from "../../analysis/diff/series-analysis.ts";
import type { SeriesDiff, SeriesPlace } from "../../analysis/diff/series.ts";
import type { Subject } from "../../analysis/diff/subject.ts";
import type { SourceLine } from "../../analysis/sites/site.ts";
import type { ShapeChoice } from "../../analysis/stats/drift.ts";
import type { Interval } from "../../analysis/stats/interval.ts";
import { describeDiagnostic } from "../diagnostics.ts";
import type { Json } from "../json.ts";
import type { Voice } from "../say.ts";
import type { DiffDocument } from "./document.ts";

export interface DiffJsonOptions {
  readonly voice: Voice;
  readonly version: string;
  readonly document: DiffDocument;
  readonly requests: number | undefined;
}

function number(x: number | undefined): number | null {
  return x !== undefined && Number.isFinite(x) ? x : null;
}

function interval(i: Interval | undefined, isKnown = true): Json {
  if (i === undefined) return null;
  return {
    value: number(i.value),
    lo: isKnown ? number(i.lo) : null,
    hi: isKnown ? number(i.hi) : null,
  };
}

function line(at: SourceLine | undefined): Json {
  return at === undefined ? null : { function: at.function, file: at.file, line: at.line };
}

function input(s: Subject, voice: Voice): Json {
  const { artefact, table } = s;
  return {
    name: artefact.name,
    id: artefact.id,
    kind: table.profileKind,
    encoding: table.encoding,
    rate: number(s.rows?.rate),
    counts: s.rows?.counts ?? null,
    timeMs: number(s.timeMs),
    timeIs: Number.isFinite(s.timeMs) ? (s.timeIsOfCycle ? "gc-cycle" : "reply") : null,
    cycle: number(s.cycle),
    complete: artefact.completeness.complete,
    diagnostics: artefact.diagnostics.map((d) => ({
      code: d.code,
      severity: d.severity,
      count: d.count,
      params: { ...d.params },
      text: describeDiagnostic(d, voice),
    })),
  };
}

function change(c: Change): { readonly [key: string]: Json } {
  return {
    change: interval(c.value, c.hasInterval),
    objects: interval(c.objects, c.hasInterval),
    before: interval(c.before),
    after: interval(c.after),
    plusSamples: c.plusSamples,
    minusSamples: c.minusSamples,
    drift:
      c.drift === undefined
        ? null
        : {
            came: c.drift.came,
            went: c.drift.went,
            p: number(c.drift.p),
            stepsNeeded: number(c.drift.stepsNeeded),
          },
    couldHaveSeen: number(c.visible),
  };
}

function site(s: DiffSite): Json {
  return {
    function: s.function,
    file: s.file,
    line: s.line,
    standing: s.standing,
    from: line(s.from),
    foundBy: s.foundBy,
    namesNormalised: s.renamed !== 0,
    user: line(s.user),
    ...change(s),
    p: number(s.p),
    q: number(s.q),
    evidence: s.evidence,
  };
}

/** Sites that moved not at all say nothing that their number does not. */
function isWorthListing(s: DiffSite): boolean {
  return s.standing !== "quiet" || s.value.value !== 0 || s.plusSamples + s.minusSamples > 0;
}

export function pairJson(d: PairDiff, o: DiffJsonOptions): string {
  const { comparison } = d;
  const out: Json = {
    schema: "heapwright.diff/1",
    version: o.version,
    form: "pair",
    status: d.status,
    headline: `${o.document.verdict}   ${o.document.rest}`,
    inputs: (d.before === d.after ? [d.after] : [d.before, d.after]).map((s) => input(s, o.voice)),
    sampleType: { type: d.after.valueType.type, unit: d.after.valueType.unit },
    unit: d.unit,
    comparison: {
      form: comparison.form,
      by: comparison.form === "paired" ? comparison.by : null,
      why: comparison.form === "naive" || comparison.form === "none" ? comparison.why : null,
      isReversed: comparison.form === "paired" && comparison.isReversed,
    },
    seconds: number(d.seconds),
    total: d.total === undefined ? null : change(d.total),
    perRequest:
      o.requests === undefined || d.total === undefined
        ? null
        : interval(
            {
              value: d.total.value.value / o.requests,
              lo: d.total.value.lo / o.requests,
              hi: d.total.value.hi / o.requests,
            },
            d.total.hasInterval,
          ),
    sites: d.sites.filter(isWorthListing).map(site),
    others: {
      sites: d.quiet.sites,
      couldHaveSeen: number(d.quiet.busiest),
      halfCouldHaveSeen: number(d.quiet.typical),
    },
    sitesTested: d.tested,
    inconsistentRows: d.inconsistentRows,
    heapAllocChange: number(d.heapAllocChange),
    notes: o.document.notes.map(([word, text]) => ({ word, text })),
  };
  return `${JSON.stringify(out, null, 2)}\n`;
}

function shape(s: ShapeChoice | undefined): Json {
  return s === undefined
    ? null
    : { shape: s.shape, step: s.at, lineOverEnd: number(s.lineOverEnd), isClear: s.isClear };
}

function course({ course, jumps, tail }: CourseOf): { readonly [key: string]: Json } {
  return {
    course,
    jumps: jumps === undefined ? null : [...jumps.at],
    levelSinceStep: tail === undefined ? null : tail.from,
  };
}

function place(p: SeriesPlace): Json {
  return {
    function: p.at.function,
    file: p.at.file,
    line: p.at.line,
    isAllocating: p.isAllocating,
    isHandedOver: p.isHandedOver,
    callers: p.callers.map(line),
    user: line(p.user),
    slope: interval(p.slope),
    live: [...p.live],
    came: p.came,
    went: p.went,
    p: number(p.p),
    q: number(p.q),
    shape: shape(p.shape),
    ...course(p),
    evidence: p.evidence,
  };
}

export function seriesJson(d: SeriesDiff, o: DiffJsonOptions): string {
  const out: Json = {
    schema: "heapwright.diff/1",
    version: o.version,
    form: "series",
    status: d.status,
    headline: `${o.document.verdict}   ${o.document.rest}`,
    inputs: d.snapshots.map((s) => input(s.subject, o.voice)),
    snapshots: d.snapshots.map((s) => ({
      id: s.subject.artefact.id,
      atSeconds: number(s.atSeconds),
      startsProcess: s.startsProcess,
      isSetAside: s.isSetAside,
      live: interval(s.live),
    })),
    measure: d.isGoroutines ? "goroutines" : "live",
    slopeUnit: `${d.unit}/${d.hasTimes ? "s" : "snapshot"}`,
    excursions: d.excursions.map(({ from, to, at, height }) => ({
      fromSnapshot: from,
      toSnapshot: to - 1,
      at: line(at),
      height,
    })),
    builds: d.builds,
    mixedRates: d.mixed.snapshots,
    damaged: d.damaged,
    steps: d.steps,
    seconds: d.hasTimes ? number(d.seconds) : null,
    restarts: d.restarts,
    repeated: d.repeated,
    wasUnsorted: d.wasUnsorted,
    ties: d.ties,
    isAssumed: d.isAssumed,
    total:
      d.total === undefined
        ? null
        : {
            slope: interval(d.total.slope),
            p: number(d.total.p),
            came: d.total.came,
            went: d.total.went,
            shape: shape(d.total.shape),
            noise: number(d.total.noise.factor),
            couldHaveSeen: number(d.total.visible),
            ...course(d.total),
          },
    places: d.places.map(place),
    others: {
      sites: d.others.sites,
      couldHaveSeen: number(d.others.visible),
      halfCouldHaveSeen: null,
    },
    firstToLast: interval(d.firstToLast?.total?.value),
    nodesTested: d.tested,
    notes: o.document.notes.map(([word, text]) => ({ word, text })),
  };
  return `${JSON.stringify(out, null, 2)}\n`;
}

function rate({ rate: mean, change: changed, visible }: Rate): { readonly [key: string]: Json } {
  return {
    rate: interval(mean),
    change:
      changed === undefined
        ? null
        : {
            window: changed.at,
            before: interval(changed.before),
            after: interval(changed.after),
            change: interval(changed.change),
            p: number(changed.p),
            isGradual: changed.isGradual,
          },
    couldHaveSeen: number(visible),
  };
}

function ratePlace(s: RatePlace): Json {
  return {
    function: s.at.function,
    file: s.at.file,
    line: s.at.line,
    user: line(s.user),
    ...rate(s),
    rates: [...s.rates],
    q: number(s.q),
    evidence: s.evidence,
  };
}

export function ratesJson(d: RateSeries, o: DiffJsonOptions): string {
  const [first] = d.subjects;
  const perSecond =
    d.unit === "cores" ? "" : d.hasTimes ? "/s" : d.form === "totals" ? "/snapshot" : "/file";
  let seconds = 0;
  for (const w of d.windows) seconds += w.seconds;
  const out: Json = {
    schema: "heapwright.diff/1",
    version: o.version,
    form: "rates",
    status: d.status,
    headline: `${o.document.verdict}   ${o.document.rest}`,
    inputs: d.subjects.map((s) => input(s, o.voice)),
    sampleType: { type: first?.valueType.type ?? "", unit: first?.valueType.unit ?? "" },
    windowsAre: d.form === "totals" ? "between-totals" : "files",
    rateUnit: `${d.unit}${perSecond}`,
    hasSampling: d.hasSampling,
    windows: d.windows.map((w) => ({
      from: w.from?.artefact.id ?? null,
      to: w.to.artefact.id,
      atSeconds: number(w.atSeconds),
      seconds: d.hasTimes ? number(w.seconds) : null,
      startsProcess: w.startsProcess,
      isSetAside: w.isSetAside,
    })),
    seconds: d.hasTimes ? number(seconds) : null,
    restarts: d.restarts,
    rateChanges: d.rateChanges,
    builds: d.builds,
    repeated: d.repeated,
    damaged: d.damaged,
    wasUnsorted: d.wasUnsorted,
    isAssumed: d.isAssumed,
    total: d.total === undefined ? null : { ...rate(d.total), rates: [...d.total.rates] },
    changed: d.changed.map(ratePlace),
    steady: d.steady.map(ratePlace),
    others: { sites: d.steady.length, couldHaveSeen: null, halfCouldHaveSeen: null },
    sitesTested: d.tested,
    notes: o.document.notes.map(([word, text]) => ({ word, text })),
  };
  return `${JSON.stringify(out, null, 2)}\n`;
}
