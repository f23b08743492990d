// The page of a profile in a real browser: the accessibility tree first, then keys, URL, search, looks,
// script off, print, hostile names.

import { PICTURE_LIMITS } from "@heapwright/core/pictures/profile/picture.ts";
import type { BrowserContextOptions, Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { HOSTILE } from "./answers.ts";
import { browserPages } from "./browser-pages.ts";
import { chromiumPath } from "./chromium.ts";
import { sideways, weakContrast } from "./page-checks.ts";
import {
  BEFORE,
  heapProfile,
  hostileProfile,
  profilePageOf,
  recordedProfile,
  SHOP,
  SHOP_SOURCE,
  wideProfile,
} from "./profiles.ts";

const chromium = chromiumPath();

const PAGES: Readonly<Record<string, () => Promise<string>>> = {
  shop: () => profilePageOf(heapProfile(SHOP)),
  shopZh: () => profilePageOf(heapProfile(SHOP), { lang: "zh" }),
  diff: () => profilePageOf(heapProfile(SHOP), { base: heapProfile(BEFORE) }),
  hostile: () =>
    profilePageOf(
      hostileProfile([...HOSTILE, "\u0000\u0001nul", "שלום.עולם", "x".repeat(9000), ""]),
      {
        target: `<script>alert(1)</script>${HOSTILE[0] ?? ""}`,
        damage: [`gzip ${HOSTILE[1] ?? ""}`],
      },
    ),
  goroutines: () => profilePageOf(recordedProfile("go1.26.goroutine.pb.gz")),
  deep: () =>
    profilePageOf(
      heapProfile([
        {
          frames: Array.from({ length: 60 }, (_, i) => `main.f${i}@/src/main.go:${i + 1}`),
          size: 4096,
          allocs: 9,
          live: 9,
        },
        ...SHOP,
      ]),
    ),
  source: () => profilePageOf(heapProfile(SHOP), { source: SHOP_SOURCE, opensOnPicture: true }),
  sourceDiff: () =>
    profilePageOf(heapProfile(SHOP), {
      base: heapProfile(BEFORE),
      source: SHOP_SOURCE,
      lang: "zh",
    }),
  empty: () => profilePageOf(heapProfile([])),
  wide: () => profilePageOf(wideProfile(6000)),
  part: () =>
    profilePageOf(wideProfile(3000), { limits: { ...PICTURE_LIMITS, nodes: 20, frames: 100 } }),
};

const plain = (text: string): string => text.replaceAll("\u202f", " ").replaceAll("\u00a0", " ");

describe.skipIf(chromium === undefined)(
  "in Chromium (skipped without: CHROMIUM_PATH names it)",
  () => {
    const pages = browserPages(PAGES);
    const visit = async (url: string, options: BrowserContextOptions = {}): Promise<Page> => {
      const p = await pages.visit(url, options);
      if (options.javaScriptEnabled !== false) await p.waitForSelector("html[data-ready]");
      return p;
    };
    const show = (name: string, options?: BrowserContextOptions, hash = ""): Promise<Page> =>
      visit(pages.urlOf(name) + hash, options);
    const reading = async (p: Page): Promise<string> =>
      plain((await p.textContent("#pread")) ?? "");
    const fragment = (p: Page): Promise<string> => p.evaluate(() => location.hash);
    const focusTree = (p: Page): Promise<void> => p.focus("[role=tree]");
    /** Another colour than the background somewhere in the canvas. */
    const isPainted = (p: Page): Promise<boolean> =>
      p.evaluate(() => {
        const canvas = document.querySelector("canvas");
        const c = canvas?.getContext("2d");
        if (canvas === null || c === null || c === undefined) return false;
        const { data } = c.getImageData(0, 0, canvas.width, Math.min(80, canvas.height));
        for (let i = 0; i < data.length; i += 4) {
          if (data[i] !== data[0] || data[i + 1] !== data[1] || data[i + 2] !== data[2])
            return true;
        }
        return false;
      });

    /** Red of the last pixel, which no box covers. */
    const cornerOf = (p: Page): Promise<number> =>
      p.evaluate(() => {
        const canvas = document.querySelector("canvas");
        const c = canvas?.getContext("2d");
        if (canvas === null || c === null || c === undefined) return -1;
        return c.getImageData(canvas.width - 2, canvas.height - 2, 1, 1).data[0] ?? -1;
      });

    test("the accessibility tree says what the page shows", async () => {
      const p = await show("shop");
      const tree = plain(await p.locator("body").ariaSnapshot());
      const wanted = [
        // 880, 50, 90 and 1 samples that stand for 512 KiB and more each, 8 objects of 1 MiB.
        'heading "inuse_space 522 MiB [491, 554]" [level=1]',
        'group "View"',
        'radio "Flame" [checked]',
        'radio "Call graph"',
        'radio "inuse_space" [checked]',
        'searchbox "Find function or file"',
        'tree "Flame, 522 MiB, 10 boxes.',
        'treeitem "all · 522 MiB [491, 554] · ',
        'treeitem "http.(*conn).serve · /go/net/http/server.go:2009 · ',
        'button "itself, MiB"',
        'rowheader "main.load"',
        'heading "Labels" [level=2]',
        'rowheader "4 KiB"',
        'navigation "Sections"',
      ];
      expect(wanted.filter((line) => !tree.includes(line))).toEqual([]);
      expect(await isPainted(p)).toBe(true);
    });

    test("keyboard alone: down, along, in, out, view, type", async () => {
      const p = await show("shop");
      await focusTree(p);
      const active = (): Promise<string> =>
        p.evaluate(() => {
          const id = document.querySelector("[role=tree]")?.getAttribute("aria-activedescendant");
          return document.getElementById(id ?? "")?.getAttribute("aria-label") ?? "";
        });
      expect(await active()).toMatch(/^all · /);
      await p.keyboard.press("ArrowDown");
      expect(await active()).toMatch(/^http\.\(\*conn\)\.serve · /);
      await p.keyboard.press("ArrowRight");
      expect(await active()).toMatch(/^runtime\.main · /);
      await p.keyboard.press("ArrowLeft");
      await p.keyboard.press("ArrowDown");
      expect(await active()).toMatch(/^api\.login · /);
      await p.keyboard.press("ArrowDown");
      expect(plain(await active())).toMatch(
        /^session\.\(\*Store\)\.Add · \/src\/session\/store\.go · .* MiB \[.*\] · 930 samples · /,
      );
      await p.keyboard.press("Enter");
      expect(await fragment(p)).toMatch(/^#~z=0\.\d+$/);
      expect(await p.locator("#pout").isEnabled()).toBe(true);
      await p.keyboard.press("Backspace");
      await p.keyboard.press("Escape");
      await p.keyboard.press("Escape");
      expect(await fragment(p)).toBe("");
      await p.keyboard.press("b");
      expect(await fragment(p)).toBe("#~v=up");
      await p.keyboard.press("[");
      expect(await fragment(p)).toBe("#~v=up&t=2");
      expect(plain((await p.textContent("#answer")) ?? "")).toMatch(/^inuse_objects /);
      await p.keyboard.press("g");
      expect(await p.locator("svg.pgraph [role=button]").count()).toBeGreaterThan(5);
      await p.keyboard.press("?");
      expect(await p.locator("#keys").isVisible()).toBe(true);
    });

    test("the URL opens the page as it was, and the back button goes back", async () => {
      const p = await show("shop");
      await p.check('input[name=pv][value="up"]', { force: true });
      await p.check('input[name=pt][value="1"]', { force: true });
      await p.fill("#pfind", "store");
      await focusTree(p);
      await p.keyboard.press("ArrowDown");
      await p.keyboard.press("Enter");
      const link = await p.evaluate(() => location.href);
      const said = await reading(p);
      const hits = await p.textContent("#phits");
      expect(link).toContain("v=up");
      expect(link).toContain("q=store");
      const q = await visit(link);
      expect(await q.isChecked('input[name=pv][value="up"]')).toBe(true);
      expect(await q.isChecked('input[name=pt][value="1"]')).toBe(true);
      expect(await q.inputValue("#pfind")).toBe("store");
      expect(await q.textContent("#phits")).toBe(hits);
      expect(await reading(q)).toBe(said);
      await p.goBack();
      expect(await fragment(p)).not.toContain("z=");
      await p.goBack();
      await p.goBack();
      expect(await fragment(p)).not.toContain("v=up");
      expect(await p.isChecked('input[name=pv][value="down"]')).toBe(true);
    });

    test.each([
      "#~v=nowhere&t=99&z=7.7&s=-1&o=x",
      "#~z=0.999999",
      "#~v=sandwich&s=123456",
      "#~z=0.9-0.1",
      "#~%",
    ])("a fragment that says nothing sensible shows the whole: %s", async (hash) => {
      const p = await show("shop", {}, hash);
      expect(await isPainted(p)).toBe(true);
      expect(await reading(p)).not.toBe("");
    });

    test("search: plain text, sum of the outermost hits, table filtered", async () => {
      const p = await show("shop");
      const hits = async (text: string): Promise<string> => {
        await p.fill("#pfind", text);
        return plain((await p.textContent("#phits")) ?? "");
      };
      expect(await hits("store.go")).toMatch(/^1 box, 467 MiB \[437, 498\], 89 %$/);
      expect(await p.locator("#ptable tbody tr").count()).toBe(1);
      expect(await hits("(*Store).Add")).toMatch(/^1 box/);
      expect(await hits("(((")).toBe("nothing found");
      expect(await hits("API.LOGIN")).toMatch(/^1 box/);
      expect(await hits("")).toBe("");
      expect(await p.locator("#ptable tbody tr").count()).toBeGreaterThan(5);
      await p.keyboard.press("Escape");
      await p.keyboard.press("/");
      expect(await p.evaluate(() => document.activeElement?.id)).toBe("pfind");
    });

    test("a function's lines, and its callers and callees", async () => {
      const p = await show("shop");
      await p.click("#ptable tbody button:has-text('session.(*Store).Add')");
      const said = plain((await p.textContent("#psel")) ?? "");
      expect(said).toContain("/src/session/store.go:88");
      expect(said).toContain("/src/session/store.go:91");
      expect(said).toMatch(/itself 467 MiB \[437, 498\]/);
      await p.click("#psel button:has-text('Callers and callees')");
      expect(await fragment(p)).toMatch(/^#~v=sandwich&s=\d+$/);
      await focusTree(p);
      expect(await reading(p)).toMatch(/^session\.\(\*Store\)\.Add/);
      await p.keyboard.press("ArrowUp");
      expect(await reading(p)).toMatch(/^api\.login/);
    });

    test("the table sorts by any column, and says so", async () => {
      const p = await show("shop");
      const first = (): Promise<string | null> => p.textContent("#ptable tbody tr:first-child th");
      expect(await first()).toBe("session.(*Store).Add");
      await p.click("th[data-sort=cum] button");
      expect(await first()).toBe("http.(*conn).serve");
      await p.click("th[data-sort=samples] button");
      expect(await first()).toBe("session.(*Store).Add");
      expect(await p.getAttribute("th[data-sort=samples]", "aria-sort")).toBe("descending");
      await p.click("th[data-sort=name] button");
      expect(await first()).toBe("api.login");
      expect(await fragment(p)).toBe("#~o=name");
    });

    test("a difference: sign, texture, both sides, and no evidence where there is none", async () => {
      const p = await show("diff");
      expect(plain((await p.textContent("#answer")) ?? "")).toMatch(
        /^inuse_space \+362 MiB \[326, 398\]/,
      );
      await focusTree(p);
      const said: string[] = [];
      for (let i = 0; i < 4; i++) {
        await p.keyboard.press("ArrowDown");
        said.push(await reading(p));
      }
      expect(said.join("\n")).toMatch(/before .* now /);
      const grew = p.locator("#ptable tbody tr", { hasText: "session.(*Store).Add" });
      expect(plain((await grew.textContent()) ?? "")).toMatch(/^\+447\[/);
      const shrank = p.locator("#ptable tbody tr", { hasText: "cache.(*LRU).Put" });
      expect((await shrank.textContent()) ?? "").toMatch(/^−/);
      await p.keyboard.press("g");
      const graph = plain(await p.locator(".pgraph").ariaSnapshot());
      expect(graph).toMatch(/Add: with callees \+447/);
      expect(await p.locator(".pgraph .s7").count()).toBeGreaterThan(0);
      expect(await p.locator(".pgraph .s5").count()).toBeGreaterThan(0);
    });

    test("boxes narrower than a pixel are one run, exact, and can be spread", async () => {
      const p = await show("wide");
      await focusTree(p);
      for (let i = 0; i < 4; i++) await p.keyboard.press("ArrowDown");
      const run = await reading(p);
      expect(run).toMatch(/^[\d ]+ boxes narrower than a pixel/);
      await p.keyboard.press("Enter");
      expect(await fragment(p)).toMatch(/^#~z=(?:0|0?\.\d+)-/);
      expect(await reading(p)).toMatch(/^store\.leaf\d+ · /);
    });

    test("what the page does not carry is an other with its value and its stacks", async () => {
      const p = await show("part");
      await focusTree(p);
      const seen: string[] = [];
      for (let i = 0; i < 5; i++) {
        await p.keyboard.press("ArrowDown");
        seen.push(await reading(p));
      }
      expect(seen.join("\n")).toMatch(
        /other · .*MiB.*stacks that this page does not carry.*heapwright pprof -traces/s,
      );
      expect(plain((await p.textContent("#ptable-says")) ?? "")).toMatch(/other functions: /);
    });

    test("drag pans, the wheel zooms, a click zooms in", async () => {
      const p = await show("wide");
      const box = await p.locator("canvas").boundingBox();
      if (box === null) throw new Error("no canvas");
      await p.mouse.move(box.x + 400, box.y + 30);
      await p.keyboard.down("Control");
      for (let i = 0; i < 6; i++) await p.mouse.wheel(0, -120);
      await p.keyboard.up("Control");
      await p.waitForFunction(() => location.hash.startsWith("#~z="));
      const before = await fragment(p);
      await p.mouse.down();
      await p.mouse.move(box.x + 300, box.y + 30, { steps: 4 });
      await p.mouse.up();
      // The URL follows when the picture rests.
      await p.waitForFunction((was) => location.hash !== was, before);
      await p.click("#pout");
      expect(await fragment(p)).toBe("");
      await p.mouse.click(box.x + 40, box.y + 18 * 2 + 8);
      expect(await fragment(p)).toMatch(/^#~z=0\.\d+$/);
      await p.mouse.move(box.x + 60, box.y + 18 * 2 + 8);
      expect(plain((await p.textContent(".ptip")) ?? "")).toMatch(/api\.route\d+ · .*samples/);
    });

    test.each(Object.keys(PAGES))(
      "%s: nothing scrolls sideways, text can be read",
      async (name) => {
        for (const hash of ["", "#~v=graph"]) {
          const p = await show(name, {}, hash);
          for (const width of [320, 390, 768, 1280]) {
            await p.setViewportSize({ width, height: 800 });
            const { over, out } = await p.evaluate(sideways);
            // Pictures and tables that are wider scroll by themselves.
            expect([width, over, out.filter((e) => !e.startsWith("CANVAS"))]).toEqual([
              width,
              0,
              [],
            ]);
          }
          for (const colorScheme of ["light", "dark"] as const) {
            await p.emulateMedia({ colorScheme });
            expect([colorScheme, await p.evaluate(weakContrast)]).toEqual([colorScheme, []]);
          }
        }
      },
    );

    test("the canvas follows the theme", async () => {
      const p = await show("shop", { colorScheme: "dark" });
      // Auto is dark here; the next one is light.
      await p.keyboard.press("t");
      expect(await cornerOf(p)).toBe(255);
    });

    test("without a script: facts, the largest functions with intervals, labels", async () => {
      const p = await show("shop", { javaScriptEnabled: false });
      for (const selector of ["h1", "#facts", "#ptable", "#labels", ".noscript"])
        expect([selector, await p.locator(selector).first().isVisible()]).toEqual([selector, true]);
      for (const selector of ["#picture", "#pmore", "#pfind"])
        expect([selector, await p.locator(selector).isVisible()]).toEqual([selector, false]);
      const row = plain(
        (await p.locator("#ptable tbody tr", { hasText: "Add" }).textContent()) ?? "",
      );
      expect(row).toMatch(/467\s*\[437, 498\]\s*89 %\s*930/);
    });

    test("on paper: light, picture kept, no controls", async () => {
      const p = await show("deep", { colorScheme: "dark" });
      await p.emulateMedia({ media: "print", colorScheme: "dark" });
      expect(await p.evaluate(() => getComputedStyle(document.body).backgroundColor)).toBe(
        "rgb(255, 255, 255)",
      );
      for (const selector of ["#pfind", ".theme", "#psel"])
        expect([selector, await p.locator(selector).first().isVisible()]).toEqual([
          selector,
          false,
        ]);
      expect(await p.locator("canvas").isVisible()).toBe(true);
      const { rows, shown } = await p.evaluate(() => ({
        rows: document.querySelector(".pinner")?.getBoundingClientRect().height ?? 0,
        shown: document.querySelector("canvas")?.getBoundingClientRect().height ?? 0,
      }));
      expect(shown).toBe(rows);
      expect(await cornerOf(p)).toBe(255);
    });

    test("hostile names stay text", async () => {
      const p = await show("hostile");
      await focusTree(p);
      for (let i = 0; i < 12; i++) {
        await p.keyboard.press(i === 0 ? "ArrowDown" : i % 2 === 1 ? "ArrowRight" : "ArrowDown");
      }
      for (const button of (await p.locator("#ptable tbody button").all()).slice(0, 12))
        await button.click();
      await p.keyboard.press("g");
      await p.waitForSelector("svg.pgraph");
      expect(await p.locator("img, iframe, object, embed, [onerror], [onclick]").count()).toBe(0);
      expect(await p.locator("body script:not([type='application/json'])").count()).toBe(1);
      const text = await p.evaluate(() => document.body.textContent + document.body.innerHTML);
      expect(text).not.toMatch(/[\u202a-\u202e\u2066-\u2069\u0000-\u0008]/);
    });

    describe("source", () => {
      const pick = async (p: Page, name: string): Promise<void> => {
        await p.locator("#ptable tbody button", { hasText: name }).first().click();
      };
      const rows = async (p: Page): Promise<string[]> =>
        (await p.locator(".listing tbody tr").allTextContents()).map(plain);

      test("of the chosen function, by keys, with the numbers of its type", async () => {
        const p = await show("source");
        // The flame is what was asked for.
        expect(await p.evaluate(() => scrollY)).toBeGreaterThan(50);
        await pick(p, "Store).Add");
        expect(await p.getAttribute("#ptab-lines", "aria-selected")).toBe("true");
        await p.focus("#ptab-lines");
        await p.keyboard.press("ArrowRight");
        expect(await p.getAttribute("#ptab-source", "aria-selected")).toBe("true");
        expect(await p.evaluate(() => document.activeElement?.id)).toBe("ptab-source");
        const line = (number: number) => async (): Promise<string> =>
          (await rows(p)).find(
            (row) => row.includes(`]${number}`) || row.startsWith(`${number}`),
          ) ?? "";
        // 880 samples of 4 KiB, as in the table: 442 MiB.
        expect(await line(88)()).toMatch(/^442 \[41\d, 47\d\]442 \[41\d, 47\d\]88 {4}s\.byID/);
        expect(await line(87)()).toMatch(/^87 {4}s\.mu\.Lock\(\)/);
        expect(await p.locator(".listing .tok-keyword").first().textContent()).toBe("func");
        expect(plain((await p.textContent(".listing th")) ?? "")).toBe("flat, MiB");
        // Another type, the same lines: 900 samples ever allocated.
        await p.keyboard.press("[");
        await p.keyboard.press("[");
        expect(await line(88)()).toMatch(/^452 \[42\d, 48\d\]/);
        // The next function opens its source too; one without says why there is none.
        await pick(p, "api.login");
        expect((await rows(p)).join("\n")).toMatch(/\]31 {4}store\.Add/);
        await pick(p, "main.load");
        expect(await p.textContent(".psource")).toContain("does not carry its source");
        await p.keyboard.press("l");
        expect(await p.getAttribute("#ptab-lines", "aria-selected")).toBe("true");
      });

      test("is text, whatever stands in it", async () => {
        const p = await show("source");
        await pick(p, "Store).Add");
        await p.keyboard.press("l");
        expect(await p.locator("img, .listing b:not(caption b), [onerror]").count()).toBe(0);
        const text = await p.evaluate(() => document.querySelector(".listing")?.textContent ?? "");
        expect(text).toContain("</td>");
        expect(text).not.toMatch(/[\u202a-\u202e\u2066-\u2069]/);
      });

      test.each([
        ["light", { colorScheme: "light" }],
        ["dark", { colorScheme: "dark" }],
        ["390 px", { viewport: { width: 390, height: 844 } }],
      ] as const)("%s", async (_, options) => {
        for (const name of ["source", "sourceDiff"]) {
          const p = await show(name, options);
          await pick(p, "Store).Add");
          await p.keyboard.press("l");
          expect(await p.locator(".listing tbody tr").count()).toBeGreaterThan(3);
          expect(await p.evaluate(sideways)).toMatchObject({ over: 0 });
          expect(await p.evaluate(weakContrast)).toEqual([]);
        }
      });

      test("a page without it has no tabs", async () => {
        const p = await show("shop");
        await pick(p, "Store).Add");
        expect(await p.locator("[role=tab]").count()).toBe(0);
        await p.keyboard.press("l");
        expect(await p.locator(".plines li").count()).toBeGreaterThan(0);
      });
    });

    test("nothing sampled is said, not drawn", async () => {
      const p = await show("empty");
      expect(await p.textContent("#psays")).toBe("Nothing was sampled for this type.");
      await p.keyboard.press("g");
      expect(await p.textContent("#psays")).toBe("Nothing was sampled for this type.");
      expect(await p.locator("#ptable tbody tr").count()).toBe(0);
    });

    test("data that cannot be unpacked says so", async () => {
      const html = await profilePageOf(heapProfile(SHOP));
      const torn = html.replace(/"packed":"[^"]{40}/, '"packed":"AAAA');
      const p = await pages.visit(pages.write("torn", torn));
      await p.waitForFunction(() =>
        document.querySelector("#pwait")?.textContent?.includes("could not"),
      );
      expect(pages.takeComplaints()).toEqual([expect.stringMatching(/^error: /)]);
    });
  },
);
