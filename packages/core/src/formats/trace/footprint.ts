// The table of `go tool trace -d=footprint`: how many bytes each kind of event takes. Sizes are those
// of the shortest encoding, not those in the file (which pads the size of the clock's batch), so they
// add up to a little less than the file. Authority: Go cmd/trace/main.go, debugEventsFootprint, and
// internal/trace/raw/event.go, EncodedSize (Go 1.26.8).

import { goSort } from "./go-sort.ts";
import { wireSpecs } from "./wire-events.ts";
import { type WireEnd, type WireEvent, WireReader } from "./wire-reader.ts";

const TYPES = 256;
const PADDING = 2;

export class Footprint {
  readonly bytes = new Float64Array(TYPES);
  readonly count = new Float64Array(TYPES);
  readonly #reader = new WireReader(
    () => {},
    (event) => this.#event(event),
  );

  push(chunk: Uint8Array): void {
    this.#reader.push(chunk);
  }

  end(): WireEnd {
    return this.#reader.end();
  }

  #event(event: WireEvent): void {
    let size = 1;
    for (let i = 0; i < event.length; i++) size += uvarintBytes(event.low[i], event.high[i]);
    if (event.dataTo > 0) {
      const length = event.dataTo - event.dataFrom;
      size += uvarintBytes(length, 0) + length;
    }
    this.bytes[event.type] += size;
    this.count[event.type] += 1;
  }

  /** Go prints no table for a trace with a fault, so ask only when `end` gave none. */
  text({ version, totalBytes, events }: WireEnd): string {
    const specs = wireSpecs(version);
    const order = Int32Array.from(this.bytes.keys());
    goSort(
      order,
      TYPES,
      this.bytes.map((bytes) => -bytes),
    );
    const rows = [
      ["Event", "Bytes", "%", "Count", "%"],
      ["-", "-", "-", "-", "-"],
    ];
    for (const type of order) {
      const name = type < specs.length ? (specs[type]?.name ?? "") : `<unknown (${type})>`;
      const bytes = this.bytes[type];
      const count = this.count[type];
      rows.push([
        name,
        String(bytes),
        percent(bytes / totalBytes),
        String(count),
        percent(count / events),
      ]);
    }
    return aligned(rows);
  }
}

function uvarintBytes(low: number, high: number): number {
  if (high === 0) return low === 0 ? 1 : Math.ceil((32 - Math.clz32(low)) / 7);
  return Math.ceil((64 - Math.clz32(high)) / 7);
}

/** As Go's %.2f: halves that a double holds exactly go to the even digit, unlike toFixed. */
function percent(fraction: number): string {
  const value = fraction * 100;
  const hundredths = Math.floor(value * 100);
  const isHalf = Number.isInteger(value * 8) && (value * 8) % 2 === 1;
  return `${isHalf && hundredths % 2 === 0 ? (hundredths / 100).toFixed(2) : value.toFixed(2)}%`;
}

/** As text/tabwriter with a padding of two spaces: the last cell of a line is not padded. */
function aligned(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, i) => {
      widths[i] = Math.max(widths[i] ?? 0, cell.length + PADDING);
    });
  }
  const lines = rows.map((row) =>
    row.map((cell, i) => (i === row.length - 1 ? cell : cell.padEnd(widths[i] ?? 0))).join(""),
  );
  return `${lines.join("\n")}\n`;
}
