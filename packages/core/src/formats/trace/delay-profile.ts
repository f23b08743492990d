// Where goroutines waited: the profiles of `go tool trace -pprof=net|sync|syscall|sched`, by the stack
// that the goroutine, or who acted on it, had when the waiting began.
// Authority: Go cmd/trace/pprof.go and, for what counts as a goroutine's life, internal/trace/summary.go
// (Go 1.26.8).
//
// Three things that Go does and that mislead. Time before a goroutine first ran in the trace is left
// out, unless it never ran: the first scheduling latency of each goroutine is in no `sched` profile.
// Waiting that did not end in the trace is left out. Of goroutines with one id (callbacks from C use
// theirs again) only what comes after the last one's first run counts. Equal numbers are the point of
// these profiles, so they are done the same way.

import type { ProfileTable } from "../../model/tables/profile.ts";
import {
  GO_NOT_EXIST,
  GO_RUNNABLE,
  GO_RUNNING,
  GO_SYSCALL,
  GO_WAITING,
  type TraceEventBatch,
} from "../../model/tables/trace.ts";
import { GrowingFloat64, GrowingInt32 } from "../../model/builders/growing.ts";
import type { EventConsumer, GenerationInfo } from "./event-batch.ts";
import type { TraceInterner } from "./intern.ts";
import { ProfileRows } from "./profile-rows.ts";
import {
  EV_GO_BLOCK,
  EV_GO_CREATE,
  EV_GO_CREATE_BLOCKED,
  EV_GO_CREATE_SYSCALL,
  EV_GO_DESTROY,
  EV_GO_DESTROY_SYSCALL,
  EV_GO_START,
  EV_GO_STATUS,
  EV_GO_STATUS_STACK,
  EV_GO_STOP,
  EV_GO_SWITCH,
  EV_GO_SWITCH_DESTROY,
  EV_GO_SYSCALL_BEGIN,
  EV_GO_SYSCALL_END,
  EV_GO_SYSCALL_END_BLOCKED,
  EV_GO_UNBLOCK,
  EV_SYNC,
} from "./spec.ts";

export type DelayKind = "net" | "sync" | "syscall" | "sched";

const STATE: Readonly<Record<DelayKind, number>> = {
  net: GO_WAITING,
  sync: GO_WAITING,
  syscall: GO_SYSCALL,
  sched: GO_RUNNABLE,
};

/** Events that move a goroutine from one state to another. */
export const IS_TRANSITION = new Uint8Array(256);
for (const type of [
  EV_GO_BLOCK,
  EV_GO_CREATE,
  EV_GO_CREATE_BLOCKED,
  EV_GO_CREATE_SYSCALL,
  EV_GO_DESTROY,
  EV_GO_DESTROY_SYSCALL,
  EV_GO_START,
  EV_GO_STATUS,
  EV_GO_STATUS_STACK,
  EV_GO_STOP,
  EV_GO_SWITCH,
  EV_GO_SWITCH_DESTROY,
  EV_GO_SYSCALL_BEGIN,
  EV_GO_SYSCALL_END,
  EV_GO_SYSCALL_END_BLOCKED,
  EV_GO_UNBLOCK,
]) {
  IS_TRANSITION[type] = 1;
}

/** Transitions whose `stack` column is set; the others hold old values there. */
export const HAS_TRANSITION_STACK = new Uint8Array(256);
for (const type of [
  EV_GO_BLOCK,
  EV_GO_CREATE,
  EV_GO_CREATE_BLOCKED,
  EV_GO_STATUS_STACK,
  EV_GO_STOP,
  EV_GO_SYSCALL_BEGIN,
  EV_GO_UNBLOCK,
]) {
  HAS_TRANSITION_STACK[type] = 1;
}

/** Transitions whose `text0` is a reason. */
export const HAS_REASON = new Uint8Array(256);
HAS_REASON[EV_GO_BLOCK] = 1;
HAS_REASON[EV_GO_STOP] = 1;

const UNKNOWN = -1;
const NOT_WANTED = 0;
const WANTED = 1;

/** Waiting that counts only if it turns out that the goroutine never ran. */
interface Held {
  readonly stack: GrowingInt32;
  readonly delayNs: GrowingFloat64;
  /** How many Sync events came before the waiting ended. */
  readonly syncs: GrowingInt32;
}

