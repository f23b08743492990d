// The first lines of `heapwright show`: what the file is, how much of what, and how well that is known.

import { commonKind, type SourceFacts } from "../../analysis/profile/source-facts.ts";
import type { Certain } from "../../analysis/profile/node-certainty.ts";
import type { Voice } from "../say.ts";
import { digits, printable } from "../wording.ts";
import { ValueScale } from "./scale.ts";
import type { ShowView } from "./view.ts";
import { SHOW_WORDS } from "./words.ts";

/** "2026-11-26 02:58:11 UTC". */
export function timeText(timeNanos: bigint): string | undefined {
  const ms = Number(timeNanos / 1_000_000n);
  if (timeNanos === 0n || Math.abs(ms) > 8.64e15) return undefined;
  return `${new Date(ms).toISOString().slice(0, 19).replace("T", " ")} UTC`;
}

/** "27.5 MiB [17, 42]". */
export function fullText(certain: Certain, scale: ValueScale): string {
  return `${scale.full(certain.value)}${intervalText(certain, scale)}`;
}

/** " [17, 42]"; "" where there is none. */
export function intervalText({ value, lo, hi }: Certain, scale: ValueScale): string {
  if (Number.isNaN(lo) || Number.isNaN(hi) || (lo === value && hi === value)) return "";
  return ` [${scale.text(lo)}, ${scale.text(hi)}]`;
}

function samplesText(view: ShowView, voice: Voice): string {
  const w = SHOW_WORDS[voice.lang];
  const { basis } = view.counts;
  if (view.rows === 0) return w.noSamples;
  if (basis === "counted") return w.exact;
  if (basis === "unknown") return w.noIntervals;
  const n = voice.words.count(Math.round(view.total.samples));
  return basis === "approximate" ? w.aboutSamples(n) : w.samples(n);
}

export function headLines(view: ShowView, voice: Voice): string[] {
  const w = SHOW_WORDS[voice.lang];
  const { profile, sources } = view;
  const kind = commonKind(sources);
  const isDelta = sources.some((source) => source.isDelta);
  const { value, lo, hi } = view.total;
  // Of nothing that is left of what came and went, the interval is all there is to read.
  const sizes = value === 0 && !Number.isNaN(lo) ? [lo, hi] : [value];
  const scale = ValueScale.of(view.sampleUnit, view.unit, sizes);
  const join = (parts: readonly (string | undefined)[]): string =>
    parts.filter((part) => part !== undefined && part !== "").join("   ");
  const title = isDelta ? `${w.titles[kind]} ${w.difference}` : w.titles[kind];
  const out = [
    join([
      title,
      printable(view.title),
      `${fullText(view.total, scale)} ${printable(view.sampleType)}`,
      samplesText(view, voice),
    ]),
  ];
  const time = timeText(profile.timeNanos);
  const duration = profile.durationNanos;
  out.push(
    `  ${join([
      time === undefined ? w.timeUnknown : w.taken(time),
      duration > 0 ? w.over(voice.words.duration(duration / 1e9)) : undefined,
      rateText(view, voice),
      goText(sources, w.goUnknown),
    ])}`,
  );
  const cycle = sources.length === 1 ? sources[0].cycle : undefined;
  const isHeap = kind === "heap" || kind === "allocs";
  const isLive = isHeap && view.sampleType.startsWith("inuse_") && !isDelta;
  out.push(
    `  ${join([
      isLive
        ? cycle === undefined
          ? w.cycleUnknown
          : cycle === 0
            ? w.noCycle
            : w.cycle(voice.words.count(cycle))
        : undefined,
      w.size(view.rows, view.stacks, (n) => voice.words.count(n)),
    ])}`,
  );
  const types = profile.sampleTypes.map(({ type }) => printable(type));
  if (types.length > 1) {
    const own = view.sampleType.replace(/^mean_/, "");
    const others = types.filter((type) => type !== own);
    out.push(`  ${w.types(printable(view.sampleType), others.join(", "))}`);
  }
  if (sources.length > 1) {
    out.push(`  ${w.merged(sources.map(({ name }) => printable(name)).join(", "))}`);
  }
  if (view.left !== undefined) {
    const share = Number.isNaN(view.leftShare) ? "?" : `${digits(view.leftShare * 100)} %`;
    const filters = view.filters.map((filter) => printable(filter)).join(" ");
    out.push(`  ${w.left(filters, fullText(view.left, scale), share)}`);
  }
  return out;
}

function goText(sources: readonly SourceFacts[], unknown: string): string {
  const versions = new Set(sources.map(({ goVersion }) => goVersion ?? unknown));
  return [...versions].join(", ");
}

/** Shorter is no time between samples but a writer's "one". */
const MIN_PERIOD = 1000;

function rateText(view: ShowView, voice: Voice): string | undefined {
  const w = SHOW_WORDS[voice.lang];
  const { rate, reason } = view.counts;
  if (rate !== undefined && rate > 1 && reason !== "rates-differ") {
    return w.rate(voice.words.bytes(rate));
  }
  const { period, periodType } = view.profile;
  if (reason !== "cpu-samples" || period <= 0 || periodType.unit !== "nanoseconds")
    return undefined;
  return period < MIN_PERIOD ? undefined : w.every(voice.words.duration(period / 1e9));
}
