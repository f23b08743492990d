import { spawnSync } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";
import {
  corpusTraces,
  freshTrace,
  Gathered,
  goTool,
  hasGo,
  inFolder,
  type NamedTrace,
} from "../../../../test/go-traces.ts";
import { readOrdered } from "../../../../test/trace-reading.ts";
import { type Message, packetsOf, PERFETTO } from "../../../../test/perfetto-decode.ts";
import type { OrderedReader } from "../ordered-reader.ts";
import { type RangeKind, RangeProfile } from "../range-profile.ts";
import { ALL_PARTS, PerfettoTrace } from "./perfetto.ts";

interface Written {
  readonly bytes: Uint8Array;
  readonly reader: OrderedReader;
  readonly packets: number;
}

function write(trace: Uint8Array, parts = ALL_PARTS): Written {
  const out = new Gathered();
  let perfetto: PerfettoTrace | undefined;
  const reader = readOrdered(trace, (opened) => {
    perfetto = new PerfettoTrace(
      out.write,
      () => opened().interner,
      () => opened().baseNs,
      parts,
    );
    return perfetto;
  });
  perfetto?.finish();
  return { bytes: out.bytes(), reader, packets: perfetto?.packets ?? 0 };
}

interface Slice {
  readonly name: string;
  readonly startNs: number;
  /** NaN where it did not end. */
  endNs: number;
  readonly stack: readonly string[];
}

interface Shown {
  /** By the path of track names, "/" between. */
  readonly slices: Map<string, Slice[]>;
  readonly counters: Map<string, number[]>;
  readonly types: number[];
}

/** Cheaper than expect, for millions of packets. */
function check(holds: boolean, message: string): void {
  if (!holds) throw new Error(message);
}

/** Reads packets as a viewer does, and fails on everything that a viewer could not show. */
function show(packets: readonly Message[]): Shown {
  const tracks = new Map<number, string>();
  const iids = new Map<string, Message>();
  const slices = new Map<string, Slice[]>();
  const counters = new Map<string, number[]>();
  const open = new Map<number, Slice[]>();
  const types = [0, 0, 0, 0, 0];
  let last = 0;
  const iid = (field: string, id: number): Message => {
    const found = iids.get(`${field} ${id}`);
    if (found === undefined) throw new Error(`${field} ${id} is used before it is defined`);
    return found;
  };
  const stackOf = (event: Message): string[] => {
    if (!event.has("callstack_iid")) return [];
    return iid("callstacks", event.number("callstack_iid"))
      .numbers("frame_ids")
      .map((id) => {
        const frame = iid("frames", id);
        iid("mapping_paths", iid("mappings", frame.number("mapping_id")).number("path_string_ids"));
        const file = iid("source_paths", frame.number("source_path_iid")).text("str");
        const name = iid("function_names", frame.number("function_name_id")).text("str");
        return `${name} ${file}:${frame.number("line_number")}`;
      });
  };
  packets.forEach((packet, i) => {
    check(packet.number("trusted_packet_sequence_id") === 1, "another sequence");
    if (i === 0) {
      expect(packet.number("sequence_flags")).toBe(1);
      expect(packet.one("clock_snapshot")?.number("primary_trace_clock")).toBe(3);
      expect(packet.one("trace_packet_defaults")?.number("timestamp_clock_id")).toBe(3);
      return;
    }
    const data = packet.one("interned_data");
    for (const [field] of data === undefined ? [] : Object.values(PERFETTO["InternedData"] ?? {})) {
      for (const entry of data?.all(field) ?? []) {
        const key = `${field} ${entry.number("iid")}`;
        check(!iids.has(key), `${key} is defined twice`);
        iids.set(key, entry);
      }
    }
    const track = packet.one("track_descriptor");
    if (track !== undefined) {
      const parent = track.has("parent_uuid") ? tracks.get(track.number("parent_uuid")) : "";
      check(parent !== undefined, `no parent of ${track.text("name")}`);
      check(!tracks.has(track.number("uuid")), "a track is described twice");
      tracks.set(track.number("uuid"), `${parent}/${track.text("name")}`);
      return;
    }
    const event = packet.one("track_event");
    if (event === undefined) throw new Error("an empty packet");
    check(packet.number("sequence_flags") === 2, "needs no state");
    const time = packet.number("timestamp");
    check(time >= last, `time goes back at packet ${i}`);
    last = time;
    const uuid = event.number("track_uuid");
    const name = tracks.get(uuid);
    if (name === undefined) throw new Error(`track ${uuid} is used before it is described`);
    const type = event.number("type");
    types[type] = (types[type] ?? 0) + 1;
    if (type === 4) {
      const values = counters.get(name);
      if (values === undefined) counters.set(name, [event.number("counter_value")]);
      else values.push(event.number("counter_value"));
    } else if (type === 2) {
      const ended = open.get(uuid)?.pop();
      if (ended === undefined) throw new Error(`an end without a begin on ${name}`);
      ended.endNs = time;
    } else {
      const title = event.has("name")
        ? event.text("name")
        : iid("event_names", event.number("name_iid")).text("name");
      for (const note of event.all("debug_annotations")) {
        iid("debug_annotation_names", note.number("name_iid"));
      }
      const slice = { name: title, startNs: time, endNs: Number.NaN, stack: stackOf(event) };
      if (type === 3) return;
      const list = slices.get(name);
      if (list === undefined) slices.set(name, [slice]);
      else list.push(slice);
      const stack = open.get(uuid);
      if (stack === undefined) open.set(uuid, [slice]);
      else stack.push(slice);
    }
  });
  return { slices, counters, types };
}

