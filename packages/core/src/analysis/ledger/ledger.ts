// Where the memory is: a sum whose parts are named. Types only; process.ts and container.ts fill it.

import type { Statement } from "../../model/message.ts";
import type { Quantity } from "../../model/quantity.ts";

export type ProcessPart =
  | "live"
  | "since-gc"
  | "unused-spans"
  | "free"
  | "stacks"
  | "runtime"
  | "native"
  | "file"
  | "shared"
  | "unexplained";

export type ContainerPart =
  | "anon"
  | "file"
  | "shmem"
  | "kernel"
  | "other-processes"
  | "unexplained";

export interface LedgerPart {
  readonly part: ProcessPart | ContainerPart;
  /** Resident bytes; undefined = unknown, and then `unknown` says why. */
  readonly bytes: Quantity | undefined;
  readonly unknown?: Statement;
  /** Change over the window, where two ledgers exist. */
  readonly change?: Quantity;
  /** A few words beside the number. */
  readonly note?: Statement;
}

export interface Ledger {
  readonly of: "process" | "container";
  /** RSS, or the container's charge. */
  readonly total: Quantity | undefined;
  /** In the order of the formula, so that two answers compare line by line. */
  readonly parts: readonly LedgerPart[];
  /** Memory that is no part of the total: mapped but never touched, huge pages… */
  readonly beside: readonly LedgerPart[];
  readonly limit: Quantity | undefined;
  /** Largest gap in time between two parts. */
  readonly skewSec: number | undefined;
  readonly nextPeak: Quantity | undefined;
  readonly peakSeen: Quantity | undefined;
  readonly notes: readonly Statement[];
}
