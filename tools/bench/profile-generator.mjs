// Heap profiles as a large Go service would write them, of any size and the same for the same seed.
//   node tools/bench/profile-generator.mjs SAMPLES FILE [SEED]
//
// The program: `functions` functions in packages; each calls a few others, the same ones mostly (a
// tenth of the callees get most calls). A stack grows from one made shortly before: it keeps that one's
// frames up to a random depth and goes on from there, as a service walks through its request tree.
// Depths are 20–128 with a mean of 70. Of the locations 14 % have one to three inlined lines.
//
// The allocations: each stack allocates in two to six sizes (Go keeps a bucket per stack and size), of
// which it keeps some alive. Sampling is Go's own: at a rate of 512 KiB an object of s bytes is sampled
// with p = 1 − e^(−s/rate), buckets without a sample are not in the profile, counts and bytes are scaled
// by 1/p and cut to integers (golang/go src/runtime/pprof/protomem.go).
//
// The file is laid out as runtime/pprof writes it (locations and functions before the first sample that
// uses them, strings last, gzip at its fastest). Buckets of one stack are near each other, not adjacent.
//
// It misleads where the time of a reader hangs on names: all are of similar length and made of words.

import { createWriteStream } from "node:fs";
import { once } from "node:events";
import { createGzip } from "node:zlib";
import { isMain } from "../setup.mjs";

const RATE = 512 * 1024;
const MIN_DEPTH = 20;
const MAX_DEPTH = 128;
const MEAN_DEPTH = 70;
const INLINED = 0.14;
const BUCKETS_A_STACK = 4;
/** How far the buckets of a stack are from each other, in buckets. */
const SPREAD = 60;
const SIZES = [
  16, 24, 32, 48, 64, 96, 128, 208, 256, 512, 1024, 2048, 4096, 8192, 32768, 131072, 1048576,
];

