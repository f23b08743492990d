// One snapshot: heap as text (rows, MemStats, MaxRSS), heap as protobuf, goroutines. In sequence; the text
// first, so that its NumGC says which cycle the protobuf behind it shows at the earliest.

import type { Recorder, RecordFacts } from "./recorder.ts";
import type { StoredFile } from "./folder.ts";
import { isGzip } from "../bytes/gzip.ts";
import { failureCode, type HttpFailure } from "../http/outcome.ts";
import type { HttpTimeouts } from "../http/client.ts";
import type { Redactor } from "./redact.ts";
import {
  goroutineCount,
  HEAP_TAIL_BYTES,
  heapTextFacts,
  isGoroutineDump,
  isHeapText,
  type HeapTextFacts,
} from "./reply-facts.ts";
import type { Fetched, NotFetched, Service } from "./service.ts";

/** goroutine?debug=2 stops the world for its whole length and is cut at 64 MB. */
const MAX_GOROUTINES_FOR_DUMP = 10_000;

export type HeapTextReply =
  | { readonly ok: true; readonly reply: Fetched; readonly facts: HeapTextFacts }
  | {
      readonly ok: false;
      readonly failure: HttpFailure | "not-pprof";
      readonly reply: Fetched | NotFetched;
    };

export interface SnapshotOptions {
  readonly folder: string;
  readonly forceGC: boolean;
  /** Goroutines one by one (debug=2) as well, if they are not too many. */
  readonly withDump: boolean;
  /** Called when text and protobuf are on disk and before they are recorded. */
  readonly beforeRecord?: (proto: Uint8Array | undefined) => Promise<void>;
  /** A cheap look at NumGC right after the protobuf. */
  readonly numGCAfter?: () => Promise<number | undefined>;
  /**
   * What must be read before the goroutines: a dump allocates up to 64 MB in the service
   * (runtime/pprof writeGoroutineStacks), and a ledger over it would show the capture instead.
   */
  readonly beforeGoroutines?: () => Promise<void>;
}

export async function fetchHeapText(
  service: Service,
  timeouts: Partial<HttpTimeouts> = {},
): Promise<HeapTextReply> {
  const url = service.profileUrl("heap", { debug: "1" });
  const reply = await service.fetch(url, { stops: 1, timeouts });
  if (!reply.ok) return { ok: false, failure: reply.failure, reply };
  const { body } = reply;
  const head = Buffer.from(body.subarray(0, 200)).toString("latin1");
  const tail = Buffer.from(body.subarray(-HEAP_TAIL_BYTES)).toString("latin1");
  const facts = isHeapText(head) ? heapTextFacts(tail) : undefined;
  return facts === undefined
    ? { ok: false, failure: "not-pprof", reply }
    : { ok: true, reply, facts };
}

export function heapTextRecord(reply: Fetched, facts: HeapTextFacts): RecordFacts {
  return {
    source: "heap-text",
    intrusiveness: "stw-short",
    timing: reply.timing,
    url: reply.url,
    // MemStats are read before the rows (runtime/pprof writeHeapInternal).
    numGCBefore: facts.numGC,
  };
}

export class Snapshots {
  readonly #service: Service;
  readonly #recorder: Recorder;
  readonly #redactor: Redactor;

  constructor(service: Service, recorder: Recorder, redactor: Redactor) {
    this.#service = service;
    this.#recorder = recorder;
    this.#redactor = redactor;
  }

