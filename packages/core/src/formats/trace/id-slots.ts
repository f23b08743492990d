// Ids to row numbers: an open-addressing table on typed arrays, with removal. Keys are doubles (ids of
// goroutines, threads, tasks, strings, stacks); the row −1 means "not there".
// The multiplier is odd and fixed: ids come from a runtime's counters, and chains that a hostile file
// prepares are bounded by the events it has to spend on them. MAX_PROBE turns such a file away.

const FIRST_SLOTS = 64;
const FREE = -1;
/** Far beyond what half-filled tables of real ids show; a hostile file must not make this quadratic. */
const MAX_PROBE = 4096;

const scratch = new Float64Array(1);
const words = new Int32Array(scratch.buffer);

function hashOf(id: number): number {
  let h: number;
  if (id >= 0 && id <= 0x7fff_ffff) h = Math.imul(id, 0x9e37_79b1);
  else {
    scratch[0] = id;
    h = Math.imul(words[0] ^ Math.imul(words[1], 0x85eb_ca6b), 0x9e37_79b1);
  }
  return h ^ (h >>> 15);
}

export class IdSlots {
  #keys = new Float64Array(FIRST_SLOTS);
  #rows = new Int32Array(FIRST_SLOTS).fill(FREE);
  #mask = FIRST_SLOTS - 1;
  #count = 0;

  get size(): number {
    return this.#count;
  }

  /** The row of `id`, or −1. */
  get(id: number): number {
    const keys = this.#keys;
    const rows = this.#rows;
    const mask = this.#mask;
    let slot = hashOf(id) & mask;
    for (;;) {
      const row = rows[slot];
      if (row === FREE || keys[slot] === id) return row;
      slot = (slot + 1) & mask;
    }
  }

  /** Adds `id`, which must not be there. False when the table is so clustered that it is an attack. */
  add(id: number, row: number): boolean {
    if (this.#count * 2 >= this.#rows.length) this.#grow();
    this.#count += 1;
    return this.#place(id, row);
  }

  #place(id: number, row: number): boolean {
    const rows = this.#rows;
    const mask = this.#mask;
    let slot = hashOf(id) & mask;
    let probes = 0;
    while (rows[slot] !== FREE) {
      slot = (slot + 1) & mask;
      probes += 1;
    }
    this.#keys[slot] = id;
    rows[slot] = row;
    return probes < MAX_PROBE;
  }

  #grow(): void {
    const keys = this.#keys;
    const rows = this.#rows;
    this.#keys = new Float64Array(rows.length * 2);
    this.#rows = new Int32Array(rows.length * 2).fill(FREE);
    this.#mask = rows.length * 2 - 1;
    for (let slot = 0; slot < rows.length; slot++) {
      if (rows[slot] !== FREE) this.#place(keys[slot], rows[slot]);
    }
  }

  /** Removes `id`; entries behind it move up, so that no search ends at the gap. */
  remove(id: number): void {
    const keys = this.#keys;
    const rows = this.#rows;
    const mask = this.#mask;
    let slot = hashOf(id) & mask;
    while (rows[slot] !== FREE && keys[slot] !== id) slot = (slot + 1) & mask;
    if (rows[slot] === FREE) return;
    this.#count -= 1;
    let gap = slot;
    for (;;) {
      slot = (slot + 1) & mask;
      if (rows[slot] === FREE) break;
      const home = hashOf(keys[slot]) & mask;
      if (((slot - home) & mask) < ((slot - gap) & mask)) continue;
      keys[gap] = keys[slot];
      rows[gap] = rows[slot];
      gap = slot;
    }
    rows[gap] = FREE;
  }
}
