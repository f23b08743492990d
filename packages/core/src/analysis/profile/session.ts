// What a session keeps of its loaded profile between reports. A changed filter changes which stacks count
// and what they weigh, but neither which lines a report keeps apart nor which node each frame belongs to;
// without this both are worked out again for every report.
//
// A filter that takes lines or frames out of stacks (hide, show, show_from, prune_from, tagroot, tagleaf)
// gives a profile with other locations or stacks, for which nothing kept here holds: then everything is
// worked out as without a session.

import { aggregate } from "./aggregate.ts";
import { DistinctFrames } from "./distinct-frames.ts";
import { labelUnits, type LabelUnits } from "./filter.ts";
import { NodeIndex, type NodeOptions } from "./nodes.ts";
import type { Profile } from "./profile.ts";
import { totalOf, type Measure } from "./weights.ts";

export class ProfileSession {
  readonly #loaded: Profile;
  #units: LabelUnits | undefined;
  readonly #totals = new Map<string, number>();
  /** The granularity of the last report, and the loaded profile in it. */
  #granularity = "";
  #aggregated: Profile | undefined;
  /** The options of the last index, and the index. */
  #options = "";
  #index: NodeIndex | undefined;
  #frames: DistinctFrames | undefined;

  constructor(loaded: Profile) {
    this.#loaded = loaded;
  }

  isOf(profile: Profile): boolean {
    return profile === this.#loaded;
  }

  labelUnits(): LabelUnits {
    this.#units ??= labelUnits(this.#loaded);
    return this.#units;
  }

  totalOf(profile: Profile, measure: Measure): number {
    if (profile !== this.#loaded) return totalOf(profile, measure);
    const key = `${measure.value}/${measure.divisor ?? ""}`;
    const total = this.#totals.get(key) ?? totalOf(profile, measure);
    this.#totals.set(key, total);
    return total;
  }

  #hasLoadedLines({ locations, functions, mappings }: Profile): boolean {
    const loaded = this.#loaded;
    return (
      locations === loaded.locations &&
      functions === loaded.functions &&
      mappings === loaded.mappings
    );
  }

  aggregate(profile: Profile, granularity: string, noInlines: boolean, columns: boolean): Profile {
    if (!this.#hasLoadedLines(profile)) return aggregate(profile, granularity, noInlines, columns);
    const key = `${granularity}/${String(noInlines)}/${String(columns)}`;
    if (this.#aggregated === undefined || this.#granularity !== key) {
      this.#aggregated = aggregate(this.#loaded, granularity, noInlines, columns);
      this.#granularity = key;
    }
    const { functions, locations, mappings } = this.#aggregated;
    return { ...profile, functions, locations, mappings };
  }

  /** `key` is equal for equal options. */
  nodeIndex(profile: Profile, options: NodeOptions, key: string): NodeIndex {
    const known = this.#index;
    if (known?.profile.locations === profile.locations && this.#options === key) return known;
    const index = new NodeIndex(profile, options);
    if (profile.locations === this.#aggregated?.locations) {
      this.#index = index;
      this.#options = key;
      this.#frames = undefined;
    }
    return index;
  }

  /** Undefined where sums over the stacks of `profile` have to be made frame by frame. */
  frames(profile: Profile, index: NodeIndex): DistinctFrames | undefined {
    if (index !== this.#index || profile.stacks !== this.#loaded.stacks) return undefined;
    this.#frames ??= new DistinctFrames(profile.stacks, index);
    return this.#frames;
  }
}
