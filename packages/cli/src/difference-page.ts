// The page of the difference of two profiles: what is alive in both is cancelled where both are known to
// be of one process. Loaded only when a page is asked for.

import { picturePair } from "@heapwright/core/analysis/diff/without-shared.ts";
import type { Override } from "@heapwright/core/analysis/diff/compare.ts";
import type { Subject } from "@heapwright/core/analysis/diff/subject.ts";
import { filterByName } from "@heapwright/core/analysis/profile/filter.ts";
import type { Profile } from "@heapwright/core/analysis/profile/profile.ts";
import type { Regexp } from "@heapwright/core/analysis/profile/regexp/regexp.ts";
import { sourceFacts } from "@heapwright/core/analysis/profile/source-facts.ts";
import { profileOf } from "@heapwright/core/analysis/profile/profile.ts";
import { unsampled } from "@heapwright/core/goruntime/unsample.ts";
import { profilePage, type ProfilePage, type ProfilePageOptions } from "./profile-page.ts";

export interface DifferenceOptions extends Omit<ProfilePageOptions, "target" | "sources" | "base"> {
  readonly override: Override;
  readonly focus: Regexp | undefined;
  readonly ignore: Regexp | undefined;
}

/**
 * `before` undefined: one profile that is itself a difference.
 * @throws ProfileError when the two cannot be combined
 */
export async function differencePage(
  before: Subject | undefined,
  after: Subject,
  { override, focus, ignore, ...options }: DifferenceOptions,
): Promise<ProfilePage> {
  const filtered = (profile: Profile): Profile =>
    filterByName(profile, { focus, ignore, hide: undefined, show: undefined }).profile;
  const factsOf = ({ table, artefact }: Subject) => {
    const { record } = artefact;
    return sourceFacts(
      artefact.name,
      table,
      record !== undefined && "file" in record ? record : undefined,
    );
  };
  if (before === undefined) {
    const profile = filtered(profileOf(unsampled(after.table)));
    return await profilePage(profile, {
      ...options,
      target: after.artefact.name,
      sources: [factsOf(after)],
    });
  }
  const pair = picturePair(before, after, override);
  return await profilePage(filtered(pair.after), {
    ...options,
    target: after.artefact.name,
    sources: [factsOf(before), factsOf(after)],
    base: {
      profile: filtered(pair.before),
      target: before.artefact.name,
      held: pair.held,
    },
  });
}
