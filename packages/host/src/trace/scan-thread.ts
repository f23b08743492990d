// The thread that scans generations of a trace. An entry of its own in the bundle.

import { readSync } from "node:fs";
import { parentPort } from "node:worker_threads";
import type { GenerationContent } from "@heapwright/core/formats/trace/container.ts";
import { TraceFault } from "@heapwright/core/formats/trace/fault.ts";
import { buffersOf, scanGeneration } from "@heapwright/core/formats/trace/scan.ts";
import { MetricRows } from "@heapwright/core/formats/trace/scan-rows.ts";
import type { ScanReply, ScanRequest, StoredGeneration } from "./scan-messages.ts";

const port = parentPort;
if (port === null) throw new Error("this file is the entry of a worker thread");

/** Filled anew by each generation: pages that were touched once cost nothing to fill again. */
const metrics = new MetricRows();
let room = new Uint8Array(0);

function read({ fd, length, offset, ...rest }: StoredGeneration): GenerationContent {
  if (room.length < length) room = new Uint8Array(length);
  for (let at = 0; at < length;) {
    const bytes = readSync(fd, room, at, length - at, offset + at);
    if (bytes === 0) {
      throw new TraceFault("cut-batch", "the file became shorter while it was read");
    }
    at += bytes;
  }
  return { ...rest, offset, bytes: room.subarray(0, length) };
}

port.on("message", ({ id, generation }: ScanRequest) => {
  let reply: ScanReply;
  let moved: ArrayBuffer[] = [];
  try {
    const content = "fd" in generation ? read(generation) : generation;
    const whole = scanGeneration(content, metrics);
    moved = buffersOf(whole);
    const { fault, ...scan } = whole;
    reply = {
      id,
      scan,
      fault: fault === undefined ? undefined : { code: fault.code, message: fault.message },
    };
  } catch (error) {
    if (!(error instanceof TraceFault)) throw error;
    reply = { id, lost: { code: error.code, message: error.message } };
  }
  port.postMessage(reply, moved);
});