function on(shown: Shown, track: RegExp): Slice[] {
  return [...shown.slices].filter(([name]) => track.test(name)).flatMap(([, list]) => list);
}

/** Wall time of finished ranges that began in the trace, from another consumer of the same events. */
function rangeNs(trace: Uint8Array, kind: RangeKind): { count: number; ns: number } {
  let profile: RangeProfile | undefined;
  readOrdered(trace, (reader) => {
    profile = new RangeProfile(kind, () => reader().interner);
    return profile;
  });
  const table = profile?.finish().table;
  const total = (column: Float64Array | undefined): number =>
    (column ?? new Float64Array(0)).reduce((sum, value) => sum + value, 0);
  return { count: total(table?.values[0]), ns: total(table?.values.at(-1)) };
}

function wallNs(slices: readonly Slice[]): number {
  return slices.reduce(
    (sum, { startNs, endNs }) => sum + (Number.isNaN(endNs) ? 0 : endNs - startNs),
    0,
  );
}

const corpus = corpusTraces();

describe("Perfetto packets", () => {
  it.skipIf(corpus.length === 0)("are sound for every case of the corpus, broken ones too", () => {
    for (const { name, bytes } of corpus) {
      const { bytes: out, packets } = write(bytes);
      const read = packetsOf(out);
      expect(read.length, name).toBe(packets);
      if (read.length > 0) show(read);
      for (const part of [0.3, 0.6, 0.9]) {
        show(packetsOf(write(bytes.subarray(0, 16 + Math.floor(bytes.length * part))).bytes));
      }
    }
  });

  it("leave out what is not wanted", () => {
    const trace = corpus.find(({ name }) => name === "go122-gc-stress.trace");
    if (trace === undefined) return;
    const all = show(packetsOf(write(trace.bytes).bytes));
    const few = show(packetsOf(write(trace.bytes, { goroutines: false, threads: false }).bytes));
    expect(on(all, /^\/Goroutines/).length).toBeGreaterThan(100);
    expect(on(few, /^\/(Goroutines|Threads)/)).toEqual([]);
    expect(on(few, /^\/Procs/)).toEqual(on(all, /^\/Procs/));
  });
});

