import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ByteStrings } from "./builders/byte-strings.ts";
import { exactBytes, exactText } from "./exact-text.ts";

describe("exactText", () => {
  it("gives any bytes back as they were", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        expect(exactBytes(exactText(bytes))).toEqual(bytes);
      }),
    );
  });

  it("is plain decoding where the bytes are UTF-8, U+FFFD and all planes included", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (sound) => {
        expect(exactText(new TextEncoder().encode(sound))).toBe(sound);
        expect(exactBytes(sound)).toEqual(new TextEncoder().encode(sound));
      }),
    );
    expect(exactText(Uint8Array.of(0xef, 0xbf, 0xbd, 0xff))).toBe("\ufffd\udcff");
  });

  it("takes each byte that is no character for one, as Go does", () => {
    // Half a character, a surrogate in UTF-8, an overlong slash.
    expect(exactText(Uint8Array.of(0xe4, 0xb8))).toBe("\udce4\udcb8");
    expect(exactText(Uint8Array.of(0xed, 0xa0, 0x80))).toHaveLength(3);
    expect(exactText(Uint8Array.of(0xc0, 0xaf, 0x41))).toBe("\udcc0\udcafA");
  });

  it("keeps names apart that differ only in such bytes, when it is asked for", () => {
    const first = Uint8Array.of(0x66, 0xfe);
    const second = Uint8Array.of(0x66, 0xff);
    const exact = new ByteStrings(true);
    const at = [first, second].map((bytes) => exact.internBytes(bytes, 0, 2));
    expect(at.map((i) => exact.get(i))).toEqual(["f\udcfe", "f\udcff"]);
    expect(at.map((i) => exact.find(exact.get(i)))).toEqual(at);
    const plain = new ByteStrings();
    expect(plain.get(plain.internBytes(first, 0, 2))).toBe("f\ufffd");
  });
});
