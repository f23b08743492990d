// What the reader has done, in the fragment of the URL: `#~z=…&q=…`. Such a link opens the page as it
// was. Fragments that begin otherwise are places on the page.

import type { FlameMemory } from "./flame.ts";

export interface PageState {
  /** Prefix of the process that is shown; "" for all. */
  readonly process: string | undefined;
  readonly flame: FlameMemory | undefined;
  /** Which flame, where it is not the main one. */
  readonly flameId?: string | undefined;
}

export function readState(hash: string): PageState | undefined {
  if (!hash.startsWith("#~")) return undefined;
  const params = new URLSearchParams(hash.slice(2));
  const type = Number.parseInt(params.get("t") ?? "0", 10);
  return {
    process: params.get("p") ?? undefined,
    flameId: params.get("f") ?? undefined,
    flame: {
      type: Number.isInteger(type) ? type : 0,
      isUnfolded: params.get("u") === "1",
      zoom: params.get("z") ?? "",
      without: (params.get("x") ?? "").split(".").filter((k) => k !== ""),
      query: (params.get("q") ?? "").slice(0, 200),
    },
  };
}

export function writeState({ process, flame, flameId }: PageState): string {
  const params = new URLSearchParams();
  if (process !== undefined) params.set("p", process);
  if (flame !== undefined) {
    if (flame.type !== 0) params.set("t", String(flame.type));
    if (flame.isUnfolded) params.set("u", "1");
    if (flame.zoom !== "") params.set("z", flame.zoom);
    if (flame.without.length > 0) params.set("x", flame.without.join("."));
    if (flame.query !== "") params.set("q", flame.query);
    if (flameId !== undefined && [...params.keys()].some((k) => k !== "p"))
      params.set("f", flameId);
  }
  const text = params.toString();
  return text === "" ? "" : `#~${text}`;
}
