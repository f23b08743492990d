import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, test } from "vitest";
import { judged } from "../../test/judged.ts";
import { artefact, gctrace, heapProfile, type HeapRow } from "../../test/tables.ts";
import { MiB } from "../model/units.ts";
import { formatJson } from "./json.ts";
import { formatMarkdown } from "./markdown.ts";
import { voiceOf } from "./say.ts";
import { formatText } from "./text.ts";
import { width } from "./columns.ts";

const HOSTILE = "app.(*T[<img src=x onerror=alert(1)>]).\u202Eevil\u001b[31m|`*_";

const rows = (n: number): HeapRow[] => [
  { stack: [[HOSTILE, "/src/app/x.go", 7]], size: 4096, allocs: n, inuse: n },
];

const leak = () =>
  judged(
    [
      artefact(
        "gc.log",
        gctrace(
          Array.from({ length: 40 }, (_, i) => ({
            atSec: 10 + i * 2,
            markedMiB: 40 + i * 2,
            startMiB: 70 + i * 2,
          })),
          1_700_000_000_000,
        ),
      ),
      artefact("a.txt", heapProfile(rows(40), { timeMs: 1_700_000_010_000 })),
      artefact("b.txt", heapProfile(rows(200), { timeMs: 1_700_000_090_000 })),
    ],
    512 * MiB,
  );

const single = () => judged([artefact("a.txt", heapProfile(rows(40)))]);

const validate = new Ajv2020({ strict: false, allErrors: true }).compile(
  JSON.parse(
    readFileSync(new URL("../../../../docs/schema/why-1.schema.json", import.meta.url), "utf8"),
  ),
);

describe.each([
  ["fault", leak],
  ["inconclusive", single],
])("%s", (status, make) => {
  test.each(["en", "zh"] as const)("JSON holds the documented schema (%s)", (lang) => {
    const text = formatJson(make(), voiceOf(lang));
    const parsed: unknown = JSON.parse(text);
    validate(parsed);
    expect(validate.errors).toBeNull();
    expect(text).not.toMatch(/undefined|NaN|Infinity/);
    expect(parsed).toMatchObject({ status });
  });

  test.each(["en", "zh"] as const)(
    "text and Markdown have no hole and no control character (%s)",
    (lang) => {
      const answer = make();
      const voice = voiceOf(lang);
      const text = formatText(answer, {
        voice,
        paint: (t) => t,
        top: 10,
        withEvidence: true,
        withLinking: true,
      });
      const markdown = formatMarkdown(answer, voice, 10);
      for (const t of [text, markdown]) {
        expect(t).not.toMatch(/undefined|NaN|\[object/);
        expect(t).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/);
      }
      // Inside a code span it is text; outside one it must be escaped.
      expect(markdown.replaceAll(/(`+) ?[^]*? ?\1/g, "")).not.toContain("<img src=x");
    },
  );
});

test("lines of the text stay near 100 columns", () => {
  const text = formatText(leak(), {
    voice: voiceOf("en"),
    paint: (t) => t,
    top: 10,
    withEvidence: false,
    withLinking: false,
  });
  for (const line of text.split("\n")) expect(width(line)).toBeLessThanOrEqual(124);
});
