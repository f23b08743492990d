// The traces of golang.org/x/exp with what its reader says of them, from the public conformance data.

import { readFileSync } from "node:fs";
import { corpus } from "./corpus.ts";

export interface GoldenTrace {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** False: reading must fail, with an error that matches `errorRegexp`. */
  readonly isSuccess: boolean;
  readonly errorRegexp: string;
  readonly reader: {
    readonly events: number;
    readonly events_by_kind: Readonly<Record<string, number>>;
    readonly transitions: Readonly<Record<string, number>>;
    readonly block_reasons: Readonly<Record<string, number>>;
    readonly range_begins: Readonly<Record<string, number>>;
    readonly range_total_ns: Readonly<Record<string, number>>;
    readonly metric_count: Readonly<Record<string, number>>;
    readonly first_time: number;
    readonly last_time: number;
  };
  readonly syncs: readonly SyncFact[];
}

export interface SyncFact {
  readonly time: number;
  readonly clock_snapshot?: {
    readonly trace: number;
    readonly mono: number;
    readonly wall: string;
  };
}

interface Case {
  readonly name: string;
  readonly expect: string;
  readonly error_regexp?: string;
  readonly binary: string;
  readonly reader: GoldenTrace["reader"];
  readonly sync_events?: readonly SyncFact[];
}

/** Empty when the corpus is absent. */
export function goldenTraces(): GoldenTrace[] {
  const folder = corpus("go-trace/golang-exp");
  if (folder === undefined) return [];
  const { cases }: { cases: readonly Case[] } = JSON.parse(
    readFileSync(`${folder}/cases.json`, "utf8"),
  );
  return cases.map((one) => ({
    name: one.name,
    bytes: new Uint8Array(readFileSync(`${folder}/${one.binary}`)),
    isSuccess: one.expect === "SUCCESS",
    errorRegexp: one.error_regexp ?? "",
    reader: one.reader,
    syncs: one.sync_events ?? [],
  }));
}
