// Columns as Go's text/tabwriter lays them out with AlignRight, padding 1: a cell belongs to the block
// of lines above and below it that have a cell there too; the last cell of a line is no column.
// Authority: golang/go src/text/tabwriter (Go 1.26). Not supported: other flags, empty cells that vanish.

function width(text: string): number {
  return Array.from(text).length;
}

export function rightAligned(rows: readonly (readonly string[])[]): string[] {
  const padded = rows.map((row) => row.slice());
  const align = (from: number, to: number, column: number): void => {
    let at = from;
    while (at < to) {
      if ((rows[at]?.length ?? 0) <= column + 1) {
        at += 1;
        continue;
      }
      let end = at;
      let widest = 0;
      while (end < to && (rows[end]?.length ?? 0) > column + 1) {
        widest = Math.max(widest, width(rows[end]?.[column] ?? "") + 1);
        end += 1;
      }
      for (let i = at; i < end; i++) {
        const cell = rows[i][column];
        padded[i][column] = " ".repeat(widest - width(cell)) + cell;
      }
      align(at, end, column + 1);
      at = end;
    }
  };
  align(0, rows.length, 0);
  return padded.map((row) => row.join(""));
}