export class DelayProfile implements EventConsumer {
  readonly #kind: DelayKind;
  readonly #state: number;
  readonly #interner: () => TraceInterner;
  readonly #rows = new ProfileRows([
    { type: "contentions", unit: "count" },
    { type: "delay", unit: "nanoseconds" },
  ]);
  /** By interned stack + 1. */
  readonly #rowOf: (number | undefined)[] = [];
  /** By interned reason. */
  readonly #isWanted: number[] = [];
  /** By interned stack: whether any of its program counters is known. */
  readonly #hasFrames: number[] = [];
  /** Rows of `startNs` and the like, by goroutine; places are used again. */
  readonly #slots = new Map<number, number>();
  readonly #free: number[] = [];
  readonly #startNs = new GrowingFloat64();
  readonly #stack = new GrowingInt32();
  readonly #hasRun: number[] = [];
  readonly #isCallback: number[] = [];
  readonly #held = new Map<number, Held>();
  /** Since the last Sync: a generation that breaks counts for nothing (cmd/trace/main.go parseTrace). */
  readonly #newStack = new GrowingInt32();
  readonly #newDelayNs = new GrowingFloat64();
  #syncs = 0;

  constructor(kind: DelayKind, interner: () => TraceInterner) {
    this.#kind = kind;
    this.#state = STATE[kind];
    this.#interner = interner;
  }

  generation(_info: GenerationInfo | undefined): void {}

  events(batch: TraceEventBatch): void {
    const { length, type } = batch;
    for (let i = 0; i < length; i++) {
      if (IS_TRANSITION[type[i]] === 1) this.#transition(batch, i);
      else if (type[i] === EV_SYNC) this.#sync();
    }
  }

  #sync(): void {
    this.#syncs += 1;
    for (let i = 0; i < this.#newStack.length; i++) {
      this.#count(this.#newStack.data[i], this.#newDelayNs.data[i]);
    }
    this.#newStack.length = 0;
    this.#newDelayNs.length = 0;
  }

  #count(stack: number, delayNs: number): void {
    let row = this.#rowOf[stack + 1];
    if (row === undefined) {
      row = this.#rows.row(stack, 0);
      this.#rowOf[stack + 1] = row;
    }
    this.#rows.add(row, 0, 1);
    this.#rows.add(row, 1, delayNs);
  }

  #slotOf(goroutine: number, isCallback: boolean): number {
    const known = this.#slots.get(goroutine);
    if (known !== undefined) return known;
    let slot = this.#free.pop();
    if (slot === undefined) {
      slot = this.#startNs.length;
      this.#startNs.push(0);
      this.#stack.push(0);
    }
    this.#startNs.data[slot] = UNKNOWN;
    this.#hasRun[slot] = 0;
    this.#isCallback[slot] = isCallback ? 1 : 0;
    this.#slots.set(goroutine, slot);
    return slot;
  }

  #transition(batch: TraceEventBatch, i: number): void {
    const type = batch.type[i];
    const goroutine = batch.arg0[i];
    const to = batch.to[i];
    const timeNs = batch.timeNs[i];
    const slot = this.#slotOf(goroutine, type === EV_GO_CREATE_SYSCALL);
    const startNs = this.#startNs.data[slot];
    if (startNs === UNKNOWN) {
      if (to === this.#state && this.#wants(batch, i)) {
        this.#startNs.data[slot] = timeNs;
        this.#stack.data[slot] =
          HAS_TRANSITION_STACK[type] === 1 ? this.#known(batch.stack[i]) : -1;
      }
    } else if (to !== this.#state) {
      this.#startNs.data[slot] = UNKNOWN;
      this.#ended(goroutine, slot, timeNs - startNs, to === GO_RUNNING);
    }
    if (to === GO_RUNNING && this.#hasRun[slot] === 0) {
      this.#hasRun[slot] = 1;
      this.#held.delete(goroutine);
    }
    if (to === GO_NOT_EXIST) {
      this.#slots.delete(goroutine);
      this.#free.push(slot);
    }
  }

  /** Go tells stacks apart by program counters, so one of zeros is the same as none. */
  #known(stack: number): number {
    if (stack < 0) return -1;
    let hasFrames = this.#hasFrames[stack];
    if (hasFrames === undefined) {
      const { stacks, framePc } = this.#interner();
      hasFrames = 0;
      for (let at = stacks.start.data[stack]; at < stacks.start.data[stack + 1]; at++) {
        if (framePc.data[stacks.data.data[at]] !== 0) hasFrames = 1;
      }
      this.#hasFrames[stack] = hasFrames;
    }
    return hasFrames === 1 ? stack : -1;
  }

  #wants(batch: TraceEventBatch, i: number): boolean {
    if (this.#kind === "syscall" || this.#kind === "sched") return true;
    if (HAS_REASON[batch.type[i]] === 0) return false;
    const reason = batch.text0[i];
    // A reason that is not in the tables ends the trace at this event.
    if (reason < 0) return false;
    const known = this.#isWanted[reason];
    if (known !== undefined) return known === WANTED;
    const text = this.#interner().strings.get(reason);
    const isWanted = this.#kind === "net" ? text === "network" : /chan|sync|select/.test(text);
    this.#isWanted[reason] = isWanted ? WANTED : NOT_WANTED;
    return isWanted;
  }

  #ended(goroutine: number, slot: number, delayNs: number, runsNow: boolean): void {
    if (delayNs <= 0) return;
    const stack = this.#stack.data[slot];
    const isAfterFirstRun = this.#hasRun[slot] === 1;
    if (isAfterFirstRun && this.#isCallback[slot] === 0) {
      this.#newStack.push(stack);
      this.#newDelayNs.push(delayNs);
      return;
    }
    // Its first run is now: Go's overlap of the waiting with the goroutine's life is nothing.
    if (!isAfterFirstRun && runsNow) return;
    let held = this.#held.get(goroutine);
    if (held === undefined) {
      held = {
        stack: new GrowingInt32(2),
        delayNs: new GrowingFloat64(2),
        syncs: new GrowingInt32(2),
      };
      this.#held.set(goroutine, held);
    }
    held.stack.push(stack);
    held.delayNs.push(delayNs);
    held.syncs.push(this.#syncs);
  }

  /** When nothing more comes. */
  finish(): ProfileTable {
    for (const held of this.#held.values()) {
      for (let i = 0; i < held.stack.length; i++) {
        if (held.syncs.data[i] < this.#syncs) this.#count(held.stack.data[i], held.delayNs.data[i]);
      }
    }
    this.#held.clear();
    return this.#rows.table(this.#interner(), "");
  }
}