describe.skipIf(!hasGo)("a fresh trace in Perfetto's form (needs go)", () => {
  const traces: NamedTrace[] = [];

  beforeAll(() => {
    traces.push(freshTrace("gc-stress", 20), freshTrace("tasks-regions", 15));
    traces.push(freshTrace("cgo-callbacks", 20), freshTrace("cpu-profile", 150));
  }, 240_000);

  it("shows what Go's text says", () => {
    for (const { name, bytes } of traces) {
      const shown = show(packetsOf(write(bytes).bytes));
      const go = goTool(["trace", "-d=parsed"], bytes);
      const text = Buffer.from(go.stdout).toString("utf8");
      const count = (pattern: RegExp): number => [...text.matchAll(pattern)].length;
      // What was open already is named again at the start of each generation; the first one counts.
      const [, first = ""] = text.split(/^M=\S+ P=\S+ G=\S+ Sync /mu);
      const ranges = (range: string): number =>
        count(new RegExp(`RangeBegin .*"${range}`, "g")) +
        [...first.matchAll(new RegExp(`RangeActive .*"${range}`, "g"))].length;
      expect(on(shown, /\/GC cycles$/).length, name).toBe(ranges("GC concurrent mark phase"));
      expect(on(shown, /\/Stop the world$/).length, name).toBe(ranges("stop-the-world"));
      expect(on(shown, /\/GC mark assist$/).length, name).toBe(ranges("GC mark assist"));
      expect(on(shown, /\/Regions$/).length, name).toBe(count(/ RegionBegin /g));
      expect(on(shown, /^\/Tasks\//).length, name).toBe(count(/ TaskBegin /g));
      const heap = [
        ...text.matchAll(/Name="\/memory\/classes\/heap\/objects:bytes" Value=.*?\((\d+)\)/g),
      ];
      expect(shown.counters.get("/Garbage collector/Heap") ?? [], name).toEqual(
        heap.map((found) => Number(found[1])),
      );
      const instants = count(/ StackSample /g) + count(/ Log /g) + count(/ Label /g);
      expect(shown.types[3], name).toBe(instants);
    }
  });

  it("holds the times and stacks of stops, assists and sweeps", () => {
    const bytes = traces[0]?.bytes ?? new Uint8Array(0);
    const shown = show(packetsOf(write(bytes).bytes));
    for (const [kind, track] of [
      ["stw", /\/Stop the world$/],
      ["assist", /\/GC mark assist$/],
      ["sweep", /\/GC incremental sweep$/],
    ] as const) {
      const slices = on(shown, track);
      const { count, ns } = rangeNs(bytes, kind);
      expect(slices.filter(({ endNs }) => !Number.isNaN(endNs)).length, kind).toBe(count);
      expect(wallNs(slices), kind).toBe(ns);
    }
    const assists = on(shown, /\/GC mark assist$/);
    expect(assists.length).toBeGreaterThan(5);
    for (const { stack } of assists) {
      expect(stack.at(-1)).toMatch(/^runtime\..* .*\.go:\d+$/);
      expect(stack[0]).toMatch(/^(main|runtime)\./);
    }
    const running = on(shown, /^\/Goroutines\/.*\/G\d+$/).filter(({ name }) => name === "Running");
    // A goroutine runs on a proc and on a thread, for the same time.
    expect(wallNs(on(shown, /^\/Procs\/P\d+$/))).toBe(wallNs(running));
  });

  it("is read by the schema that google publishes", (context) => {
    const python = publishedSchema();
    if (python === undefined) {
      return context.skip("python3 with the package perfetto (PyPI) is not to be had");
    }
    for (const { name, bytes } of [...traces, ...corpus]) {
      const { bytes: out, packets } = write(bytes);
      if (out.length === 0) continue;
      const { types } = show(packetsOf(out));
      inFolder((folder) => {
        writeFileSync(join(folder, "trace"), out);
        writeFileSync(join(folder, "schema.json"), JSON.stringify(PERFETTO));
        const ran = spawnSync(python, [CHECK, join(folder, "trace"), join(folder, "schema.json")], {
          encoding: "utf8",
        });
        expect(ran.status, ran.stderr).toBe(0);
        expect(JSON.parse(ran.stdout), name).toMatchObject({
          packets,
          unknown: 0,
          differences: [],
          types: {
            TYPE_SLICE_BEGIN: types[1],
            TYPE_SLICE_END: types[2],
            TYPE_INSTANT: types[3],
            TYPE_COUNTER: types[4],
          },
        });
      });
    }
  }, 600_000);
});

const CHECK = fileURLToPath(new URL("../../../../test/perfetto-check.py", import.meta.url));
const PACKAGE = "perfetto==0.59.1";

/** A Python that has the compiled schema: the one on the path, or a scratch one that is kept. */
function publishedSchema(): string | undefined {
  const has = (python: string): boolean =>
    spawnSync(python, ["-c", "import perfetto.protos.perfetto.trace.perfetto_trace_pb2"]).status ===
    0;
  if (has("python3")) return "python3";
  const folder = join(tmpdir(), "heapwright-perfetto-0.59.1");
  const python = join(folder, "bin", "python");
  if (existsSync(python) && has(python)) return python;
  if (spawnSync("python3", ["-m", "venv", folder]).status !== 0) return undefined;
  const installed = spawnSync(python, ["-m", "pip", "install", "--quiet", PACKAGE], {
    timeout: 240_000,
  });
  return installed.status === 0 && has(python) ? python : undefined;
}
