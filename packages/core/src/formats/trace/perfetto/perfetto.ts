// A trace for Perfetto: tracks of procs, threads, goroutines by what they started with, tasks; GC
// cycles, stops of the world, mark assists, sweeps with their stacks; heap, goal and GOMAXPROCS as
// counters. Written while the events come, packet by packet; what is held is one row per goroutine,
// proc and thread that is alive, and the numbers of names and stacks.
//
// How it can mislead: a goroutine that was there before the recording and shows no stack at its first
// mention (all of Go 1.22, running ones later) stands under "start not seen" for good. A proc's slice
// ends when its goroutine enters a system call, though the proc may still be held. What is open at the
// end stays open, and a viewer draws it up to the last event.

import {
  GO_NOT_EXIST,
  GO_RUNNABLE,
  GO_RUNNING,
  GO_SYSCALL,
  type TraceEventBatch,
} from "../../../model/tables/trace.ts";
import { GrowingFloat64, GrowingInt32 } from "../../../model/builders/growing.ts";
import { HAS_REASON, HAS_TRANSITION_STACK, IS_TRANSITION } from "../delay-profile.ts";
import type { EventConsumer, GenerationInfo } from "../event-batch.ts";
import type { TraceInterner } from "../intern.ts";
import {
  EV_CPU_SAMPLE,
  EV_GC_ACTIVE,
  EV_GC_BEGIN,
  EV_GC_END,
  EV_GC_MARK_ASSIST_ACTIVE,
  EV_GC_MARK_ASSIST_BEGIN,
  EV_GC_MARK_ASSIST_END,
  EV_GC_SWEEP_ACTIVE,
  EV_GC_SWEEP_BEGIN,
  EV_GC_SWEEP_END,
  EV_GO_CREATE,
  EV_GO_CREATE_BLOCKED,
  EV_GO_CREATE_SYSCALL,
  EV_GO_LABEL,
  EV_GO_STATUS_STACK,
  EV_HEAP_ALLOC,
  EV_HEAP_GOAL,
  EV_PROCS_CHANGE,
  EV_STW_BEGIN,
  EV_STW_END,
  EV_USER_LOG,
  EV_USER_REGION_BEGIN,
  EV_USER_REGION_END,
  EV_USER_TASK_BEGIN,
  EV_USER_TASK_END,
} from "../spec.ts";
import {
  ORDER_CHRONOLOGICAL,
  ORDER_EXPLICIT,
  ORDER_LEXICOGRAPHIC,
  UNIT_COUNT,
  UNIT_SIZE_BYTES,
} from "./fields.ts";
import { PacketStream } from "./packets.ts";

export interface PerfettoParts {
  /** A track for each goroutine, under what it started with: most of the file. */
  readonly goroutines: boolean;
  readonly threads: boolean;
}

export const ALL_PARTS: PerfettoParts = { goroutines: true, threads: true };

/** Groups of goroutines that no function names. */
const START_NOT_SEEN = -1;
const C_CALLBACK = -2;

const NO_STATE = 255;

/** The tracks that every trace has. */
interface FixedTracks {
  readonly cycles: number;
  readonly stops: number;
  readonly heap: number;
  readonly goal: number;
  readonly maxprocs: number;
  readonly procs: number;
  readonly threads: number;
  readonly goroutines: number;
  readonly tasks: number;
}

export class PerfettoTrace implements EventConsumer {
  readonly #packets: PacketStream;
  readonly #interner: () => TraceInterner;
  readonly #baseNs: () => bigint;
  readonly #parts: PerfettoParts;
  #tracks: FixedTracks | undefined;
  #base = 0n;
  #clock: GenerationInfo["clock"];
  readonly #slots = new Map<number, number>();
  readonly #free: number[] = [];
  readonly #state: number[] = [];
  readonly #group: number[] = [];
  readonly #proc = new GrowingFloat64();
  readonly #thread = new GrowingFloat64();
  /** Tracks of a goroutine, 0 for none yet. */
  readonly #track = new GrowingInt32();
  readonly #assistTrack = new GrowingInt32();
  readonly #regionTrack = new GrowingInt32();
  readonly #regions = new GrowingInt32();
  readonly #groupTracks = new Map<number, number>();
  readonly #procTracks = new Map<number, number>();
  readonly #sweepTracks = new Map<number, number>();
  readonly #threadTracks = new Map<number, number>();
  readonly #taskTracks = new Map<number, number>();
  readonly #sweeping = new Set<number>();
  readonly #assisting = new Set<number>();
  readonly #busyProcs = new Set<number>();
  readonly #busyThreads = new Set<number>();
  #isMarking = false;
  #stops = 0;

