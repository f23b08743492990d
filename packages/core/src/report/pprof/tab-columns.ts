// Columns as Go's text/tabwriter lays them out with AlignRight and padding 1: a cell ends with a tab and
// belongs to the block of lines above and below it that have a cell there too; what ends with the line
// is no column. Tabs and line ends inside a name count, and byte 0xff begins and ends a stretch in which
// they do not: whoever prints names through that writer gets that.
// Authority: golang/go src/text/tabwriter (Go 1.26). Not supported: other flags.

/** 0xff as text that keeps such bytes (model/exact-text.ts). */
const ESCAPE = "\udcff";

interface Cell {
  readonly text: string;
  readonly width: number;
}

/** Characters; each of the two bytes around an escaped stretch is none. */
function cellOf(text: string, escapes: number): Cell {
  return { text, width: Array.from(text).length - 2 * escapes };
}

function cellsOf(text: string): Cell[][] {
  const lines: Cell[][] = [[]];
  let start = 0;
  let escapes = 0;
  let isEscaped = false;
  for (let i = 0; i < text.length; i++) {
    const char = text[i];
    if (char === ESCAPE) {
      if (isEscaped) escapes += 1;
      isEscaped = !isEscaped;
    } else if (!isEscaped && (char === "\t" || char === "\v" || char === "\n" || char === "\f")) {
      lines[lines.length - 1].push(cellOf(text.slice(start, i), escapes));
      if (char === "\n" || char === "\f") lines.push([]);
      start = i + 1;
      escapes = 0;
    }
  }
  // An escape that nothing ends is ended by the text.
  if (start < text.length) {
    lines[lines.length - 1].push(cellOf(text.slice(start), escapes + (isEscaped ? 1 : 0)));
  }
  return lines;
}

export function rightAligned(text: string): string {
  const rows = cellsOf(text);
  const padded = rows.map((row) => row.map((cell) => cell.text));
  const align = (from: number, to: number, column: number): void => {
    let at = from;
    while (at < to) {
      if (rows[at].length <= column + 1) {
        at += 1;
        continue;
      }
      let end = at;
      let widest = 0;
      while (end < to && rows[end].length > column + 1) {
        widest = Math.max(widest, rows[end][column].width + 1);
        end += 1;
      }
      for (let i = at; i < end; i++) {
        const cell = rows[i][column];
        padded[i][column] = " ".repeat(widest - cell.width) + cell.text;
      }
      align(at, end, column + 1);
      at = end;
    }
  };
  align(0, rows.length, 0);
  return padded.map((row) => row.join("")).join("\n");
}
