import { describe, expect, test } from "vitest";
import { smaps, type Mapping } from "../../../test/tables.ts";
import { MiB } from "../../model/units.ts";
import { sumMappings } from "./mappings.ts";

const PROGRAM: readonly Mapping[] = [
  { start: 0x400000, sizeMiB: 4, rssMiB: 3, permissions: "r-xp", name: "/srv/app" },
  { start: 0x800000, sizeMiB: 1, rssMiB: 1, anonMiB: 0.6, name: "/srv/app" },
  // bss, directly behind.
  { start: 0x900000, sizeMiB: 0.5, rssMiB: 0.3 },
  { start: 0x7f00_00000000, sizeMiB: 20, rssMiB: 6 },
  { start: 0x7f00_10000000, sizeMiB: 2, rssMiB: 1.5, permissions: "r-xp", name: "/lib/libc.so.6" },
  { start: 0x7ffd_00000000, sizeMiB: 0.25, rssMiB: 0.1, name: "[stack]" },
  { start: 0x7ffd_10000000, sizeMiB: 0.01, rssMiB: 0, permissions: "r-xp", name: "[vdso]" },
];
const sums = (more: readonly Mapping[], arenaMiB: number | undefined) =>
  sumMappings(smaps([...PROGRAM, ...more]), arenaMiB === undefined ? undefined : arenaMiB * MiB);
const mib = (x: number | undefined) => Math.round(((x ?? NaN) / MiB) * 10) / 10;

const OLD = 0xc000000000;
const RANDOM = 0x1b_7400000000;

describe("sumMappings", () => {
  test.each([
    ["up to 1.25", OLD],
    ["1.26 on, random base", RANDOM],
  ])("arenas by size: %s", (_, start) => {
    const s = sums(
      [
        { start, sizeMiB: 120, rssMiB: 100 },
        { start: start + 120 * MiB, sizeMiB: 8, permissions: "---p" },
      ],
      120,
    );
    expect(s?.arenaIsSure).toBe(true);
    expect(mib(s?.arena)).toBe(100);
    expect(mib(s?.otherAnonymous)).toBe(6);
    expect(mib(s?.globals)).toBe(1);
    expect(mib(s?.file)).toBe(4.9);
    expect(s?.total).toBe(
      (s?.arena ?? 0) +
        (s?.otherAnonymous ?? 0) +
        (s?.globals ?? 0) +
        (s?.file ?? 0) +
        (s?.shared ?? 0) +
        (s?.nativeForSure ?? 0) +
        (s?.namedGoMetadata ?? 0),
    );
  });

  test("a foreign 64 MiB mapping aligned like an arena is not one", () => {
    const s = sums(
      [
        { start: RANDOM, sizeMiB: 120, rssMiB: 100 },
        { start: 0x7e80_00000000, sizeMiB: 64, rssMiB: 64 },
      ],
      120,
    );
    expect(mib(s?.arena)).toBe(100);
    expect(mib(s?.otherAnonymous)).toBe(70);
  });

  test("kernel names decide where there are any", () => {
    const s = sums(
      [
        { start: RANDOM, sizeMiB: 120, rssMiB: 100, name: "[anon: Go: heap]" },
        { start: 0x7e80_00000000, sizeMiB: 9, rssMiB: 5, name: "[anon: Go: page alloc]" },
      ],
      undefined,
    );
    expect(s?.arenaIsSure).toBe(true);
    expect(mib(s?.arena)).toBe(100);
    expect(mib(s?.namedGoMetadata)).toBe(5);
    expect(mib(s?.otherAnonymous)).toBe(6);
  });

  test("brk is native, shared memory is shared, written library pages are globals", () => {
    const s = sums(
      [
        { start: OLD, sizeMiB: 64, rssMiB: 50 },
        { start: 0xa00000, sizeMiB: 30, rssMiB: 25, name: "[heap]" },
        { start: 0x7f10_00000000, sizeMiB: 40, rssMiB: 40, name: "/dev/shm/ring" },
        { start: 0x7f20_00000000, sizeMiB: 10, rssMiB: 10, name: "/memfd:x (deleted)" },
        { start: 0x7f30_00000000, sizeMiB: 5, rssMiB: 5, anonMiB: 2, name: "/lib/libx.so" },
      ],
      64,
    );
    expect(mib(s?.nativeForSure)).toBe(25);
    expect(mib(s?.shared)).toBe(50);
    expect(mib(s?.globals)).toBe(3);
  });

  test("sizes that fit nothing are not sure", () => {
    expect(sums([{ start: RANDOM, sizeMiB: 500, rssMiB: 400 }], 120)?.arenaIsSure).toBe(false);
  });
});
