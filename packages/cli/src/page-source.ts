// What a profile's page needs of the source on this machine. Loaded only when a page is to carry it.

import type { SourceFacts } from "@heapwright/core/analysis/profile/source-facts.ts";
import type { ProfilePicture } from "@heapwright/core/pictures/profile/picture.ts";
import { sourceFinder } from "@heapwright/host/source/find-source.ts";
import { highlightGo } from "@heapwright/web/render/highlight-go.ts";
import { carriedSource, type CarriedSource } from "@heapwright/web/render/profile/source.ts";

export interface PageSource {
  readonly hasSource: (name: string, file: string) => boolean;
  readonly carried: (picture: ProfilePicture) => CarriedSource;
}

export function pageSource(folders: readonly string[], facts: readonly SourceFacts[]): PageSource {
  const find = sourceFinder({
    folders,
    goVersion: facts.find(({ goVersion }) => goVersion !== undefined)?.goVersion,
  });
  return {
    hasSource: (_, file) => file !== "" && "text" in find(file),
    carried: (picture) =>
      carriedSource(
        picture,
        (file) => {
          const found = find(file);
          return "text" in found ? found : undefined;
        },
        highlightGo,
      ),
  };
}
