// `heapwright show --list RE`: source of the matching functions, each line with what it holds and how well
// that is known.

import { NodeCertainty, Certainty } from "@heapwright/core/analysis/profile/node-certainty.ts";
import { ProfileError, type Profile } from "@heapwright/core/analysis/profile/profile.ts";
import { Regexp } from "@heapwright/core/analysis/profile/regexp/regexp.ts";
import { RegexpError } from "@heapwright/core/analysis/profile/regexp/syntax.ts";
import { sampleCounts } from "@heapwright/core/analysis/profile/sample-counts.ts";
import type { SourceFacts } from "@heapwright/core/analysis/profile/source-facts.ts";
import type { FunctionListing, ListingLine } from "@heapwright/core/analysis/profile/listing.ts";
import { totalOf } from "@heapwright/core/analysis/profile/weights.ts";
import type { Lang } from "@heapwright/core/model/message.ts";
import type { LineInterval } from "@heapwright/core/report/listing.ts";
import type { PprofConfig } from "@heapwright/core/report/pprof/config.ts";
import { measureOf, type Warn } from "@heapwright/core/report/pprof/generate.ts";
import { ValueScale } from "@heapwright/core/report/show/scale.ts";
import { digits } from "@heapwright/core/report/wording.ts";
import { sourceListing } from "../../source-listing.ts";
import { filteredProfile } from "./outputs.ts";

export interface ListAsked {
  readonly pattern: string;
  readonly config: PprofConfig;
  readonly facts: readonly SourceFacts[];
  readonly folders: readonly string[];
  readonly lang: Lang;
  readonly hasColour: boolean;
  readonly warn: Warn;
}

/** Stretches without samples are folded but for this many lines around one with some. */
const AROUND = 5;

/** @throws ProfileError when the pattern is none, or matches nothing */
export async function listedSource(
  loaded: Profile,
  { pattern, config, facts, folders, lang, hasColour, warn }: ListAsked,
): Promise<string> {
  const matching = patternOf(pattern);
  // Divided where values are printed: divided values no longer tell their samples.
  const profile = filteredProfile(loaded, { ...config, divide_by: 1 }, warn);
  const measure = measureOf(profile, config);
  const { unit } = profile.sampleTypes[measure.value] ?? { unit: "" };
  const counts = sampleCounts(profile, facts, measure.value, config.mean);
  const total = totalOf(profile, measure);
  const scale = ValueScale.of(unit, config.unit === "minimum" ? undefined : config.unit, [
    total / config.divide_by,
  ]);
  const asked = config.source_path.split(/[:;]/).filter((folder) => folder !== "");
  const lines = await sourceListing(profile, {
    measure,
    matches: (name) => matching.test(name),
    folders: [...folders, ...asked],
    goVersion: facts.find(({ goVersion }) => goVersion !== undefined)?.goVersion,
    view: {
      lang,
      value: (v) => scale.text(v / config.divide_by),
      unit: scale.unit,
      total: config.mean ? 0 : total,
      percent: (fraction) => `${digits(fraction * 100)} %`,
      around: AROUND,
    },
    intervals: (listing) => intervalsOf(listing, new Certainty(counts, unit, 1)),
    hasColour,
  });
  if (lines.length === 0) throw new ProfileError(`no matches found for regexp: ${pattern}`);
  return `${lines.join("\n")}\n`;
}

function patternOf(pattern: string): Regexp {
  try {
    return new Regexp(pattern);
  } catch (error) {
    if (!(error instanceof RegexpError)) throw error;
    throw new ProfileError(`parsing argument regexp ${pattern}: ${error.message}`);
  }
}

function intervalsOf(
  { profile, index }: FunctionListing,
  certainty: Certainty,
): ((line: ListingLine) => LineInterval | undefined) | undefined {
  if (!certainty.hasIntervals) return undefined;
  const certain = new NodeCertainty(certainty, profile, index);
  return ({ nodes, flat, cum }) => {
    const [node] = nodes;
    // Several nodes of one line are parts of it in several binaries: their sum has no node of its own.
    if (node === undefined || nodes.length > 1) return undefined;
    const of = ({ lo, hi }: { lo: number; hi: number }): LineInterval["flat"] =>
      Number.isFinite(lo) && Number.isFinite(hi) ? [lo, hi] : undefined;
    return {
      flat: flat === 0 ? undefined : of(certain.flat(node, flat)),
      cum: cum === 0 ? undefined : of(certain.cum(node, cum)),
    };
  };
}
