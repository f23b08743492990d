// Turns stored files into records: one place that numbers them, names their process, keeps the capture's
// clock and adds up what the service paid.

import { performance } from "node:perf_hooks";
import type {
  CaptureCost,
  CaptureNote,
  CaptureRecord,
  CaptureRecordBase,
} from "@heapwright/core/evidence/capture-record.ts";
import type { HttpTiming } from "../http/outcome.ts";
import type { CaptureFolder, StoredFile } from "./folder.ts";

export type Intrusiveness = CaptureRecordBase["intrusiveness"];

/** From when to when something was read. */
export type Span = Pick<HttpTiming, "startMs" | "startMonoMs" | "endMs" | "endMonoMs">;

export interface RecordFacts {
  readonly source: string;
  readonly intrusiveness: Intrusiveness;
  readonly timing: Span;
  readonly url?: string;
  /** The file speaks of this pid; absent for what came over HTTP from an unknown process. */
  readonly pid?: number;
  readonly process?: string;
  readonly numGCBefore?: number | undefined;
  readonly numGCAfter?: number | undefined;
  readonly redacted?: readonly string[];
}

type RecordBody = Omit<CaptureRecordBase, "schema" | "seq">;

export class Recorder {
  readonly folder: CaptureFolder;
  readonly records: CaptureRecord[] = [];
  readonly notes: CaptureNote[] = [];
  /** What a record's `process` says unless it says otherwise. */
  process: string;
  pid: number | undefined;
  processStartMs: number | undefined;
  readonly #startMonoMs: number;
  readonly #onArtefact: ((record: CaptureRecord, folder: string) => void) | undefined;
  #absentSeen = new Set<string>();

  constructor(
    folder: CaptureFolder,
    start: { readonly monoMs: number; readonly process: string },
    onArtefact: ((record: CaptureRecord, folder: string) => void) | undefined,
  ) {
    this.folder = folder;
    this.#startMonoMs = start.monoMs;
    this.process = start.process;
    this.#onArtefact = onArtefact;
  }

  /** A note is told once. */
  note(code: string, params: CaptureNote["params"] = {}): void {
    if (!this.notes.some((note) => note.code === code)) this.notes.push({ code, params });
  }

  async captured(files: readonly { stored: StoredFile; facts: RecordFacts }[]): Promise<void> {
    await this.#append(files.map(({ stored, facts }) => ({ ...this.#base(facts), ...stored })));
  }

  /** The same absence is recorded once until the source answers again (`answered`). */
  async absent(facts: RecordFacts, reason: string): Promise<void> {
    const key = `${facts.source} ${facts.url ?? ""}`;
    if (this.#absentSeen.has(key)) return;
    this.#absentSeen.add(key);
    await this.#append([{ ...this.#base(facts), absent: reason }]);
  }

  answered(source: string, url: string): void {
    this.#absentSeen.delete(`${source} ${url}`);
  }

  #base(facts: RecordFacts): RecordBody {
    const pid = facts.pid ?? this.pid;
    const { timing } = facts;
    return {
      source: facts.source,
      process: facts.process ?? this.process,
      ...(pid === undefined ? {} : { pid }),
      startMs: Math.round(timing.startMs),
      endMs: Math.round(timing.endMs),
      startMonoMs: tenth(timing.startMonoMs - this.#startMonoMs),
      endMonoMs: tenth(timing.endMonoMs - this.#startMonoMs),
      ...(facts.numGCBefore === undefined ? {} : { numGCBefore: facts.numGCBefore }),
      ...(facts.numGCAfter === undefined ? {} : { numGCAfter: facts.numGCAfter }),
      intrusiveness: facts.intrusiveness,
      ...(this.processStartMs === undefined || facts.process !== undefined
        ? {}
        : { processStartMs: this.processStartMs }),
      ...(facts.url === undefined ? {} : { url: facts.url }),
      ...(facts.redacted === undefined ? {} : { redacted: facts.redacted }),
    };
  }

  async #append(
    bodies: readonly (RecordBody & (StoredFile | { readonly absent: string }))[],
  ): Promise<void> {
    const records: CaptureRecord[] = bodies.map((body, i) => ({
      schema: "heapwright.capture-record/1",
      seq: this.records.length + i + 1,
      ...body,
    }));
    await this.folder.append(records);
    this.records.push(...records);
    for (const record of records) this.#onArtefact?.(record, this.folder.directory);
  }
}

const tenth = (ms: number): number => Math.round(ms * 10) / 10;

export class CostMeter {
  #requests = 0;
  #bytes = 0;
  #busyMs = 0;
  #stw = 0;
  /** Shortest seen. */
  #roundTripMs = Infinity;

  /**
   * Returns the time the service was busy with this request, as far as that can be told. `waitMs` is
   * what it was asked to wait (`?seconds=5`).
   */
  add(timing: HttpTiming, bytes: number, stops: number, waitMs: number): number {
    this.#requests += 1;
    this.#bytes += bytes;
    this.#stw += stops;
    if (timing.roundTripMs !== undefined) {
      this.#roundTripMs = Math.min(this.#roundTripMs, timing.roundTripMs);
    }
    const roundTripMs = Number.isFinite(this.#roundTripMs) ? this.#roundTripMs : 0;
    const totalMs = timing.endMonoMs - timing.startMonoMs - (timing.connectMs ?? 0);
    const busyMs = Math.max(0, totalMs - roundTripMs - waitMs);
    this.#busyMs += busyMs;
    return busyMs;
  }

  read(): CaptureCost {
    return {
      requests: this.#requests,
      bytes: this.#bytes,
      targetBusyMs: Math.round(this.#busyMs * 10) / 10,
      stwCount: this.#stw,
    };
  }
}

/** Start and end of something that is read from the kernel rather than fetched. */
export class Stopwatch {
  readonly #startMs = Date.now();
  readonly #startMonoMs = performance.now();

  read(): Span {
    return {
      startMs: this.#startMs,
      startMonoMs: this.#startMonoMs,
      endMs: Date.now(),
      endMonoMs: performance.now(),
    };
  }
}