  constructor(
    write: (chunk: Uint8Array) => void,
    interner: () => TraceInterner,
    baseNs: () => bigint,
    parts: PerfettoParts = ALL_PARTS,
  ) {
    this.#packets = new PacketStream(write, interner);
    this.#interner = interner;
    this.#baseNs = baseNs;
    this.#parts = parts;
  }

  generation(info: GenerationInfo | undefined): void {
    this.#clock ??= info?.clock;
  }

  /** Packets so far. */
  get packets(): number {
    return this.#packets.packets;
  }

  /** When nothing more comes. */
  finish(): void {
    this.#packets.flush();
  }

  events(batch: TraceEventBatch): void {
    const { length, type } = batch;
    if (length === 0) return;
    const tracks = this.#tracks ?? this.#begin();
    for (let i = 0; i < length; i++) {
      const kind = type[i];
      if (IS_TRANSITION[kind] === 1) this.#transition(batch, i, tracks);
      else this.#other(batch, i, kind, tracks);
    }
  }

  #begin(): FixedTracks {
    const base = this.#baseNs();
    this.#base = base;
    const clock = this.#clock;
    const packets = this.#packets;
    if (clock === undefined) packets.begin(base, undefined);
    else {
      const wallNs = clock.seconds * 1_000_000_000n + clock.nanoseconds;
      packets.begin(base + BigInt(clock.timeNs), wallNs);
    }
    const collector = packets.track("Garbage collector", { childOrder: ORDER_EXPLICIT, rank: 0 });
    const below = (name: string, rank: number, unit?: number): number =>
      packets.track(name, {
        parent: collector,
        rank,
        ...(unit === undefined ? {} : { unit }),
      });
    const tracks: FixedTracks = {
      cycles: below("GC cycles", 0),
      stops: below("Stop the world", 1),
      heap: below("Heap", 2, UNIT_SIZE_BYTES),
      goal: below("Heap goal", 3, UNIT_SIZE_BYTES),
      maxprocs: below("GOMAXPROCS", 4, UNIT_COUNT),
      procs: packets.track("Procs", { childOrder: ORDER_LEXICOGRAPHIC, rank: 1 }),
      threads: packets.track("Threads", { childOrder: ORDER_LEXICOGRAPHIC, rank: 2 }),
      goroutines: packets.track("Goroutines", { childOrder: ORDER_LEXICOGRAPHIC, rank: 3 }),
      tasks: packets.track("Tasks", { childOrder: ORDER_CHRONOLOGICAL, rank: 4 }),
    };
    this.#tracks = tracks;
    return tracks;
  }

  /** Exact: a double where it holds the sum, else a big integer. */
  #time(offsetNs: number): number | bigint {
    const base = this.#base;
    return base < 2n ** 52n ? Number(base) + offsetNs : base + BigInt(offsetNs);
  }

  #transition(batch: TraceEventBatch, i: number, tracks: FixedTracks): void {
    const type = batch.type[i];
    const goroutine = batch.arg0[i];
    const to = batch.to[i];
    const slot = this.#slotOf(batch, i);
    const from = this.#state[slot];
    // Each generation says again in what state every goroutine is.
    if (from === to) return;
    const time = this.#time(batch.timeNs[i]);
    this.#leave(slot, from, time);
    if (to === GO_NOT_EXIST) {
      this.#slots.delete(goroutine);
      this.#assisting.delete(goroutine);
      this.#free.push(slot);
      return;
    }
    this.#state[slot] = to;
    const stack = HAS_TRANSITION_STACK[type] === 1 ? batch.stack[i] : -1;
    if (this.#parts.goroutines) {
      const name = this.#stateName(batch, i, to);
      this.#packets.begins(time, this.#trackOf(slot, goroutine, tracks), name, stack, -1);
    }
    if (to === GO_RUNNING || to === GO_SYSCALL) this.#enter(batch, i, slot, to, tracks);
  }

  #leave(slot: number, from: number, time: number | bigint): void {
    if (from === NO_STATE) return;
    if (this.#parts.goroutines) this.#packets.ends(time, this.#track.data[slot]);
    const proc = this.#proc.data[slot];
    const thread = this.#thread.data[slot];
    const procTrack = proc < 0 ? undefined : this.#procTracks.get(proc);
    if (procTrack !== undefined && this.#busyProcs.delete(proc))
      this.#packets.ends(time, procTrack);
    const threadTrack = thread < 0 ? undefined : this.#threadTracks.get(thread);
    if (threadTrack !== undefined && this.#busyThreads.delete(thread)) {
      this.#packets.ends(time, threadTrack);
    }
    this.#proc.data[slot] = -1;
    this.#thread.data[slot] = -1;
  }

  /** On a proc and a thread from now on; a thread alone in a system call. */
  #enter(batch: TraceEventBatch, i: number, slot: number, to: number, tracks: FixedTracks): void {
    const time = this.#time(batch.timeNs[i]);
    const goroutine = batch.arg0[i];
    const proc = batch.proc[i];
    const thread = batch.thread[i];
    const name = this.#groupName(this.#group[slot]);
    if (to === GO_RUNNING && proc >= 0 && !this.#busyProcs.has(proc)) {
      this.#busyProcs.add(proc);
      this.#proc.data[slot] = proc;
      this.#packets.begins(time, this.#procTrack(proc, tracks), name, -1, goroutine);
    }
    if (!this.#parts.threads || thread < 0 || this.#busyThreads.has(thread)) return;
    this.#busyThreads.add(thread);
    this.#thread.data[slot] = thread;
    const shown = to === GO_SYSCALL ? `syscall ${name}` : name;
    this.#packets.begins(time, this.#threadTrack(thread, tracks), shown, -1, goroutine);
  }

  #stateName(batch: TraceEventBatch, i: number, to: number): string {
    if (to === GO_RUNNING) return "Running";
    if (to === GO_SYSCALL) return "Syscall";
    const reason =
      HAS_REASON[batch.type[i]] === 1 && batch.text0[i] > 0
        ? `: ${this.#interner().strings.get(batch.text0[i])}`
        : "";
    return `${to === GO_RUNNABLE ? "Runnable" : "Waiting"}${reason}`;
  }

  #slotOf(batch: TraceEventBatch, i: number): number {
    const goroutine = batch.arg0[i];
    const known = this.#slots.get(goroutine);
    if (known !== undefined) return known;
    let slot = this.#free.pop();
    if (slot === undefined) {
      slot = this.#track.length;
      for (const column of [this.#track, this.#assistTrack, this.#regionTrack, this.#regions]) {
        column.push(0);
      }
      this.#proc.push(-1);
      this.#thread.push(-1);
    }
    this.#state[slot] = NO_STATE;
    this.#group[slot] = this.#startOf(batch, i);
    this.#proc.data[slot] = -1;
    this.#thread.data[slot] = -1;
    this.#track.data[slot] = 0;
    this.#assistTrack.data[slot] = 0;
    this.#regionTrack.data[slot] = 0;
    this.#regions.data[slot] = 0;
    this.#slots.set(goroutine, slot);
    return slot;
  }

  /** The function that a goroutine began with: the root of its first stack. */
  #startOf(batch: TraceEventBatch, i: number): number {
    const type = batch.type[i];
    if (type === EV_GO_CREATE_SYSCALL) return C_CALLBACK;
    let stack = -1;
    if (type === EV_GO_CREATE || type === EV_GO_CREATE_BLOCKED) stack = batch.otherStack[i];
    else if (type === EV_GO_STATUS_STACK) stack = batch.stack[i];
    if (stack < 0) return START_NOT_SEEN;
    const { stacks, frameFunction } = this.#interner();
    const to = stacks.start.data[stack + 1];
    if (to === stacks.start.data[stack]) return START_NOT_SEEN;
    return frameFunction.data[stacks.data.data[to - 1]];
  }

  #groupName(group: number): string {
    if (group === C_CALLBACK) return "callback from C";
    return group === START_NOT_SEEN ? "start not seen" : this.#interner().strings.get(group);
  }

  #trackOf(slot: number, goroutine: number, tracks: FixedTracks): number {
    const known = this.#track.data[slot];
    if (known !== 0) return known;
    const group = this.#group[slot];
    const parent = this.#once(this.#groupTracks, group, () =>
      this.#packets.track(this.#groupName(group), {
        parent: tracks.goroutines,
        childOrder: ORDER_CHRONOLOGICAL,
      }),
    );
    const track = this.#packets.track(`G${goroutine}`, { parent, childOrder: ORDER_EXPLICIT });
    this.#track.data[slot] = track;
    return track;
  }

  #once(known: Map<number, number>, key: number, make: () => number): number {
    const track = known.get(key);
    if (track !== undefined) return track;
    const made = make();
    known.set(key, made);
    return made;
  }

  #procTrack(proc: number, tracks: FixedTracks): number {
    return this.#once(this.#procTracks, proc, () =>
      this.#packets.track(`P${padded(proc)}`, { parent: tracks.procs }),
    );
  }

  #threadTrack(thread: number, tracks: FixedTracks): number {
    return this.#once(this.#threadTracks, thread, () =>
      this.#packets.track(`M ${thread}`, { parent: tracks.threads }),
    );
  }

  #other(batch: TraceEventBatch, i: number, type: number, tracks: FixedTracks): void {
    const packets = this.#packets;
    const value = batch.arg0[i];
    switch (type) {
      case EV_HEAP_ALLOC:
      case EV_HEAP_GOAL:
      case EV_PROCS_CHANGE: {
        const track =
          type === EV_HEAP_ALLOC
            ? tracks.heap
            : type === EV_HEAP_GOAL
              ? tracks.goal
              : tracks.maxprocs;
        if (value >= 0) packets.counts(this.#time(batch.timeNs[i]), track, value);
        return;
      }
      case EV_GC_BEGIN:
      case EV_GC_ACTIVE:
        if (this.#isMarking) return;
        this.#isMarking = true;
        packets.begins(
          this.#time(batch.timeNs[i]),
          tracks.cycles,
          "GC concurrent mark phase",
          type === EV_GC_BEGIN ? batch.stack[i] : -1,
          batch.goroutine[i],
        );
        return;
      case EV_GC_END:
        if (this.#isMarking) packets.ends(this.#time(batch.timeNs[i]), tracks.cycles);
        this.#isMarking = false;
        return;
      case EV_STW_BEGIN:
        this.#stops += 1;
        packets.begins(
          this.#time(batch.timeNs[i]),
          tracks.stops,
          this.#interner().strings.get(Math.max(batch.text0[i], 0)),
          batch.stack[i],
          value,
        );
        return;
      case EV_STW_END:
        if (this.#stops > 0) packets.ends(this.#time(batch.timeNs[i]), tracks.stops);
        this.#stops = Math.max(this.#stops - 1, 0);
        return;
      case EV_GC_MARK_ASSIST_BEGIN:
      case EV_GC_MARK_ASSIST_ACTIVE:
      case EV_GC_MARK_ASSIST_END:
        this.#assist(batch, i, type, tracks);
        return;
      case EV_GC_SWEEP_BEGIN:
      case EV_GC_SWEEP_ACTIVE:
      case EV_GC_SWEEP_END:
        this.#sweep(batch, i, type, tracks);
        return;
      default:
        this.#annotation(batch, i, type, tracks);
    }
  }

  /** A goroutine stops running within an assist, so assists have a track of their own below it. */
  #assist(batch: TraceEventBatch, i: number, type: number, tracks: FixedTracks): void {
    const goroutine = batch.arg0[i];
    const slot = this.#slots.get(goroutine);
    if (slot === undefined || !this.#parts.goroutines) return;
    const time = this.#time(batch.timeNs[i]);
    if (type === EV_GC_MARK_ASSIST_END) {
      if (this.#assisting.delete(goroutine)) {
        this.#packets.ends(time, this.#assistTrack.data[slot]);
      }
      return;
    }
    if (this.#assisting.has(goroutine)) return;
    this.#assisting.add(goroutine);
    let track = this.#assistTrack.data[slot];
    if (track === 0) {
      const parent = this.#trackOf(slot, goroutine, tracks);
      track = this.#packets.track("GC mark assist", { parent, rank: 0 });
      this.#assistTrack.data[slot] = track;
    }
    const stack = type === EV_GC_MARK_ASSIST_BEGIN ? batch.stack[i] : -1;
    this.#packets.begins(time, track, "GC mark assist", stack, goroutine);
  }

  #sweep(batch: TraceEventBatch, i: number, type: number, tracks: FixedTracks): void {
    const proc = batch.arg0[i];
    const time = this.#time(batch.timeNs[i]);
    if (type === EV_GC_SWEEP_END) {
      const track = this.#sweepTracks.get(proc);
      if (track !== undefined && this.#sweeping.delete(proc)) this.#packets.ends(time, track);
      return;
    }
    if (this.#sweeping.has(proc)) return;
    this.#sweeping.add(proc);
    const parent = this.#procTrack(proc, tracks);
    const track = this.#once(this.#sweepTracks, proc, () =>
      this.#packets.track("GC incremental sweep", { parent }),
    );
    const stack = type === EV_GC_SWEEP_BEGIN ? batch.stack[i] : -1;
    this.#packets.begins(time, track, "GC incremental sweep", stack, batch.goroutine[i]);
  }

  #annotation(batch: TraceEventBatch, i: number, type: number, tracks: FixedTracks): void {
    const { strings } = this.#interner();
    const time = this.#time(batch.timeNs[i]);
    const packets = this.#packets;
    if (type === EV_USER_TASK_BEGIN || type === EV_USER_TASK_END) {
      this.#task(batch, i, type, tracks);
      return;
    }
    if (type === EV_CPU_SAMPLE) {
      const thread = batch.thread[i];
      if (!this.#parts.threads || thread < 0) return;
      const track = this.#threadTrack(thread, tracks);
      packets.instant(time, track, "CPU sample", batch.stack[i], batch.goroutine[i]);
      return;
    }
    const goroutine = batch.goroutine[i];
    const slot = this.#slots.get(goroutine);
    if (slot === undefined || !this.#parts.goroutines) return;
    const text = (index: number): string => strings.get(Math.max(index, 0));
    if (type === EV_GO_LABEL) {
      packets.instant(time, this.#trackOf(slot, goroutine, tracks), text(batch.text0[i]), -1, -1);
    } else if (type === EV_USER_LOG) {
      const track = this.#trackOf(slot, goroutine, tracks);
      packets.message(time, track, text(batch.text1[i]), text(batch.text0[i]));
    } else if (type === EV_USER_REGION_BEGIN) {
      let track = this.#regionTrack.data[slot];
      if (track === 0) {
        const parent = this.#trackOf(slot, goroutine, tracks);
        track = packets.track("Regions", { parent, rank: 1 });
        this.#regionTrack.data[slot] = track;
      }
      this.#regions.data[slot] += 1;
      packets.begins(time, track, text(batch.text0[i]), batch.stack[i], -1);
    } else if (type === EV_USER_REGION_END && this.#regions.data[slot] > 0) {
      this.#regions.data[slot] -= 1;
      packets.ends(time, this.#regionTrack.data[slot]);
    }
  }

  #task(batch: TraceEventBatch, i: number, type: number, tracks: FixedTracks): void {
    const id = batch.arg0[i];
    const time = this.#time(batch.timeNs[i]);
    const known = this.#taskTracks.get(id);
    if (type === EV_USER_TASK_END) {
      if (known === undefined) return;
      this.#taskTracks.delete(id);
      this.#packets.ends(time, known);
      return;
    }
    const name = this.#interner().strings.get(Math.max(batch.text0[i], 0));
    const track = this.#packets.track(`${name} ${id}`, { parent: tracks.tasks });
    this.#taskTracks.set(id, track);
    this.#packets.begins(time, track, name, batch.stack[i], batch.goroutine[i]);
  }
}

/** So that an order by letters is one by numbers. */
function padded(id: number): string {
  return String(id).padStart(3, "0");
}
