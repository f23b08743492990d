// Pictures are drawn once with places in per cent, and labelled for three widths: what is shown at which
// width is a container query. Labels are placed for the least width of their tier, so they never touch.

import { type Markup, markup } from "../markup.ts";

export interface Tier {
  readonly className: "w1" | "w2" | "w3";
  /** Least width of the picture in this tier, px. 288 is a screen of 320 with its margins. */
  readonly width: number;
}

export const TIERS: readonly Tier[] = [
  { className: "w1", width: 288 },
  { className: "w2", width: 560 },
  { className: "w3", width: 900 },
];

/** One drawing per tier; equal ones are written once. */
export function perTier(draw: (tier: Tier) => Markup): Markup {
  const byText = new Map<string, { drawn: Markup; classes: string[] }>();
  for (const tier of TIERS) {
    const drawn = draw(tier);
    const text = drawn.toString();
    if (text === "") continue;
    const known = byText.get(text);
    if (known === undefined) byText.set(text, { drawn, classes: [tier.className] });
    else known.classes.push(tier.className);
  }
  const groups = [...byText.values()].map(({ drawn, classes }) =>
    classes.length === TIERS.length ? drawn : markup`<g class="${classes.join(" ")}">${drawn}</g>`,
  );
  return markup`${groups}`;
}

export const percentOf = (fraction: number): string => `${Math.round(fraction * 10_000) / 100}%`;
