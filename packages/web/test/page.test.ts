// The document as text: what holds without a browser.

import { beforeAll, describe, expect, test } from "vitest";
import type { Lang } from "@heapwright/core/model/message.ts";
import type { Answer } from "@heapwright/core/verdict/answer.ts";
import type { PageInput } from "../src/render/page.ts";
import {
  HOSTILE,
  damaged,
  empty,
  healthy,
  hostile,
  leak,
  leakFlame,
  single,
  singleFlame,
  two,
} from "./answers.ts";
import { clientAssets, hash, page } from "./harness.ts";

export interface Case {
  readonly name: string;
  readonly answer: Answer;
  readonly more: Partial<PageInput>;
}

const evil = hostile();
const CASES: readonly Case[] = [
  { name: "leak", answer: leak(), more: { flame: leakFlame() } },
  { name: "healthy", answer: healthy(), more: {} },
  { name: "single profile", answer: single(), more: { flame: singleFlame() } },
  { name: "damaged", answer: damaged(), more: { flame: singleFlame() } },
  { name: "nothing sampled", answer: empty(), more: {} },
  {
    name: "two processes",
    answer: two(),
    more: { byProcess: new Map([["4242", { flame: leakFlame() }]]) },
  },
  {
    name: "so far",
    answer: leak(),
    more: { isLive: true, soFar: { note: "38 s left", fraction: 0.37 } },
  },
  { name: "hostile names", answer: evil.answer, more: { flame: evil.flame } },
];

/** The page less script, style and data: what a reader may see. */
function visible(html: string): string {
  return html
    .replace(/<style>[^]*?<\/style>/g, "")
    .replace(/<script[^]*?<\/script>/g, "")
    .replace(/<title>[^]*?<\/title>/g, "");
}

function textOf(html: string): string {
  return visible(html)
    .replace(/<[^>]*>/g, " ")
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&quot;", '"')
    .replaceAll("&#39;", "'")
    .replaceAll("&amp;", "&")
    .replace(/\s+/g, " ");
}

const matches = (html: string, pattern: RegExp): string[] =>
  Array.from(html.matchAll(pattern), (m) => m[1] ?? "");

