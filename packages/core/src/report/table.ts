// Rows in columns: numbers to the right, names to the left, two spaces between.

import { padEnd, padStart, shorten, width, wrapWithin } from "./columns.ts";

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

/** A name is cut to this before the row is set another way. */
const LEAST_NAME = 24;
/** A function's name beside its place. */
const SHORT_NAME = 14;

/**
 * The same in no more than `columns`. Parts of the last cell, two spaces between, are a place, a name,
 * and what is known besides: the middle of the name goes first, then what is besides, then the name. Where
 * numbers leave no room for that, each row is its name, and below it the numbers with their titles.
 */
export function fittedRows(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  align: string,
  columns: number,
): string[] {
  const last = header.length - 1;
  const widths = header.map((title, i) =>
    Math.max(width(title), ...rows.map((row) => width(row[i] ?? ""))),
  );
  const total = widths.reduce((sum, w) => sum + w, 0) + 2 * last;
  if (total <= columns) return alignedRows(header, rows, align);
  const room = columns - (total - (widths[last] ?? 0));
  if (room >= LEAST_NAME) {
    const cut = rows.map((row) => [...row.slice(0, last), fittedName(row[last] ?? "", room)]);
    return alignedRows(header, cut, align);
  }
  const stacked = rows.flatMap((row) => {
    const numbers = row
      .slice(0, last)
      .map((cell, i) => [header[i] ?? "", cell].filter((part) => part !== "").join("\u00a0"));
    // A pair of title and number is broken last: its spaces are no places to break at.
    const kept = numbers
      .filter((_, i) => (row[i] ?? "") !== "")
      .map((x) => x.replaceAll(" ", "\u00a0"));
    return [
      fittedName(row[last] ?? "", columns),
      ...wrapWithin(kept.join("  "), columns - 2, "").map(
        (line) => `  ${line.replaceAll("\u00a0", " ")}`,
      ),
    ];
  });
  return ["", ...stacked];
}

function fittedName(cell: string, room: number): string {
  if (width(cell) <= room) return cell;
  const parts = cell.split("  ");
  const [place = "", name = "", ...besides] = parts;
  if (name === "") return shorten(place, room);
  const rest = besides.length > 0 ? `  ${besides.join("  ")}` : "";
  for (const end of rest === "" ? [""] : [rest, ""]) {
    const left = room - width(place) - 2 - width(end);
    if (left >= Math.min(SHORT_NAME, width(name))) return `${place}  ${shorten(name, left)}${end}`;
  }
  return width(place) <= room ? place : shorten(place, room);
}
