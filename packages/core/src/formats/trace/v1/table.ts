// An old trace as evidence about memory: the scan, and what the file lost. That the events cannot be
// put in one order costs none of the numbers, but is said: they may contradict each other then.

import { COMPLETE, type Completeness, DiagnosticLog } from "../../../model/diagnostic.ts";
import { FormatError } from "../../../model/errors.ts";
import type { ReadResult } from "../../../model/format.ts";
import type { TraceMemory, TraceTable } from "../../../model/tables/trace.ts";
import { TraceFault } from "../fault.ts";
import { TraceMemoryBuilder } from "../seams.ts";
import { HEADER_BYTES } from "../spec.ts";
import { Uvarint } from "../uvarint.ts";
import { checkEvents } from "./check.ts";
import { readContainer, type V1Container, V1Fault } from "./container.ts";
import { GoroutineRows } from "./cursors.ts";
import { orderEvents } from "./order.ts";
import { scanOldTrace } from "./scan.ts";
import * as wire from "./wire.ts";

const ID = "trace";

/** `bytes`: the whole file, header included. @throws FormatError where it holds no event. */
export function readOldTrace(bytes: Uint8Array, version: number): ReadResult {
  const number = new Uvarint();
  const container = readContainer(bytes, version, number);
  const { fault, readTo } = container;
  if (container.batches.length === 0) {
    throw new FormatError(ID, {
      offset: fault?.offset ?? HEADER_BYTES,
      expected: "a batch of events",
      found: fault?.message ?? `${bytes.length} bytes`,
    });
  }
  const log = new DiagnosticLog();
  if (fault !== undefined) {
    log.add(
      `${ID}.old-cut`,
      "damage",
      { bytes: bytes.length - readTo, total: bytes.length, reason: fault.message },
      { offset: fault.offset },
    );
  }
  let lost = bytes.length - readTo;
  let memory: TraceMemory | undefined;
  if (container.ticksPerSecond === undefined) {
    // What can be told without a time.
    const { counts, timed } = container;
    log.add(
      `${ID}.old-no-clock`,
      "damage",
      {
        events: timed,
        cycles: counts[wire.V1_GC_START],
        stops: counts[wire.V1_STW_START],
        assists: counts[wire.V1_GC_MARK_ASSIST_START],
      },
      { offset: readTo },
    );
  } else {
    const read = scan(container, number, log);
    memory = read.memory;
    lost += read.lostBytes;
    if (fault === undefined) checkOrder(container, number, log);
  }
  const completeness: Completeness = log.isDamaged
    ? { complete: false, fraction: 1 - lost / bytes.length, lowerBounds: true }
    : COMPLETE;
  const table: TraceTable = {
    kind: "trace",
    version: `go 1.${version}`,
    bytes: bytes.length,
    memory,
  };
  return { table, diagnostics: log.list(), completeness };
}

function scan(
  container: V1Container,
  number: Uvarint,
  log: DiagnosticLog,
): { readonly memory: TraceMemory; readonly lostBytes: number } {
  try {
    const read = scanOldTrace(container, number);
    if (read.fault !== undefined) {
      log.add(
        `${ID}.old-broken-events`,
        "damage",
        { bytes: read.lostBytes, reason: read.fault.message },
        { offset: read.fault.offset },
      );
    }
    if (read.scan.missing > 0) log.add(`${ID}.missing-ids`, "damage", { ids: read.scan.missing });
    const builder = new TraceMemoryBuilder();
    builder.add(read.scan);
    return { memory: builder.finish(), lostBytes: read.lostBytes };
  } catch (error) {
    if (!(error instanceof TraceFault)) throw error;
    throw new FormatError(ID, {
      offset: error instanceof V1Fault ? error.offset : HEADER_BYTES,
      expected: "events that can be read",
      found: error.message,
    });
  }
}

/**
 * Goes through the full order without giving it out: the one way to know that there is one. `number` is the one
 * with which the container was read, for its clock takes from there what was read last.
 */
function checkOrder(container: V1Container, number: Uvarint, log: DiagnosticLog): void {
  try {
    const goroutines = new GoroutineRows();
    checkEvents(container, orderEvents(container, number, goroutines), goroutines, number);
  } catch (error) {
    if (!(error instanceof TraceFault)) throw error;
    log.add(`${ID}.old-no-order`, "warning", { reason: error.message });
  }
}
