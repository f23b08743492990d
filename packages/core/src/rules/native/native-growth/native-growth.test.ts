import { describe, expect, test } from "vitest";
import { judged, verdictOf } from "../../../../test/judged.ts";
import {
  artefact,
  cgroupV2,
  metrics,
  procStatus,
  runtimeSample,
  smaps,
} from "../../../../test/tables.ts";
import { MiB } from "../../../model/units.ts";

const START = 1_700_000_000_000;
const wobble = (i: number) => Math.sin(i * 12.9898) * 0.5 + Math.sin(i * 78.233) * 0.5;
const READINGS = 25;

interface Shape {
  readonly marked?: (t: number) => number;
  readonly native?: (t: number) => number;
  /** Go memory that was mapped and is touched only later. */
  readonly untouched?: (t: number) => number;
  readonly huge?: (t: number) => number;
  /** The native memory is the race detector's shadow of the arena. */
  readonly race?: boolean;
}

/** Go's state every five seconds, and what of it and of native memory is resident. */
const at = (i: number, o: Shape) => {
  const t = i * 5;
  const marked = (o.marked?.(t) ?? 60) + 0.3 * wobble(i);
  const sample = runtimeSample({
    timeMs: START + t * 1000,
    numGC: 100 + i * 3,
    markedMiB: marked,
    objectsMiB: marked * 1.4,
    freeMiB: 20,
    metadataMiB: 4,
  });
  const scalar = (name: string) =>
    (sample.scalars?.get(`/memory/classes/${name}:bytes`) ?? 0) / MiB;
  const arena =
    scalar("heap/objects") + scalar("heap/unused") + scalar("heap/free") + scalar("heap/stacks");
  const anon =
    arena + 4 + 1.4 - (o.untouched?.(t) ?? 0) + (o.native?.(t) ?? 0) + 0.2 * wobble(i + 9);
  return { t, sample, arena, released: scalar("heap/released"), anon };
};

const observed = (o: Shape) => [
  artefact("m.json", metrics(Array.from({ length: READINGS }, (_, i) => at(i, o).sample))),
  ...Array.from({ length: READINGS }, (_, i) => {
    const x = at(i, o);
    return artefact(
      `s${String(i).padStart(2, "0")}/status`,
      procStatus({ rssMiB: x.anon + 8, anonMiB: x.anon }),
      START + x.t * 1000,
    );
  }),
];

const mapped = (i: number, o: Shape) => {
  const x = at(i, o);
  const native = o.native?.(x.t) ?? 0;
  const arena = x.arena - (o.untouched?.(x.t) ?? 0);
  return artefact(
    `s${String(i).padStart(2, "0")}/smaps`,
    smaps([
      { start: 0x400000, sizeMiB: 6, rssMiB: 5, permissions: "r-xp", name: "/srv/app" },
      {
        start: o.race === true ? 0xc000000000 : 0x2_1c00000000,
        sizeMiB: x.arena + x.released,
        rssMiB: arena,
        hugeMiB: o.huge?.(x.t) ?? 0,
      },
      { start: 0x7f00_00000000, sizeMiB: 16, rssMiB: 5.2 },
      ...(native > 0
        ? [
            {
              start: o.race === true ? 0x2180_00000000 : 0x7f10_00000000,
              sizeMiB: native,
              rssMiB: native,
            },
          ]
        : []),
      { start: 0x7ffd_00000000, sizeMiB: 0.2, rssMiB: 0.1, name: "[stack]" },
    ]),
    START + x.t * 1000,
  );
};

describe("native-growth", () => {
  test("positive: RssAnon grows in a line while Go's totals do not", () => {
    const shape = { native: (t: number) => 30 + t * 0.8 };
    const answer = judged([...observed(shape), ...cgroupV2("c", { anonMiB: 240, maxMiB: 512 })]);
    const v = verdictOf(answer, "native-growth");
    expect(v?.confidence).toBe("medium");
    expect(v?.against.map((s) => s.id)).toContain("native-growth.against-no-smaps");
    expect(v?.facts.map((s) => s.id)).toContain("native-growth.limit");
  });

  test("with two smaps the growth is measured on mappings: high", () => {
    const shape = { native: (t: number) => 30 + t * 0.8 };
    const answer = judged([...observed(shape), mapped(0, shape), mapped(READINGS - 1, shape)]);
    expect(answer.verdicts[0]).toMatchObject({ cause: "native-growth", confidence: "high" });
  });

  test("negative: native memory that is there and stays", () => {
    const shape = { native: () => 90 };
    const answer = judged([...observed(shape), mapped(0, shape), mapped(READINGS - 1, shape)]);
    expect(verdictOf(answer, "native-growth")).toBeUndefined();
    expect(answer.notIt.map((s) => s.id)).toContain("native-growth.not");
    expect(answer.status).toBe("no-fault-seen");
  });

  test("looks like it: the Go heap grows, and RSS with it", () => {
    const shape = { marked: (t: number) => 60 + t * 0.8 };
    const answer = judged([...observed(shape), mapped(0, shape), mapped(READINGS - 1, shape)]);
    expect(verdictOf(answer, "native-growth")).toBeUndefined();
  });

  test("looks like it: mapped memory touched only now", () => {
    const shape = { untouched: (t: number) => Math.max(0, 19 - t * 0.15) };
    const smapped = judged([...observed(shape), mapped(0, shape), mapped(READINGS - 1, shape)]);
    expect(verdictOf(smapped, "native-growth")).toBeUndefined();
    // Without smaps it cannot be told apart, and must say so.
    const v = verdictOf(judged(observed(shape)), "native-growth");
    expect(v === undefined || v.against.length > 0).toBe(true);
  });

  test("looks like it: mapped memory touched only now, and one smaps at the end that says so", () => {
    const shape = { untouched: (t: number) => Math.max(0, 19 - t * 0.15) };
    const answer = judged([...observed(shape), mapped(READINGS - 1, shape)]);
    expect(verdictOf(answer, "native-growth")).toBeUndefined();
    const inLine = { native: (t: number) => 5 + t * 0.5 };
    const grown = judged([...observed(inLine), mapped(READINGS - 1, inLine)]);
    expect(verdictOf(grown, "native-growth")?.fault).toBe(true);
  });

  test("looks like it: a driver that maps its buffers once, at the first request", () => {
    const shape = { native: (t: number) => (t < 60 ? 5 : 45) };
    const answer = judged(observed(shape));
    const v = verdictOf(answer, "native-growth");
    expect(v === undefined || v.confidence === "low").toBe(true);
  });

  test("looks like it: the shadow memory of a -race build, without its build info", () => {
    const shape = { native: (t: number) => 30 + t * 0.8, race: true };
    const answer = judged([...observed(shape), mapped(0, shape), mapped(READINGS - 1, shape)]);
    expect(verdictOf(answer, "native-growth")).toBeUndefined();
  });

  test("looks like it: huge pages back holes that were returned", () => {
    const shape = {
      untouched: (t: number) => (t < 60 ? 19 : 0),
      huge: (t: number) => (t < 60 ? 10 : 80),
    };
    const answer = judged([...observed(shape), mapped(0, shape), mapped(READINGS - 1, shape)]);
    const v = verdictOf(answer, "native-growth");
    expect(v === undefined || v.confidence === "low").toBe(true);
  });
});
