// The text of `go tool trace -d=wire`: each event of the wire in one line, strings and stacks in more.
// Authority: Go internal/trace/raw/event.go, Event.String (Go 1.26.8). Go prints a string of no bytes
// without its data line, and so does this.

import { quoteBytes } from "./go-quote.ts";
import { TextOut } from "./text-out.ts";
import { FRAME_FIELDS, wireSpecs } from "./wire-events.ts";
import { type WireEnd, type WireEvent, WireReader } from "./wire-reader.ts";

const UTF8 = new TextEncoder();
const NEWLINE = 10;
const QUOTE = 34;

interface WireWords {
  readonly name: Uint8Array;
  /** " dt=" and so on. */
  readonly args: readonly Uint8Array[];
}

const FRAME: readonly Uint8Array[] = FRAME_FIELDS.map((field, i) =>
  UTF8.encode(i === 0 ? `\n\t${field}=` : ` ${field}=`),
);
const DATA = UTF8.encode('\n\tdata="');

export interface WireTextOptions {
  /**
   * Begin with the line "Trace Go1.NN" of the text format (internal/trace/raw/doc.go), so that the
   * text can be turned back into bytes. `go tool trace` prints none.
   */
  readonly hasHeader: boolean;
}

export class WireText {
  readonly #out: TextOut;
  readonly #reader: WireReader;
  #words: readonly WireWords[] = [];

  constructor(write: (chunk: Uint8Array) => void, { hasHeader }: WireTextOptions) {
    this.#out = new TextOut(write);
    this.#reader = new WireReader(
      (version) => {
        this.#words = wireSpecs(version).map(({ name, args }) => ({
          name: UTF8.encode(name),
          args: args.map((arg) => UTF8.encode(` ${arg}=`)),
        }));
        if (hasHeader) this.#out.ascii(`Trace Go1.${version}\n`);
      },
      (event) => this.#event(event),
    );
  }

  push(chunk: Uint8Array): void {
    this.#reader.push(chunk);
  }

  /** All events before a fault have been written, as Go does. */
  end(): WireEnd {
    const end = this.#reader.end();
    this.#out.flush();
    return end;
  }

  #event(event: WireEvent): void {
    const out = this.#out;
    const { name, args } = this.#words[event.type];
    out.bytes(name);
    for (let i = 0; i < args.length; i++) {
      out.bytes(args[i]);
      out.decimal(event.low[i], event.high[i]);
    }
    for (let i = args.length; i < event.length; i++) {
      out.bytes(FRAME[(i - args.length) & 3]);
      out.decimal(event.low[i], event.high[i]);
    }
    if (event.dataTo > event.dataFrom) {
      out.bytes(DATA);
      out.bytes(quoteBytes(event.bytes.subarray(event.dataFrom, event.dataTo)));
      out.byte(QUOTE);
    }
    out.byte(NEWLINE);
  }
}
