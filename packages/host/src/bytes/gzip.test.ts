import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { gunzip, newGzipReport, type GzipReport } from "./gzip.ts";

async function decode(
  bytes: Uint8Array,
  chunkBytes = 1000,
): Promise<{ out: Buffer; report: GzipReport }> {
  const report = newGzipReport();
  const chunks: Uint8Array[] = [];
  const source = (async function* () {
    for (let at = 0; at < bytes.length; at += chunkBytes) yield bytes.subarray(at, at + chunkBytes);
  })();
  for await (const chunk of gunzip(source, report, { outputChunkBytes: 1024 })) chunks.push(chunk);
  return { out: Buffer.concat(chunks), report };
}

const noise = Buffer.from(Array.from({ length: 3000 }, (_, i) => (i * i * 31 + (i >> 3)) & 255));
const content = Buffer.concat([Buffer.from("heap profile ".repeat(2000)), noise]);
const whole = gzipSync(content);

describe("a sound stream", () => {
  test("is decoded whatever the chunks", async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 5000 }), async (chunkBytes) => {
        const { out, report } = await decode(whole, chunkBytes);
        expect(out.equals(content)).toBe(true);
        expect(report).toEqual({
          members: 1,
          consumed: whole.length,
          decoded: content.length,
          damage: undefined,
        });
      }),
      { numRuns: 30 },
    );
  });

  test("of several members, with name, comment, extra field, header CRC and zero padding", async () => {
    // RFC 1952 section 2.3: FHCRC | FEXTRA | FNAME | FCOMMENT.
    const header = Buffer.from([0x1f, 0x8b, 8, 2 | 4 | 8 | 16, 0, 0, 0, 0, 0, 3]);
    const fields = Buffer.concat([
      Buffer.from([3, 0, 1, 2, 3]),
      Buffer.from("heap.pb\0written by hand\0", "latin1"),
      Buffer.from([0xaa, 0xbb]),
    ]);
    const dressed = Buffer.concat([header, fields, whole.subarray(10)]);
    for (const chunkBytes of [1, 7, 1000]) {
      const both = await decode(Buffer.concat([dressed, whole, Buffer.alloc(512)]), chunkBytes);
      expect(both.out.length).toBe(2 * content.length);
      expect(both.report).toMatchObject({ members: 2, damage: undefined });
    }
  });
});

describe("damage", () => {
  test("garbage behind a sound member: all its bytes, and where the garbage begins", async () => {
    for (const garbage of ["garbage", "\x1fx", "\x1f\x8c"]) {
      const { out, report } = await decode(Buffer.concat([whole, Buffer.from(garbage, "latin1")]));
      expect(out.equals(content)).toBe(true);
      expect(report.damage).toEqual({ kind: "trailing", offset: whole.length });
    }
  });

  test("cut anywhere: what came out is a prefix, and it says so", async () => {
    const small = gzipSync(content.subarray(24_000, 27_000));
    let longest = 0;
    for (let length = 1; length < small.length; length++) {
      const { out, report } = await decode(small.subarray(0, length), 100);
      expect(report.damage?.kind).toBe("truncated");
      expect(content.subarray(24_000).subarray(0, out.length).equals(out)).toBe(true);
      longest = Math.max(longest, out.length);
    }
    expect(longest).toBe(3000);
  });

  test("rot in the middle: what was before it is kept, up to one output buffer", async () => {
    const rotten = Buffer.from(whole);
    // A reserved block type (3) cannot be mistaken for data.
    const members = Buffer.concat([gzipSync(noise, { level: 0 }), rotten]);
    const at = gzipSync(noise, { level: 0 }).length;
    members.fill(0xff, at + 12, at + 60);
    const { out, report } = await decode(members);
    expect(report.damage?.kind).toBe("corrupt");
    expect(out.subarray(0, noise.length).equals(noise)).toBe(true);
  });

  test("a wrong checksum or length", async () => {
    for (const fromEnd of [8, 1]) {
      const bad = Buffer.from(whole);
      bad[whole.length - fromEnd] = (bad[whole.length - fromEnd] ?? 0) ^ 1;
      const { out, report } = await decode(bad);
      expect(out.equals(content)).toBe(true);
      expect(report.damage?.kind).toBe("checksum");
    }
  });

  test("any bytes: an end and no exception", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (tail) => {
        const bytes = Buffer.concat([Buffer.from([0x1f, 0x8b]), tail]);
        const { report } = await decode(bytes, 13);
        expect(report.consumed).toBeLessThanOrEqual(bytes.length);
      }),
      { numRuns: 200 },
    );
  });
});
