// The thread that scans generations of a trace. An entry of its own in the bundle.

import { parentPort } from "node:worker_threads";
import { TraceFault } from "@heapwright/core/formats/trace/fault.ts";
import { buffersOf, scanGeneration } from "@heapwright/core/formats/trace/scan.ts";
import type { ScanReply, ScanRequest } from "./scan-messages.ts";

const port = parentPort;
if (port === null) throw new Error("this file is the entry of a worker thread");

port.on("message", ({ id, generation }: ScanRequest) => {
  let reply: ScanReply;
  let moved: ArrayBuffer[] = [];
  try {
    const whole = scanGeneration(generation);
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
