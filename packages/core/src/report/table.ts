// Rows in columns: numbers to the right, names to the left, two spaces between.

import { padEnd, padStart, width } from "./columns.ts";

/** "r" right, "l" left; the last column is never padded at its end. */
export function alignedRows(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  align: string,
): string[] {
  const widths = header.map((title, i) =>
    Math.max(width(title), ...rows.map((row) => width(row[i] ?? ""))),
  );
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, i) => {
        const columns = widths[i] ?? 0;
        if (align[i] === "r") return padStart(cell, columns);
        return i === cells.length - 1 ? cell : padEnd(cell, columns);
      })
      .join("  ")
      .trimEnd();
  return [line(header), ...rows.map(line)];
}
