// Threads that scan generations beside each other. Each generation is self-describing, so that they
// need nothing of one another.

import { Worker } from "node:worker_threads";
import type { GenerationBytes } from "@heapwright/core/formats/trace/container.ts";
import { TraceFault } from "@heapwright/core/formats/trace/fault.ts";
import type { ScannedGeneration } from "@heapwright/core/formats/trace/scan.ts";
import type { FaultFields, ScanReply, ScanRequest, StoredGeneration } from "./scan-messages.ts";

interface Waiting {
  readonly resolve: (scan: ScannedGeneration | TraceFault) => void;
  readonly reject: (error: Error) => void;
}

export class ScanPool {
  readonly #workers: Worker[];
  readonly #busy: number[];
  readonly #waiting = new Map<number, Waiting>();
  #next = 0;

  constructor(entry: URL, threads: number) {
    this.#workers = Array.from({ length: threads }, (_, i) => this.#start(entry, i));
    this.#busy = this.#workers.map(() => 0);
  }

  #start(entry: URL, index: number): Worker {
    const worker = new Worker(entry);
    worker.on("message", (reply: ScanReply) => {
      this.#busy[index] = (this.#busy[index] ?? 1) - 1;
      const waiting = this.#waiting.get(reply.id);
      this.#waiting.delete(reply.id);
      waiting?.resolve("lost" in reply ? faultOf(reply.lost) : scanOf(reply));
    });
    worker.on("error", (error) => {
      for (const { reject } of this.#waiting.values()) reject(error);
      this.#waiting.clear();
    });
    return worker;
  }

  /** The bytes, where they are given, move to the thread. A fault means that nothing of the generation could be read. */
  scan(generation: GenerationBytes | StoredGeneration): Promise<ScannedGeneration | TraceFault> {
    const id = this.#next++;
    const least = Math.min(...this.#busy);
    const index = this.#busy.indexOf(least);
    this.#busy[index] = least + 1;
    const reply = new Promise<ScannedGeneration | TraceFault>((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
    });
    if ("fd" in generation) this.#post(index, { id, generation });
    else {
      const { fault: _fault, ...content } = generation;
      this.#post(index, { id, generation: content }, [content.bytes.buffer]);
    }
    return reply;
  }

  #post(index: number, request: ScanRequest, moved: ArrayBuffer[] = []): void {
    this.#workers[index]?.postMessage(request, moved);
  }

  async close(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }
}

function faultOf({ code, message }: FaultFields): TraceFault {
  return new TraceFault(code, message);
}

function scanOf(reply: Extract<ScanReply, { readonly scan: unknown }>): ScannedGeneration {
  const { scan, fault } = reply;
  return { ...scan, fault: fault === undefined ? undefined : faultOf(fault) };
}
