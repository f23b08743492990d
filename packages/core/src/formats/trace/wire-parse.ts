// The text of a trace back to bytes: for tests that write traces by hand, and for Go's own, which are
// kept in this form. Authority: Go internal/trace/raw/doc.go, textreader.go and writer.go (Go 1.26.8).
//
// Bytes are the shortest encoding, which the runtime's are not everywhere, so text → bytes → text gives
// the same text, bytes → text → bytes the same trace. Lengths of strings are those of the strings;
// sizes of batches are what the text says, right or wrong, for that is what a test may be about.
//
// Two differences. A string may lack its data line, as Go prints one of no bytes; and lines may be up
// to 1 MiB long where Go stops at 64 KiB.

import { TraceFault } from "./fault.ts";
import { unquoteBytes } from "./go-unquote.ts";
import { supported } from "./header.ts";
import { FRAME_FIELDS, type WireSpec, wireSpecs } from "./wire-events.ts";

const UTF8 = new TextDecoder("utf-8", { ignoreBOM: true });
const MAX_LINE_BYTES = 1 << 20;
const NEWLINE = 10;
const TWO_64 = 1n << 64n;

export interface WireParseEnd {
  readonly version: number;
  readonly events: number;
  readonly fault: TraceFault | undefined;
  /** 1-based line of the fault. */
  readonly line: number;
}

interface Open {
  readonly name: string;
  /** Lines of frames that still come. */
  frames: number;
  hasData: boolean;
}

export class WireParse {
  readonly #write: (chunk: Uint8Array) => void;
  #rest = new Uint8Array(0);
  #version = 0;
  #specs: readonly WireSpec[] = [];
  readonly #types = new Map<string, number>();
  #out: number[] = [];
  #open: Open | undefined;
  #events = 0;
  #line = 0;
  #fault: TraceFault | undefined;

  /** `version`: of text without the line "Trace Go1.NN", as `go tool trace -d=wire` prints it. */
  constructor(write: (chunk: Uint8Array) => void, version?: number) {
    this.#write = write;
    if (version !== undefined) this.#begin(version);
  }

