// Messages without anything in them: two bytes in the file, many more in columns.

import { describe, expect, it } from "vitest";
import { Wire } from "../../model/builders/proto-wire.ts";
import { DiagnosticLog } from "../../model/diagnostic.ts";
import { readSections } from "./sections.ts";

const MOST = 1000;

describe("a file of empty messages", () => {
  for (const [what, tag] of [
    ["strings", 0x32],
    ["locations", 0x22],
    ["functions", 0x2a],
    ["mappings", 0x1a],
  ] as const) {
    it(`of ${what} is refused where there are too many`, () => {
      const read = (count: number) => {
        const bytes = new Uint8Array(count * 2).map((_, i) => (i % 2 === 0 ? tag : 0));
        return readSections(new Wire(bytes), new DiagnosticLog(), undefined, { most: MOST });
      };
      expect(() => read(MOST)).not.toThrow();
      expect(() => read(MOST + 1)).toThrow(/at most 1000 strings, functions/);
    });
  }
});
