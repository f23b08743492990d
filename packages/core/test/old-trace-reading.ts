// Reads traces in the format before Go 1.22 as a program does, and makes their texts comparable.

import { readFileSync } from "node:fs";
import { traceVersion } from "../src/formats/trace/container.ts";
import type { EventConsumer } from "../src/formats/trace/event-batch.ts";
import { ParsedText } from "../src/formats/trace/parsed-text.ts";
import { V1OrderedReader } from "../src/formats/trace/v1/ordered-reader.ts";
import { corpus } from "./corpus.ts";

export interface OldTraceFacts {
  readonly events_by_type?: Readonly<Record<string, number>>;
  readonly gc_count?: number;
  readonly gc_total_ns?: number;
  readonly stw_count?: Readonly<Record<string, number>>;
  readonly stw_total_ns?: Readonly<Record<string, number>>;
  readonly mark_assist_count?: number;
  readonly mark_assist_total_ns?: number;
  readonly stw?: {
    readonly stw_events: number;
    readonly sorted_by_start: Readonly<
      Record<
        string,
        { readonly start_ns: number; readonly duration_ns: number; readonly type: string }
      >
    >;
  };
  readonly exp_reader: {
    readonly open_error?: string;
    readonly events: number;
    readonly events_by_kind: Readonly<Record<string, number>>;
    readonly transitions: Readonly<Record<string, number>>;
    readonly block_reasons: Readonly<Record<string, number>>;
    readonly range_begins: Readonly<Record<string, number>>;
    readonly range_total_ns: Readonly<Record<string, number>>;
    readonly metric_count: Readonly<Record<string, number>>;
    readonly last_time: number;
    readonly cpu_samples: number;
  };
}

export interface OldTrace {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly facts: OldTraceFacts;
}

/** Old traces of the public conformance data that Go 1.26 reads, with what readers of theirs say. */
export function oldTraces(): OldTrace[] {
  const traces: OldTrace[] = [];
  for (const name of ["go-1.19-canned", "felixge-traceutils"]) {
    const folder = corpus(`go-trace/${name}`);
    if (folder === undefined) continue;
    const facts: Readonly<Record<string, OldTraceFacts>> = JSON.parse(
      readFileSync(`${folder}/facts.json`, "utf8"),
    );
    for (const [file, fact] of Object.entries(facts)) {
      if (fact.exp_reader.open_error !== undefined) continue;
      const bytes = new Uint8Array(readFileSync(`${folder}/${file}`));
      if ((traceVersion(bytes.subarray(0, 16)) ?? 99) > 21) continue;
      traces.push({ name: file, bytes, facts: fact });
    }
  }
  return traces;
}

export function readOldOrdered(bytes: Uint8Array, consumer: EventConsumer): V1OrderedReader {
  const reader = new V1OrderedReader(consumer);
  reader.read(bytes, traceVersion(bytes.subarray(0, 16)) ?? 0);
  return reader;
}

/** The text of -d=parsed, and why there is none. */
export function oldParsedText(bytes: Uint8Array): { text: Buffer; fault: string | undefined } {
  const chunks: Buffer[] = [];
  const reader: V1OrderedReader = new V1OrderedReader({
    generation: (info) => text.generation(info),
    events: (batch) => text.events(batch),
  });
  const text = new ParsedText(
    reader.interner,
    reader.number,
    () => reader.baseNs,
    (chunk) => chunks.push(Buffer.from(chunk)),
  );
  reader.read(bytes, traceVersion(bytes.subarray(0, 16)) ?? 0);
  text.flush();
  return { text: Buffer.concat(chunks), fault: reader.fault?.message };
}

/**
 * Events of one tick on different procs come out of Go's reader in a random order (it ranges over a
 * map), each 1 ns after the one before. Here such runs are sorted, without their times.
 */
export function withoutTies(text: string): string {
  const events = text.split(/\n(?=M=)/);
  const out: string[] = [];
  let run: string[] = [];
  let last = -2;
  for (const event of events) {
    const time = Number(/ Time=(-?\d+)/.exec(event)?.[1]);
    const rest = event.replace(/ Time=-?\d+/, "").trimEnd();
    if (time !== last + 1) {
      out.push(...run.toSorted());
      run = [];
      out.push(`at ${time}`);
    }
    run.push(rest);
    last = time;
  }
  out.push(...run.toSorted());
  return out.join("\n");
}
