// Direct labels along a line, and spread along an edge, so that none touches another. A label that does
// not fit is shortened, then dropped; never rotated.

export interface LabelWish {
  /** Where the thing it names is, px. */
  readonly x0: number;
  readonly x1: number;
  /** Widths in px of its forms, longest first. */
  readonly widths: readonly number[];
  /** Larger goes first. */
  readonly weight: number;
}

export interface PlacedLabel {
  /** Index of the wish. */
  readonly of: number;
  /** Index of the form used. */
  readonly form: number;
  readonly x: number;
  /** 0 = next to the bar, 1 = the row beyond it, drawn with a leader. */
  readonly row: number;
}

interface Taken {
  readonly from: number;
  readonly to: number;
}

function isFree(taken: readonly Taken[], from: number, to: number, gap: number): boolean {
  return taken.every((t) => to + gap <= t.from || from >= t.to + gap);
}

/**
 * Places labels on rows above or below a bar of `widthPx`. Each starts where its thing starts, or ends
 * at the right edge. `blocked` are spans per row that are already in use. A label on a far row has a
 * leader that goes straight down past the near rows, so nothing may stand in its way.
 */
export function placeLabels(
  wishes: readonly LabelWish[],
  widthPx: number,
  rows: number,
  blocked: readonly (readonly Taken[])[] = [],
  gap = 8,
): PlacedLabel[] {
  const taken: Taken[][] = [];
  for (let r = 0; r < rows; r++) taken.push([...(blocked[r] ?? [])]);
  const out: PlacedLabel[] = [];
  const order = wishes
    .map((_, i) => i)
    .sort((a, b) => wishes[b].weight - wishes[a].weight || a - b);
  for (const i of order) {
    const placed = place(wishes[i], i, widthPx, taken, gap);
    if (placed !== undefined) out.push(placed);
  }
  return out.sort((a, b) => a.of - b.of);
}

function place(
  wish: LabelWish,
  of: number,
  widthPx: number,
  taken: Taken[][],
  gap: number,
): PlacedLabel | undefined {
  for (let form = 0; form < wish.widths.length; form++) {
    const width = wish.widths[form];
    if (width > widthPx) continue;
    for (let row = 0; row < taken.length; row++) {
      const x = Math.max(0, Math.min(wish.x0, widthPx - width));
      if (!isFree(taken[row], x, x + width, gap)) continue;
      if (row > 0) {
        const near = taken.slice(0, row);
        if (!near.every((r) => isFree(r, wish.x0 - 1, wish.x0 + 1, 4))) continue;
        for (const r of near) r.push({ from: wish.x0 - 1, to: wish.x0 + 1 });
      }
      taken[row].push({ from: x, to: x + width });
      return { of, form, x, row };
    }
  }
  return undefined;
}

/**
 * Moves label centres apart until they are `gap` px from each other, keeping their order and staying
 * within [min, max] while there is room. Returns one position per input, in input order.
 */
export function spread(wanted: readonly number[], gap: number, min: number, max: number): number[] {
  const order = wanted.map((_, i) => i).sort((a, b) => wanted[a] - wanted[b] || a - b);
  const at = new Array<number>(wanted.length).fill(0);
  let previous = -Infinity;
  for (const i of order) {
    previous = Math.max(wanted[i], previous + gap, min);
    at[i] = previous;
  }
  let next = Infinity;
  for (const i of [...order].reverse()) {
    next = Math.min(at[i], next - gap, max);
    at[i] = next;
  }
  return at;
}
