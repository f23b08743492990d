import { describe, expect, it } from "vitest";
import { BYTES, FIXED32, FIXED64, VARINT, Wire } from "./proto-wire.ts";
import { MessageWriter } from "./proto-writer.ts";

describe("skip", () => {
  it.each([
    ["a varint", VARINT, [0xac, 0x02]],
    ["a fixed 64", FIXED64, [1, 2, 3, 4, 5, 6, 7, 8]],
    ["a text, its length included", BYTES, [3, 0x61, 0x62, 0x63]],
    ["a fixed 32", FIXED32, [1, 2, 3, 4]],
  ])("passes over %s", (_, type, value) => {
    const wire = new Wire(Uint8Array.from([...value, 0x08, 0x05]));
    wire.skip(type);
    expect([wire.pos, wire.tag(), wire.field, wire.uint(), wire.bad]).toEqual([
      value.length,
      true,
      1,
      5,
      false,
    ]);
  });

  it("does not go beyond the message", () => {
    const wire = new Wire(Uint8Array.from([5, 1, 2]));
    wire.skip(BYTES);
    expect([wire.bad, wire.ranOut]).toEqual([true, true]);
  });
});

describe("fixed64", () => {
  it.each([1n, 2n ** 63n, 2n ** 64n - 1n])("%s is read as it was written", (value) => {
    const writer = new MessageWriter();
    writer.fixed64(3, value);
    const wire = new Wire(writer.out.finish());
    expect([wire.tag(), wire.field, wire.type, wire.fixed64()]).toEqual([true, 3, FIXED64, value]);
  });
});
