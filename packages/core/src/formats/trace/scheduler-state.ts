// What the full order knows of goroutines, procs, threads and tasks between events: Go's gState,
// pState, mState and activeTasks (internal/trace/order.go, Go 1.26.8) as columns. Rows of goroutines
// and tasks are used again after their end, so a trace of many short goroutines stays small.

import { IdSlots } from "./id-slots.ts";
import { TraceFault } from "./fault.ts";

const FIRST_ROWS = 256;

function widerFloats(column: Float64Array): Float64Array<ArrayBuffer> {
  const wider = new Float64Array(column.length * 2);
  wider.set(column);
  return wider;
}

function widerBytes(column: Uint8Array): Uint8Array<ArrayBuffer> {
  const wider = new Uint8Array(column.length * 2);
  wider.set(column);
  return wider;
}

function widerInts(column: Int32Array): Int32Array<ArrayBuffer> {
  const wider = new Int32Array(column.length * 2);
  wider.set(column);
  return wider;
}

function prepared(what: string): TraceFault {
  return new TraceFault("prepared-ids", `ids of ${what} that were made to collide`);
}

/** An STW in flight has its reason's id plus one here; 0 is none. */
export class Goroutines {
  readonly #rows = new IdSlots();
  readonly #free: number[] = [];
  #used = 0;
  /** NaN for a row that is not in use. */
  id = new Float64Array(FIRST_ROWS);
  status = new Uint8Array(FIRST_ROWS);
  /** Sequence number, and the generation it counts in. */
  seq = new Float64Array(FIRST_ROWS);
  seqGeneration = new Float64Array(FIRST_ROWS);
  isAssisting = new Uint8Array(FIRST_ROWS);
  stwReason = new Float64Array(FIRST_ROWS);
  /** Reasons of further stops that began meanwhile: sound traces have none. */
  readonly moreStw = new Map<number, number[]>();
  /** Innermost open region, −1 for none. */
  region = new Int32Array(FIRST_ROWS);

  row(id: number): number {
    return this.#rows.get(id);
  }

  add(id: number, status: number, generation: number): number {
    const row = this.#free.pop() ?? this.#used++;
    if (row >= this.id.length) this.#grow();
    this.id[row] = id;
    this.status[row] = status;
    this.seq[row] = 0;
    this.seqGeneration[row] = generation;
    this.isAssisting[row] = 0;
    this.stwReason[row] = 0;
    this.region[row] = -1;
    if (!this.#rows.add(id, row)) throw prepared("goroutines");
    return row;
  }

  remove(row: number): void {
    this.#rows.remove(this.id[row]);
    this.id[row] = Number.NaN;
    if (this.stwReason[row] !== 0) this.moreStw.delete(row);
    this.#free.push(row);
  }

  #grow(): void {
    this.id = widerFloats(this.id);
    this.status = widerBytes(this.status);
    this.seq = widerFloats(this.seq);
    this.seqGeneration = widerFloats(this.seqGeneration);
    this.isAssisting = widerBytes(this.isAssisting);
    this.stwReason = widerFloats(this.stwReason);
    this.region = widerInts(this.region);
  }
}

export class Procs {
  readonly #rows = new IdSlots();
  #used = 0;
  id = new Float64Array(FIRST_ROWS);
  status = new Uint8Array(FIRST_ROWS);
  seq = new Float64Array(FIRST_ROWS);
  seqGeneration = new Float64Array(FIRST_ROWS);
  isSweeping = new Uint8Array(FIRST_ROWS);

  row(id: number): number {
    return this.#rows.get(id);
  }

  add(id: number, status: number, generation: number): number {
    const row = this.#used++;
    if (row >= this.id.length) {
      this.id = widerFloats(this.id);
      this.status = widerBytes(this.status);
      this.seq = widerFloats(this.seq);
      this.seqGeneration = widerFloats(this.seqGeneration);
      this.isSweeping = widerBytes(this.isSweeping);
    }
    this.id[row] = id;
    this.status[row] = status;
    this.seqGeneration[row] = generation;
    if (!this.#rows.add(id, row)) throw prepared("procs");
    return row;
  }
}

export class Threads {
  readonly #rows = new IdSlots();
  length = 0;
  id = new Float64Array(FIRST_ROWS);
  /** Id of the goroutine and row of the proc on the thread; −1 for none. */
  goroutine = new Float64Array(FIRST_ROWS);
  /** The goroutine's row when it was bound; stale once another goroutine has the row. */
  goroutineRow = new Int32Array(FIRST_ROWS);
  proc = new Int32Array(FIRST_ROWS);

  row(id: number): number {
    return this.#rows.get(id);
  }

  add(id: number): number {
    const row = this.length++;
    if (row >= this.id.length) {
      this.id = widerFloats(this.id);
      this.goroutine = widerFloats(this.goroutine);
      this.goroutineRow = widerInts(this.goroutineRow);
      this.proc = widerInts(this.proc);
    }
    this.id[row] = id;
    this.goroutine[row] = -1;
    this.goroutineRow[row] = -1;
    this.proc[row] = -1;
    if (!this.#rows.add(id, row)) throw prepared("threads");
    return row;
  }
}

/** Open regions as linked rows, innermost first. */
export class Regions {
  readonly #free: number[] = [];
  #used = 0;
  task = new Float64Array(FIRST_ROWS);
  /** Interned, since a string's id may change with the generation. */
  name = new Int32Array(FIRST_ROWS);
  outer = new Int32Array(FIRST_ROWS);

  add(task: number, name: number, outer: number): number {
    const row = this.#free.pop() ?? this.#used++;
    if (row >= this.task.length) {
      this.task = widerFloats(this.task);
      this.name = widerInts(this.name);
      this.outer = widerInts(this.outer);
    }
    this.task[row] = task;
    this.name[row] = name;
    this.outer[row] = outer;
    return row;
  }

  remove(row: number): void {
    this.#free.push(row);
  }

  /** Of a goroutine that ends with regions open. */
  removeAll(innermost: number): void {
    for (let row = innermost; row >= 0; row = this.outer[row]) this.#free.push(row);
  }
}

export class Tasks {
  readonly #rows = new IdSlots();
  readonly #free: number[] = [];
  #used = 0;
  parent = new Float64Array(FIRST_ROWS);
  name = new Int32Array(FIRST_ROWS);

  row(id: number): number {
    return this.#rows.get(id);
  }

  add(id: number, parent: number, name: number): void {
    const row = this.#free.pop() ?? this.#used++;
    if (row >= this.parent.length) {
      this.parent = widerFloats(this.parent);
      this.name = widerInts(this.name);
    }
    this.parent[row] = parent;
    this.name[row] = name;
    if (!this.#rows.add(id, row)) throw prepared("tasks");
  }

  remove(id: number, row: number): void {
    this.#rows.remove(id);
    this.#free.push(row);
  }
}
