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
/** Empty when the corpus is absent. */
export declare function goldenTraces(): GoldenTrace[];