describe.each(CASES)("$name", ({ answer, more }) => {
  const pages = new Map<Lang, string>();
  beforeAll(async () => {
    for (const lang of ["en", "zh"] as const) pages.set(lang, await page(answer, more, lang));
  });
  const each = (check: (html: string, lang: Lang) => void): void => {
    for (const [lang, html] of pages) check(html, lang);
  };

  test("nothing inline but what the policy's hashes allow", async () => {
    const { css, script } = await clientAssets();
    each((html) => {
      const policy = matches(html, /Content-Security-Policy" content="([^"]*)"/g)[0] ?? "";
      expect(policy).toContain(`style-src &#39;sha256-${hash(css)}&#39;`);
      expect(policy).toContain(`script-src &#39;sha256-${hash(script)}&#39;`);
      expect(policy).toContain("default-src &#39;none&#39;");
      expect(policy).not.toContain("unsafe");
      expect(policy.includes("connect-src")).toBe(more.isLive === true);
      expect(html.match(/<script(?! type="application\/json")/g)?.length).toBe(1);
      const shown = visible(html);
      expect(shown).not.toMatch(/<[^>]+\sstyle=/);
      expect(shown).not.toMatch(/<[a-z][^>]*\son[a-z]+\s*=\s*"[^"]*"[^>]*>/);
      expect(shown).not.toMatch(/(?:src|href)="(?!#|data:,|answer\.json")/);
    });
  });

  test("every id once, every fragment and reference has its target", () => {
    each((html) => {
      const shown = visible(html);
      const ids = matches(shown, /\sid="([^"]*)"/g);
      expect(ids.filter((id, i) => ids.indexOf(id) !== i)).toEqual([]);
      const known = new Set(ids);
      const wanted = [
        ...matches(shown, /href="#([^"]*)"/g),
        ...matches(shown, /aria-(?:labelledby|describedby|controls)="([^"]*)"/g),
      ];
      expect(wanted.filter((id) => !known.has(id))).toEqual([]);
    });
  });

  test("one first heading, no level is skipped, every table has a caption and heads", () => {
    each((html) => {
      const levels = matches(html, /<h([1-6])[\s>]/g).map(Number);
      const dialog = levels.pop();
      expect(dialog).toBe(2);
      expect(levels.filter((l) => l === 1).length).toBe(1);
      levels.reduce((before, level) => {
        expect(level).toBeLessThanOrEqual(before + 1);
        return level;
      }, 0);
      for (const table of matches(html, /<main[^]*?<\/main>/g).flatMap((m) =>
        matches(m, /(<table[^]*?<\/table>)/g),
      )) {
        expect(table).toMatch(/<caption/);
        expect(table).toMatch(/<th scope="col"/);
      }
      for (const figure of matches(html, /(<svg class="(?:ch|flame)"[^>]*>)/g)) {
        expect(figure).toMatch(/aria-label="[^"]{5,}"/);
      }
    });
  });

  test("all tags close in order", () => {
    each((html) => {
      const open: string[] = [];
      const isVoid = /^(?:meta|link|input|col|br|hr|img)$/;
      const body = html
        .replace(/<(style|script)\b[^]*?<\/\1>/g, "")
        .replace(/<!doctype html>/i, "");
      for (const [, close, name = "", rest = ""] of body.matchAll(
        /<(\/?)([a-zA-Z][\w-]*)((?:[^>"]|"[^"]*")*)>/g,
      )) {
        if (close === "/") expect(open.pop()).toBe(name);
        else if (!isVoid.test(name) && !rest.endsWith("/")) open.push(name);
      }
      expect(open).toEqual([]);
    });
  });

  test("the budget: below 400 KB, the script below 64", async () => {
    const { script } = await clientAssets();
    expect(Buffer.byteLength(script)).toBeLessThan(64 * 1024);
    each((html) => expect(Buffer.byteLength(html)).toBeLessThan(400_000));
  });

  test("no word of the page is undefined, NaN or an object", () => {
    each((html) => expect(textOf(html)).not.toMatch(/\bundefined\b|\bNaN\b|\[object|\bInfinity\b/));
  });
});

/** Where each of `parts` begins in `text`; fails on one that is missing. */
function order(text: string, parts: readonly string[]): number[] {
  return parts.map((part) => {
    const at = text.indexOf(part);
    expect([part, at >= 0]).toEqual([part, true]);
    return at;
  });
}

test("the leak: sections in the fixed order, the terminal's words", async () => {
  const html = await page(leak(), { flame: leakFlame() });
  const text = textOf(html);
  const at = order(html, [
    'class="facts"',
    'id="verdict"',
    ">Now<",
    ">Fix<",
    ">Verify<",
    'id="where"',
    'id="growth"',
    'id="who"',
    'id="sites"',
    ">For<",
    ">Against<",
    ">Not it<",
    'id="missing"',
    'id="evidence"',
  ]);
  expect(at).toEqual(at.toSorted((a, b) => a - b));
  expect(text).toContain("LIKELY LEAK");
  expect(text).toContain("keeps what it makes");
  expect(text).toContain("straight over 183 GC cycles (41 min)");
  expect(text).toContain("right in ≥ 75 % of cases with this much evidence");
  // The command stands apart, the sentence does without it.
  expect(html).toMatch(
    /<code>heapwright why deploy\/checkout-api <span class="nw">--for<\/span> 5m<\/code/,
  );
  expect(text).toContain("expect no growth at session/store.go:88");
});

test("the ledger's parts sum to its total, on the page as in the answer", async () => {
  const html = await page(leak());
  const tables = matches(html, /(<table class="led">[^]*?<\/table>)/g);
  expect(tables.length).toBe(2);
  for (const table of tables) {
    const [body = ""] = table.split('class="sub"');
    const rows = matches(body, /<tr[^>]*>([^]*?)<\/tr>/g).map((row) =>
      matches(row, /<td class="n">([^]*?)<\/td>/g).map((cell) =>
        Number(cell.replace(/<[^>]*>|\s|\u202f/g, "").replace("−", "-")),
      ),
    );
    const numbers = rows.filter((r) => r.length > 0 && !Number.isNaN(r[0]));
    const total = numbers.pop();
    for (const column of [0, 1]) {
      expect(numbers.reduce((sum, r) => sum + (r[column] ?? 0), 0)).toBe(total?.[column]);
    }
  }
});

test("healthy: no verdict, what could have been seen, nothing to do", async () => {
  const text = textOf(await page(healthy()));
  expect(text).toContain("NO MEMORY FAULT SEEN");
  expect(text).toMatch(/could have seen growth ≥ /);
  expect(text).toContain("heapwright why pid:4127 --for 25m would see anything");
  expect(text).not.toMatch(/ Now | Fix | Verify /);
});

test("one profile: what is unknown is said with its reason, and never drawn as zero", async () => {
  const html = await page(single(), { flame: singleFlame() });
  const text = textOf(html);
  expect(html).toContain('class="chip dk"');
  expect(text).toContain("NOT ENOUGH EVIDENCE FOR A CAUSE");
  expect(text).toContain("process RSS unknown");
  expect(text).toContain("the rest: unknown, not zero");
  expect(text).toContain("since GC, unused spans, free, stacks, runtime unknown");
  expect(html).toContain('class="open"');
  expect(text).toContain("Next");
  expect(text).not.toContain("growth MiB");
});

test("damage stands beside the verdict and at the file, and numbers are lower bounds", async () => {
  const text = textOf(await page(damaged(), { flame: singleFlame() }));
  expect(text).toContain("▲ Damaged evidence");
  expect(text).toContain("one file could be read only in part");
  expect(text).toMatch(/≥ 301/);
  expect(text).toMatch(/≥ 388 MiB/);
});

test("two processes: both in full, the worst first, each with its own ids", async () => {
  const html = await page(two());
  const at = order(html, [
    'id="p0-process"',
    "session/store.go:88",
    'id="p1-process"',
    "cache/lru.go:51",
  ]);
  expect(at[0]).toBeLessThan(at[2] ?? 0);
  expect(html).toContain('href="#p1-process"');
  expect(textOf(html)).toContain("2 processes");
});

test("a folder of fragments: eight in full, the others by a line each, what was not read too", async () => {
  const base = two();
  const many = Array.from({ length: 30 }, (_, i) => ({
    ...(base.processes[1] ?? base.processes[0]),
    key: `k${i}`,
  }));
  const answer = {
    ...base,
    processes: [base.processes[0], ...many],
    diagnostics: [
      {
        artefact: "notes.docx",
        code: "unread.unknown",
        severity: "warning",
        count: 1,
        params: {},
      } as const,
    ],
  };
  const html = await page(answer);
  expect(html.match(/<article /g)?.length).toBe(8);
  const [further = ""] = matches(html, /(<ul class="list further">[^]*?<\/ul>)/g);
  expect(further.match(/<li>/g)?.length).toBe(23);
  expect(textOf(further)).toContain("NO MEMORY FAULT SEEN orders");
  expect(textOf(html)).toContain("notes.docx");
});

test("a capture with a row a second: kinds share a line, links still arrive, damage stands out", async () => {
  const base = leak();
  const template = base.evidence[0];
  if (template === undefined) throw new Error("the fixture has evidence");
  const of = (kind: string, n: number) =>
    Array.from({ length: n }, (_, i) => ({
      ...template,
      id: `${kind}${i}`,
      kind,
      name: `series/${i}/${kind}`,
      cycle: undefined,
    }));
  const rows = [...base.evidence, ...of("smaps", 400), ...of("proc-stat", 30), ...of("meminfo", 1)];
  const broken = {
    ...template,
    id: "smaps7",
    kind: "smaps",
    name: "series/7/smaps",
    complete: false,
  };
  const evidence = rows.map((r) => (r.id === "smaps7" ? broken : r));
  const copies = [{ ...template, name: "copy/heap-3.pb.gz" }];
  const worthKnowing = base.worthKnowing.map((statement) => ({
    ...statement,
    evidence: ["smaps3:Rss", "smaps399:Rss", "smaps7"],
  }));
  const html = await page({ ...base, evidence: [...evidence, ...copies], worthKnowing });
  const text = textOf(html);
  expect(text).toMatch(/400 × memory map/);
  expect(text).toMatch(/30 × process stat/);
  expect(text).toContain("250 more");
  expect(text).toContain("heap-3.pb.gz (+1)");
  expect(html.match(/data-evidence/g)?.length).toBeLessThan(220);
  const [table = ""] = matches(html, /(<table class="evid">[^]*?<\/table>)/g);
  expect(textOf(table)).toContain("series/7/smaps");
  expect(html).toContain('href="#e-smaps3"');
  expect(html).toMatch(/href="#kind-0"[^>]*>smaps399:Rss/);
  expect(Buffer.byteLength(html)).toBeLessThan(400_000);
});

test("the answer is embedded packed, or short, or not at all", async () => {
  const big = JSON.stringify({ x: "y".repeat(200_000) });
  const none = { packedJson: undefined, json: undefined };
  expect(await page(leak(), { ...none, json: '{ "a": 1 }' })).toContain(
    'id="answer-json">{"a":1}</script>',
  );
  for (const more of [none, { ...none, json: big }, { ...none, packedJson: "A".repeat(700_000) }]) {
    const html = await page(leak(), more);
    expect(html).not.toMatch(/id="answer-(?:json|packed)"/);
    expect(visible(html)).not.toContain("data-save-json");
  }
});

test("so far: the chip says so in words, and the bar has a width", async () => {
  const html = await page(leak(), { soFar: { note: "heap 2/3, 38 s left", fraction: 0.37 } });
  expect(textOf(html)).toContain("So far: LIKELY LEAK");
  expect(textOf(html)).toContain("heap 2/3, 38 s left");
  expect(html).toContain('<rect width="37%"');
  expect(html).toContain('data-so-far=""');
});

test("hostile names are text everywhere, in both directions", async () => {
  const html = await page(evil.answer, { flame: evil.flame });
  const shown = visible(html);
  expect(shown).not.toMatch(/<img|<script/i);
  expect(shown).not.toContain("\u202e");
  expect(shown).toContain("‹U+202E›");
  expect(html).not.toContain("\u0000");
  expect(textOf(html)).toContain(HOSTILE[0]);
  expect(textOf(html)).toContain("__proto__");
  // The long name is there, but not ten thousand times.
  expect(shown.length).toBeLessThan(300_000);
});

test("the theme asked for is set before any script runs", async () => {
  const html = await page(healthy(), { theme: "dark" });
  expect(html).toMatch(/<html lang="en" data-theme="dark">/);
  expect(html).toMatch(/id="th-d"\s+value="dark"\s+checked/);
});

test("a build that would end its own element is refused", async () => {
  await expect(page(healthy(), { css: "a{}</style>" })).rejects.toThrow("closing tag");
});
