// Functions of a profile with their source, as lines for the terminal: finds the source, lists, colours.
// Colour and grammar are loaded only where they are shown.

import { functionListing, splitSource } from "@heapwright/core/analysis/profile/listing.ts";
import type { Profile } from "@heapwright/core/analysis/profile/profile.ts";
import type { Measure } from "@heapwright/core/analysis/profile/weights.ts";
import {
  listingText,
  type ListingView,
  type PaintToken,
  type TokenKind,
} from "@heapwright/core/report/listing.ts";

export interface SourceListingOptions {
  readonly measure: Measure;
  readonly matches: (name: string) => boolean;
  /** `--source DIR`, as often as given. */
  readonly folders: readonly string[];
  /** "go1.26.1" of the program, where the evidence states it. */
  readonly goVersion?: string | undefined;
  readonly view: Omit<ListingView, "highlight">;
  readonly hasColour: boolean;
}

/** ANSI, of the sixteen colours that every terminal has in a readable shade of its own. */
const CODES: Readonly<Record<TokenKind | "dim" | "bold", string>> = {
  keyword: "35",
  type: "36",
  call: "34",
  name: "",
  string: "32",
  number: "33",
  comment: "2",
  operator: "",
  plain: "",
  dim: "2",
  bold: "1",
};

export const paintSource: PaintToken = (text, kind) => {
  const code = CODES[kind];
  return code === "" || text.trim() === "" ? text : `\u001b[${code}m${text}\u001b[0m`;
};

/** Each matching function, a blank line between; empty when nothing matches. */
export async function sourceListing(
  profile: Profile,
  options: SourceListingOptions,
): Promise<string[]> {
  const { sourceFinder } = await import("@heapwright/host/source/find-source.ts");
  const find = sourceFinder({ folders: options.folders, goVersion: options.goVersion });
  const { functions } = functionListing(profile, {
    measure: options.measure,
    matches: options.matches,
    source: (file) => {
      const found = find(file);
      return "text" in found ? { path: found.path, lines: splitSource(found.text) } : undefined;
    },
  });
  const highlight = options.hasColour
    ? (await import("@heapwright/web/render/highlight-go.ts")).highlightGo
    : undefined;
  const paint = options.hasColour ? paintSource : undefined;
  return functions.flatMap((fn, i) => [
    ...(i === 0 ? [] : [""]),
    ...listingText(fn, { ...options.view, highlight }, paint),
  ]);
}
