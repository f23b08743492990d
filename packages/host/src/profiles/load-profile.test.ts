// Files that expand to more than is read: they stop at the cap, in words, without being held whole.

import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { loadProfileBytes, UnreadableProfileError } from "./load-profile.ts";

const MIB = 1024 ** 2;

/** One gzip file of `members` times the same bytes; the parts of such a file may simply follow each other. */
function repeated(bytes: Uint8Array, members: number, first?: Uint8Array): Uint8Array {
  const member = gzipSync(bytes, { level: 1 });
  const parts = Array.from({ length: members }, () => member);
  return Buffer.concat(first === undefined ? parts : [gzipSync(first), ...parts]);
}

/** The beginning of a profile: a value type, a sample, and an empty string. */
const HEAD = Uint8Array.from(
  [
    [0x0a, 4, 0x08, 1, 0x10, 2],
    [0x12, 6, 0x0a, 1, 1, 0x12, 1, 7],
    [0x32, 0],
  ].flat(),
);

async function failure(bytes: Uint8Array, caps?: { decodedBytes: number; otherBytes: number }) {
  try {
    await loadProfileBytes("bomb.pb.gz", bytes, caps === undefined ? {} : { caps });
  } catch (error) {
    if (error instanceof UnreadableProfileError) return error.message;
    throw error;
  }
  throw new Error("it was read");
}

describe("loadProfileBytes", () => {
  it("refuses ten gigabytes of zeros without keeping any", async () => {
    const bomb = repeated(new Uint8Array(64 * MIB), 160);
    const before = process.memoryUsage().arrayBuffers;
    expect(await failure(bomb)).toContain("more than 256 MiB when decompressed");
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(64 * MIB);
  });

  it("stops a profile of ten gigabytes at its cap and says what to do", async () => {
    // Samples without anything in them, two bytes each.
    const samples = new Uint8Array(16 * MIB).map((_, i) => (i % 2 === 0 ? 0x12 : 0));
    const message = await failure(repeated(samples, 640, HEAD), {
      decodedBytes: 48 * MIB,
      otherBytes: 16 * MIB,
    });
    expect(message).toContain("it is more than 48 MiB when decompressed, the most that is read");
    expect(message).toContain("record a shorter time");
  });

  it("stops one that looks small", async () => {
    const strings = new Uint8Array(8 * MIB).map((_, i) => (i % 2 === 0 ? 0x32 : 0));
    const bomb = repeated(strings, 24, HEAD);
    expect(bomb.length).toBeLessThan(MIB);
    expect(await failure(bomb, { decodedBytes: 40 * MIB, otherBytes: MIB })).toContain("40 MiB");
  });

  it("stops one that is cut off too", async () => {
    const strings = new Uint8Array(MIB).map((_, i) => (i % 2 === 0 ? 0x32 : 0));
    const bomb = repeated(strings, 2000, HEAD);
    expect(
      await failure(bomb.subarray(0, bomb.length - 3), { decodedBytes: 9 * MIB, otherBytes: MIB }),
    ).toContain("9 MiB");
  });

  it("stops text at the smaller cap", async () => {
    const line = Buffer.from("main;run;alloc 1\n");
    const text = Buffer.alloc(line.length * 65536, line);
    expect(
      await failure(repeated(text, 600), { decodedBytes: 64 * MIB, otherBytes: 8 * MIB }),
    ).toContain("8 MiB");
  });

  it("reads text that is not too large as before", async () => {
    const line = Buffer.from("main;run;alloc 1\n");
    const noise = Buffer.concat(
      Array.from({ length: 80_000 }, (_, i) =>
        Buffer.from(`main;f${(i * 2654435761) % 4294967296};g${(i * 40503) % 65536} 1\n`),
      ),
    );
    const stored = gzipSync(Buffer.concat([line, noise]), { level: 0 });
    expect(stored.length).toBeGreaterThan(MIB);
    const { table, damage } = await loadProfileBytes("folded.txt.gz", stored);
    expect(damage).toEqual([]);
    expect(table.rows).toBeGreaterThan(60_000);
  });
});
