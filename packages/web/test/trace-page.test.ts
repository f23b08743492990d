// The page of an execution trace as text: what holds without a browser.

import { beforeAll, describe, expect, test } from "vitest";
import type { Lang } from "@heapwright/core/model/message.ts";
import { HOSTILE, leak, leakFlame } from "./answers.ts";
import { clientAssets, hash, page } from "./harness.ts";
import {
  busy,
  flamePage,
  hostileTrace,
  idle,
  large,
  ordered,
  picturesOf,
  tracePage,
} from "./traces.ts";

const CASES: Readonly<Record<string, (lang: Lang) => Promise<string>>> = {
  busy: (lang) => tracePage(picturesOf(busy(), lang, ordered), lang),
  idle: (lang) => tracePage(picturesOf(idle, lang), lang),
  hostile: (lang) =>
    tracePage(
      picturesOf(hostileTrace(), lang, (n) => ordered(n, HOSTILE[0]), HOSTILE[1]),
      lang,
      { damage: [`byte 7: ${HOSTILE[2] ?? ""}`], target: HOSTILE[0] ?? "" },
    ),
  flame: (lang) => flamePage(picturesOf(busy(), lang), lang),
  process: (lang) => page(leak(), { flame: leakFlame(), trace: picturesOf(busy(), lang) }, lang),
};

const visible = (html: string): string =>
  html.replace(/<style>[^]*?<\/style>/g, "").replace(/<script[^]*?<\/script>/g, "");
const textOf = (html: string): string =>
  visible(html)
    .replace(/<[^>]*>/g, " ")
    .replaceAll("\u00a0", " ")
    .replaceAll("\u202f", " ")
    .replace(/\s+/g, " ");
const matches = (html: string, pattern: RegExp): string[] =>
  Array.from(html.matchAll(pattern), (m) => m[1] ?? "");

describe.each(Object.keys(CASES))("%s", (name) => {
  const pages: string[] = [];
  beforeAll(async () => {
    for (const lang of ["en", "zh"] as const) pages.push((await CASES[name]?.(lang)) ?? "");
  });

  test("nothing inline but what the policy's hashes allow", async () => {
    const { css, script } = await clientAssets();
    for (const html of pages) {
      const policy = matches(html, /Content-Security-Policy" content="([^"]*)"/g)[0] ?? "";
      expect(policy).toContain(`style-src &#39;sha256-${hash(css)}&#39;`);
      expect(policy).toContain(`script-src &#39;sha256-${hash(script)}&#39;`);
      expect(policy).toContain("default-src &#39;none&#39;");
      expect(visible(html)).not.toMatch(/<[^>]+\sstyle=/);
      expect(visible(html)).not.toMatch(/<[a-z][^>]*\son[a-z]+\s*=\s*"[^"]*"[^>]*>/);
    }
  });

  test("every id once, every reference has its target", () => {
    for (const html of pages) {
      const shown = visible(html);
      const ids = matches(shown, /\sid="([^"]*)"/g);
      expect(ids.filter((id, i) => ids.indexOf(id) !== i)).toEqual([]);
      const wanted = [
        ...matches(shown, /href="#([^"]*)"/g),
        ...matches(shown, /aria-(?:labelledby|describedby|controls)="([^"]*)"/g),
      ];
      expect(wanted.filter((id) => !ids.includes(id))).toEqual([]);
    }
  });

  test("one first heading, no level skipped; tables and pictures are named", () => {
    for (const html of pages) {
      const levels = matches(html, /<h([1-6])[\s>]/g).map(Number);
      expect(levels.filter((l) => l === 1).length).toBe(1);
      levels.reduce((before, level) => {
        expect(level).toBeLessThanOrEqual(before + 1);
        return level;
      }, 0);
      for (const table of matches(html, /(<table[^]*?<\/table>)/g).slice(0, -1)) {
        expect(table).toMatch(/<caption/);
        expect(table).toMatch(/<th scope="col"/);
      }
      for (const figure of matches(html, /(<svg\s+class="(?:ch|ch tl|flame)"[^>]*>)/g))
        expect(figure).toMatch(/aria-label="[^"]{5,}"/);
    }
  });

  test("numbers are numbers", () => {
    for (const html of pages) {
      expect(visible(html)).not.toMatch(/NaN|Infinity|undefined|\[object/);
    }
  });

  test("the Chinese page has no English words of its own", () => {
    const text = textOf(pages[1] ?? "");
    for (const word of ["goal, up to", "Who paid", "parked", "in all", "Mutator", "The 10 longest"])
      expect(text).not.toContain(word);
  });
});

test("what the trace says is on the page", async () => {
  const text = textOf((await CASES["busy"]?.("en")) ?? "");
  for (const words of [
    "heap, up to 99.2 MiB",
    "goal, up to 95.4 MiB",
    "GC stops: 60, longest 30 µs",
    "other stops: 1, longest 8 ms",
    "All 30 cycles",
    "api/encode.go:42",
    "api/encode.go:51",
    "api/encode.go:51: 30 ms of assists",
    "read mem stats",
    "Mutator utilisation",
    "checkout",
    "api.handle",
  ])
    expect(text).toContain(words);
});

test("absence is said, and is no empty picture", async () => {
  const html = (await CASES["idle"]?.("en")) ?? "";
  const text = textOf(html);
  for (const words of [
    "no cycle in this trace",
    "no goroutine had to assist",
    "none in this trace",
    "unknown: the trace does not tell GOMAXPROCS",
    "no goal: the heap triggers no cycles",
  ])
    expect(text).toContain(words);
  expect(html).not.toContain("data-flame=");
});

test("a trace in the evidence has its section after the growth, and none without", async () => {
  const html = (await CASES["process"]?.("en")) ?? "";
  const at = (id: string): number => html.indexOf(`id="${id}"`);
  expect(at("trace")).toBeGreaterThan(at("growth"));
  expect(at("trace")).toBeLessThan(at("who"));
  expect(html).toContain('href="#trace" data-section="trace"');
  const without = await page(leak(), { flame: leakFlame() });
  expect(without).not.toMatch(/id="trace"|#trace/);
});

test("names are text", async () => {
  for (const lang of ["en", "zh"] as const) {
    const html = (await CASES["hostile"]?.(lang)) ?? "";
    expect(visible(html)).not.toMatch(/<img|<script|[\u202a-\u202e\u2066-\u2069]/);
    expect(html).toContain("&lt;img");
  }
});

test("5 000 cycles and 100 000 assists fit into 2 MB", async () => {
  const html = await tracePage(picturesOf(large()));
  expect(html).toContain("All 5\u202f000 cycles");
  expect(matches(html, /(<tr><th scope="row">)/g).length).toBe(5000);
  expect(html.length).toBeLessThan(2_000_000);
}, 60_000);
