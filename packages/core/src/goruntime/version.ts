// Go releases as data: parsing "go1.26.8" and comparing minors. Everything that is true only for some
// releases is gated through these ranges.

export interface GoRelease {
  readonly minor: number;
  readonly patch: number | undefined;
}

/** Inclusive range of minors of Go 1; [1, 99] = unknown. */
export interface MinorRange {
  readonly from: number;
  readonly to: number;
}

export const ANY_MINOR: MinorRange = { from: 1, to: 99 };

/** Reads "go1.26.8", "go1.27rc1", "go1.26-custom X:race", "go 1.26", "devel go1.28-abc"; undefined for anything else. */
export function parseGoVersion(text: string): GoRelease | undefined {
  const match = /\bgo ?1\.(\d{1,3})(?:\.(\d{1,3}))?/.exec(text);
  if (match === null) return undefined;
  const patch = match[2];
  return { minor: Number(match[1]), patch: patch === undefined ? undefined : Number(patch) };
}

export function isExact(range: MinorRange): boolean {
  return range.from === range.to;
}

/** "yes" | "no" only when every release of the range agrees. */
export function holdsSince(range: MinorRange, minor: number): "yes" | "no" | "unknown" {
  if (range.from >= minor) return "yes";
  return range.to < minor ? "no" : "unknown";
}

export function intersect(a: MinorRange, b: MinorRange): MinorRange | undefined {
  const from = Math.max(a.from, b.from);
  const to = Math.min(a.to, b.to);
  return from <= to ? { from, to } : undefined;
}