  push(chunk: Uint8Array): void {
    if (this.#fault !== undefined) return;
    try {
      this.#lines(chunk);
    } catch (error) {
      if (!(error instanceof TraceFault)) throw error;
      this.#fault = error;
    }
    this.#flush();
  }

  end(): WireParseEnd {
    if (this.#fault === undefined) {
      try {
        if (this.#rest.length > 0) this.#text(UTF8.decode(this.#rest));
        this.#close();
      } catch (error) {
        if (!(error instanceof TraceFault)) throw error;
        this.#fault = error;
      }
    }
    this.#flush();
    return {
      version: this.#version,
      events: this.#events,
      fault: this.#fault,
      line: this.#line,
    };
  }

  #flush(): void {
    if (this.#out.length > 0) this.#write(Uint8Array.from(this.#out));
    this.#out = [];
  }

  #lines(chunk: Uint8Array): void {
    let from = 0;
    for (;;) {
      const stop = chunk.indexOf(NEWLINE, from);
      const part = chunk.subarray(from, stop < 0 ? chunk.length : stop);
      if (this.#rest.length + part.length > MAX_LINE_BYTES) {
        throw new TraceFault("line-too-long", `a line of more than ${MAX_LINE_BYTES} bytes`);
      }
      let line = part;
      if (this.#rest.length > 0) {
        line = new Uint8Array(this.#rest.length + part.length);
        line.set(this.#rest);
        line.set(part, this.#rest.length);
      }
      if (stop < 0) {
        this.#rest = line.slice();
        return;
      }
      this.#rest = new Uint8Array(0);
      this.#text(UTF8.decode(line));
      if (this.#out.length > 1 << 15) this.#flush();
      from = stop + 1;
    }
  }

  #close(): void {
    if (this.#version === 0) throw syntax("failed to parse header");
    const open = this.#open;
    if (open === undefined) return;
    if (open.frames > 0) throw syntax("unexpected EOF while reading stack");
    this.#data(new Uint8Array(0));
  }

  #text(text: string): void {
    this.#line += 1;
    const first = tokenOf(text);
    if (first.token === "") return;
    if (this.#version === 0) {
      this.#headerLine(first.token, first.rest);
      return;
    }
    const open = this.#open;
    if (open !== undefined && open.frames > 0) {
      for (const value of valuesOf(text, FRAME_FIELDS)) this.#uvarint(value);
      open.frames -= 1;
      if (open.frames === 0) this.#done();
      return;
    }
    if (open !== undefined) {
      const before = /^\s*data\s*=/u.exec(text)?.[0];
      if (before !== undefined) {
        const bytes = unquoteBytes(text.slice(before.length).trim());
        if (bytes === undefined) throw syntax(`failed to parse data: ${quoted(text)}`);
        this.#data(bytes);
        return;
      }
      this.#data(new Uint8Array(0));
    }
    this.#event(first.token, first.rest);
  }

  #headerLine(word: string, rest: string): void {
    if (word !== "Trace") throw syntax("failed to parse header");
    const version = tokenOf(rest);
    const number = /^Go1\.(\d+)$/.exec(version.token)?.[1];
    if (number === undefined) throw syntax("failed to parse header Go version");
    if (/\S/.test(version.rest)) {
      throw syntax("encountered unexpected non-space at the end of the header");
    }
    this.#begin(Number(number));
  }

  #begin(version: number): void {
    this.#version = supported(version);
    this.#specs = wireSpecs(version);
    // Of equal names (those of free numbers) the last one counts; nothing has them but the empty one.
    this.#specs.forEach(({ name }, type) => this.#types.set(name, type));
    for (const char of `go 1.${version} trace\0\0\0`) this.#out.push(char.charCodeAt(0));
  }

  #event(name: string, rest: string): void {
    const type = this.#types.get(name);
    const spec = type === undefined ? undefined : this.#specs[type];
    if (type === undefined || spec === undefined || type === 0) {
      throw syntax(`unidentified event: ${name}`);
    }
    const values = valuesOf(rest, spec.args, name);
    this.#out.push(type);
    for (const value of values) this.#uvarint(value);
    const frames = spec.isStack ? Number(BigInt.asIntN(64, values[1] ?? 0n)) : 0;
    if (frames > 0 || spec.hasData) this.#open = { name, frames, hasData: spec.hasData };
    else this.#done();
  }

  #done(): void {
    this.#open = undefined;
    this.#events += 1;
  }

  #data(bytes: Uint8Array): void {
    this.#uvarint(BigInt(bytes.length));
    this.#flush();
    if (bytes.length > 0) this.#write(bytes);
    this.#done();
  }

  #uvarint(value: bigint): void {
    let rest = value;
    while (rest >= 0x80n) {
      this.#out.push(Number(rest & 0x7fn) | 0x80);
      rest >>= 7n;
    }
    this.#out.push(Number(rest));
  }
}

function syntax(message: string): TraceFault {
  return new TraceFault("odd-text", message);
}

function quoted(text: string): string {
  return JSON.stringify(text.length > 200 ? `${text.slice(0, 200)}…` : text);
}

/** The first word, "" for an empty line or a comment. */
function tokenOf(text: string): { readonly token: string; readonly rest: string } {
  const found = /^\s*([^\s#]+)/u.exec(text);
  if (found === null) return { token: "", rest: "" };
  return { token: found[1] ?? "", rest: text.slice(found[0].length) };
}

function valuesOf(text: string, names: readonly string[], event = "a frame"): bigint[] {
  const values: bigint[] = [];
  let left = text;
  for (const name of names) {
    const { token, rest } = tokenOf(left);
    if (token === "") throw syntax(`reading args for ${event}: no argument`);
    const at = token.indexOf("=");
    if (at < 0) throw syntax(`reading args for ${event}: malformed argument: ${quoted(token)}`);
    const digits = token.slice(at + 1);
    const value = /^\d{1,20}$/.test(digits) ? BigInt(digits) : TWO_64;
    if (value >= TWO_64) {
      throw syntax(`reading args for ${event}: failed to parse argument value ${quoted(digits)}`);
    }
    if (token.slice(0, at) !== name) {
      throw syntax(
        `reading args for ${event}: expected argument ${quoted(name)}, but got ${quoted(token.slice(0, at))}`,
      );
    }
    values.push(value);
    left = rest;
  }
  if (tokenOf(left).token !== "") {
    throw syntax("encountered unexpected non-space at the end of an event");
  }
  return values;
}