  async take(
    text: { readonly reply: Fetched; readonly facts: HeapTextFacts },
    options: SnapshotOptions,
  ): Promise<void> {
    const { folder } = options;
    const files: { stored: StoredFile; facts: RecordFacts }[] = [
      {
        stored: await this.#recorder.folder.write(`${folder}/heap.txt`, text.reply.body),
        facts: heapTextRecord(text.reply, text.facts),
      },
    ];
    const proto = await this.#fetchProto(options.forceGC);
    if (proto.reply !== undefined) {
      files.push({
        stored: await this.#recorder.folder.write(`${folder}/heap.pb.gz`, proto.reply.body),
        facts: { ...proto.facts, numGCBefore: text.facts.numGC },
      });
    }
    await options.beforeRecord?.(proto.reply?.body);
    const after = proto.reply === undefined ? undefined : await options.numGCAfter?.();
    await this.#recorder.captured(
      files.map(({ stored, facts }) => ({
        stored,
        facts: facts.source === "heap-text" ? facts : { ...facts, numGCAfter: after },
      })),
    );
    if (proto.reply === undefined && proto.absent !== undefined) {
      await this.#recorder.absent(proto.facts, proto.absent);
    }
    await options.beforeGoroutines?.();
    await this.#goroutines(options);
  }

  async #fetchProto(forceGC: boolean): Promise<{
    readonly reply: Fetched | undefined;
    readonly absent: string | undefined;
    readonly facts: RecordFacts;
  }> {
    const url = this.#service.profileUrl("heap", forceGC ? { gc: "1" } : {});
    const reply = await this.#service.fetch(url, { stops: forceGC ? 2 : 0 });
    const facts: RecordFacts = {
      source: forceGC ? "heap-proto-gc" : "heap-proto",
      intrusiveness: forceGC ? "forced-gc" : "none",
      timing: reply.timing,
      url: reply.url,
    };
    if (!reply.ok) {
      const absent = reply.failure.kind === "aborted" ? undefined : failureCode(reply.failure);
      return { reply: undefined, absent, facts };
    }
    return isGzip(reply.body)
      ? { reply, absent: undefined, facts }
      : { reply: undefined, absent: "not a profile", facts };
  }

  async #goroutines(options: SnapshotOptions): Promise<void> {
    const url = this.#service.profileUrl("goroutine", { debug: "1" });
    const reply = await this.#service.fetch(url, { stops: 2 });
    const facts: RecordFacts = {
      source: "goroutine-text",
      intrusiveness: "stw-short",
      timing: reply.timing,
      url: reply.url,
      redacted: ["label-values"],
    };
    if (!reply.ok) {
      if (reply.failure.kind !== "aborted") {
        await this.#recorder.absent(facts, failureCode(reply.failure));
      }
      return;
    }
    const text = Buffer.from(reply.body).toString("utf8");
    const count = goroutineCount(text.slice(0, 200));
    if (count === undefined) return this.#recorder.absent(facts, "not a goroutine profile");
    const stored = await this.#recorder.folder.write(
      `${options.folder}/goroutine.txt`,
      Buffer.from(this.#redactor.goroutineText(text)),
    );
    await this.#recorder.captured([{ stored, facts }]);
    if (!options.withDump) return;
    if (count >= MAX_GOROUTINES_FOR_DUMP) {
      this.#recorder.note("goroutines-too-many", { count, limit: MAX_GOROUTINES_FOR_DUMP });
      return;
    }
    await this.#dump(options);
  }

  async #dump(options: SnapshotOptions): Promise<void> {
    const url = this.#service.profileUrl("goroutine", { debug: "2" });
    const reply = await this.#service.fetch(url, { stops: 1 });
    const facts: RecordFacts = {
      source: "goroutine-debug2",
      intrusiveness: "stw-long",
      timing: reply.timing,
      url: reply.url,
      redacted: ["label-values"],
    };
    if (!reply.ok) {
      if (reply.failure.kind !== "aborted") {
        await this.#recorder.absent(facts, failureCode(reply.failure));
      }
      return;
    }
    const text = Buffer.from(reply.body).toString("utf8");
    if (!isGoroutineDump(text)) return this.#recorder.absent(facts, "not a goroutine dump");
    const stored = await this.#recorder.folder.write(
      `${options.folder}/goroutines-all.txt`,
      Buffer.from(this.#redactor.goroutineDump(text)),
    );
    await this.#recorder.captured([{ stored, facts }]);
  }
}