/** @param {number} seed */
function randomOf(seed) {
  let state = seed >>> 0 || 1;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

class Bytes {
  constructor(size = 1 << 16) {
    this.data = Buffer.allocUnsafe(size);
    this.length = 0;
  }
  /** @param {number} more */
  reserve(more) {
    if (this.length + more <= this.data.length) return;
    const wider = Buffer.allocUnsafe(Math.max(this.length + more, this.data.length * 2));
    this.data.copy(wider, 0, 0, this.length);
    this.data = wider;
  }
  /** @param {number} value */
  varint(value) {
    this.reserve(10);
    let rest = value;
    while (rest >= 0x80) {
      this.data[this.length++] = (rest % 0x80) | 0x80;
      rest = Math.floor(rest / 0x80);
    }
    this.data[this.length++] = rest;
  }
  /** @param {number} field @param {number} value */
  number(field, value) {
    if (value === 0) return;
    this.varint(field * 8);
    this.varint(value);
  }
  /** @param {number} field @param {Bytes} inner */
  message(field, inner) {
    this.varint(field * 8 + 2);
    this.varint(inner.length);
    this.reserve(inner.length);
    inner.data.copy(this.data, this.length, 0, inner.length);
    this.length += inner.length;
  }
  /** @param {number} field @param {string} text */
  text(field, text) {
    const bytes = Buffer.from(text);
    this.varint(field * 8 + 2);
    this.varint(bytes.length);
    this.reserve(bytes.length);
    bytes.copy(this.data, this.length);
    this.length += bytes.length;
  }
}

const WORDS =
  "session cache order invoice user handler codec buffer queue index token route shard ledger event batch store parser encoder stream".split(
    " ",
  );

class Program {
  /** @param {number} functions @param {() => number} random */
  constructor(functions, random) {
    this.functions = functions;
    this.random = random;
    /** Call sites of each function: locations that lead to a callee. */
    this.sites = Array.from({ length: functions }, () => /** @type {number[]} */ ([]));
    /** @type {number[]} outermost function of a location */
    this.owner = [];
    /** @type {number[]} callee of a location */
    this.callee = [];
    /** @type {number[][]} inlined functions of a location, innermost first */
    this.inlined = [];
  }

  /** @param {number} fn a call site of fn, old or new */
  siteOf(fn) {
    const sites = this.sites[fn] ?? [];
    const limit = 1 + (fn % 6);
    const pick = Math.floor(this.random() ** 2 * limit);
    const known = sites[pick];
    if (known !== undefined) return known;
    const location = this.owner.length;
    this.owner.push(fn);
    // Calls go to functions nearby (the same package) or to the few that everybody calls.
    const callee =
      this.random() < 0.8
        ? (fn + 1 + Math.floor(this.random() * 40)) % this.functions
        : Math.floor(this.random() ** 3 * this.functions);
    this.callee.push(callee);
    const lines = this.random() < INLINED ? 1 + Math.floor(this.random() * 3) : 0;
    this.inlined.push(
      Array.from({ length: lines }, (_, i) => (callee + 7 * (i + 1)) % this.functions),
    );
    sites.push(location);
    this.sites[fn] = sites;
    return location;
  }
}

/** @param {() => number} random a count of sampled objects: most buckets have one or two */
function sampledCount(random) {
  let n = 1;
  while (n < 400 && random() < 0.55) n += 1;
  return random() < 0.03 ? n * 20 : n;
}

/**
 * @param {{ samples: number, file: string, seed?: number, scale?: number }} options
 * `scale` multiplies what is alive: for a second profile of the same program.
 * @returns {Promise<{ samples: number, frames: number, bytes: number, stacks: number, locations: number }>}
 */
export async function generateProfile({ samples, file, seed = 1, scale = 1 }) {
  const goal = { samples };
  const random = randomOf(seed);
  const program = new Program(Math.max(2000, Math.min(20_000, Math.floor(samples / 10))), random);
  const strings = new Map([["", 0]]);
  /** @param {string} text */
  const text = (text) => {
    let at = strings.get(text);
    if (at === undefined) {
      at = strings.size;
      strings.set(text, at);
    }
    return at;
  };
  const gzip = createGzip({ level: 1 });
  const sink = createWriteStream(file);
  gzip.pipe(sink);
  const out = new Bytes(1 << 20);
  let total = 0;
  const flush = async (force = false) => {
    if (out.length < 1 << 19 && !force) return;
    total += out.length;
    const isReady = gzip.write(Buffer.from(out.data.subarray(0, out.length)));
    out.length = 0;
    if (!isReady) await once(gzip, "drain");
  };
  const message = new Bytes();
  const inner = new Bytes();
  for (const [type, unit] of [
    ["alloc_objects", "count"],
    ["alloc_space", "bytes"],
    ["inuse_objects", "count"],
    ["inuse_space", "bytes"],
  ]) {
    message.length = 0;
    message.number(1, text(type ?? ""));
    message.number(2, text(unit ?? ""));
    out.message(1, message);
  }
  message.length = 0;
  message.number(1, 1);
  message.number(2, 0x400000);
  message.number(3, 0x1800000);
  message.number(5, text("/srv/app/service"));
  message.number(6, text("5f3c9a7e"));
  message.number(7, 1);
  out.message(3, message);

  const functionIds = new Map();
  /** @param {number} fn */
  const functionId = (fn) => {
    const known = functionIds.get(fn);
    if (known !== undefined) return known;
    const id = functionIds.size + 1;
    functionIds.set(fn, id);
    const at = Math.floor(fn / 12);
    const pkg = `${WORDS[at % WORDS.length]}${Math.floor(at / WORDS.length) || ""}`;
    const name = `example.com/service/internal/${pkg}.(*${WORDS[(fn * 7) % WORDS.length]}Service).${WORDS[(fn * 13) % WORDS.length]}${fn}`;
    const body = new Bytes(64);
    body.number(1, id);
    body.number(2, text(name));
    body.number(3, text(name));
    body.number(
      4,
      text(`/srv/src/example.com/service/internal/${pkg}/${WORDS[fn % WORDS.length]}.go`),
    );
    body.number(5, 10 + ((fn * 31) % 900));
    out.message(5, body);
    return id;
  };
  const locationIds = new Map();
  /** @param {number} location */
  const locationId = (location) => {
    const known = locationIds.get(location);
    if (known !== undefined) return known;
    const owner = program.owner[location] ?? 0;
    const lines = [...(program.inlined[location] ?? []), owner].map(functionId);
    const id = locationIds.size + 1;
    locationIds.set(location, id);
    const body = new Bytes(64);
    body.number(1, id);
    body.number(2, 1);
    body.number(3, 0x401000 + location * 23);
    lines.forEach((fn, i) => {
      inner.length = 0;
      inner.number(1, fn);
      inner.number(2, 12 + ((location * 17 + i * 5) % 1200));
      body.message(4, inner);
    });
    out.message(4, body);
    return id;
  };

  /** @type {{ stack: Int32Array, size: number }[]} buckets that wait for their turn */
  const waiting = [];
  let frames = 0;
  let stacks = 0;
  const state = { written: 0 };
  const values = new Bytes();
  const ids = new Bytes();
  const bytesKey = text("bytes");
  /** @param {{ stack: Int32Array, size: number }} bucket */
  const write = ({ stack, size }) => {
    ids.length = 0;
    for (let i = stack.length - 1; i >= 0; i--) ids.varint(locationId(stack[i] ?? 0));
    const k = 1 / (1 - Math.exp(-size / RATE));
    const n = sampledCount(random);
    const alive = random() < 0.4 ? Math.min(n, Math.max(1, Math.round(n * random() * scale))) : 0;
    values.length = 0;
    for (const count of [n, alive]) {
      values.varint(Math.trunc(count * k));
      values.varint(Math.trunc(count * size * k));
    }
    message.length = 0;
    message.message(1, ids);
    message.message(2, values);
    inner.length = 0;
    inner.number(1, bytesKey);
    inner.number(3, size);
    message.message(3, inner);
    out.message(2, message);
    frames += stack.length;
    state.written += 1;
  };

  /** @type {Int32Array[]} the last stacks, to grow new ones from */
  const recent = [];
  while (state.written < goal.samples) {
    const from = recent[Math.floor(random() * recent.length)];
    const spread = (random() + random() + random() + random() - 2) / 2;
    const depth = Math.round(Math.min(MAX_DEPTH, Math.max(MIN_DEPTH, MEAN_DEPTH + spread * 58)));
    const keep =
      from === undefined
        ? 0
        : Math.min(depth - 1, Math.floor(from.length * (1 - random() ** 1.4 * 0.95)));
    const stack = new Int32Array(depth);
    if (from !== undefined) stack.set(from.subarray(0, keep));
    let fn = keep === 0 ? Math.floor(random() * 12) : (program.callee[stack[keep - 1] ?? 0] ?? 0);
    for (let i = keep; i < depth; i++) {
      const site = program.siteOf(fn);
      stack[i] = site;
      fn = program.callee[site] ?? 0;
    }
    if (recent.length < 120) recent.push(stack);
    else recent[Math.floor(random() * recent.length)] = stack;
    stacks += 1;
    const sizes = new Set();
    const wanted = 2 + Math.floor(random() * (BUCKETS_A_STACK + 1));
    const base = Math.floor(random() * (SIZES.length - 6));
    for (let i = 0; i < wanted; i++) sizes.add(SIZES[base + Math.floor(random() * 7)]);
    for (const size of sizes) waiting.push({ stack, size: Number(size) });
    while (waiting.length > SPREAD && state.written < goal.samples) {
      const at = Math.floor(random() * waiting.length);
      const bucket = waiting[at];
      const last = waiting.pop();
      if (bucket === undefined || last === undefined) break;
      if (at < waiting.length) waiting[at] = last;
      write(bucket);
    }
    if ((stacks & 63) === 0) await flush();
  }
  out.number(9, 1_790_000_000_000_000_000);
  message.length = 0;
  message.number(1, text("space"));
  message.number(2, text("bytes"));
  out.message(11, message);
  out.number(12, RATE);
  for (const string of strings.keys()) {
    out.text(6, string);
    if (out.length > 1 << 19) await flush(true);
  }
  await flush(true);
  gzip.end();
  await once(sink, "finish");
  return { samples: state.written, frames, bytes: total, stacks, locations: locationIds.size };
}

if (isMain(import.meta.url)) {
  const [samples, file, seed = "1"] = process.argv.slice(2);
  if (samples === undefined || file === undefined) {
    process.stderr.write("usage: node tools/bench/profile-generator.mjs SAMPLES FILE [SEED]\n");
    process.exitCode = 2;
  } else {
    const made = await generateProfile({ samples: Number(samples), file, seed: Number(seed) });
    process.stdout.write(`${JSON.stringify(made)}\n`);
  }
}
