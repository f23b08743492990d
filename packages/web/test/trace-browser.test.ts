// The page of a trace in a real browser: the accessibility tree first, then looks, keys, script off, print.

import { describe, expect, test } from "vitest";
import { HOSTILE, leak, leakFlame } from "./answers.ts";
import { browserPages } from "./browser-pages.ts";
import { chromiumPath } from "./chromium.ts";
import { page as build } from "./harness.ts";
import { labelTrouble, sideways, weakContrast } from "./page-checks.ts";
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

const chromium = chromiumPath();

const PAGES: Readonly<Record<string, () => Promise<string>>> = {
  busy: () => tracePage(picturesOf(busy(), "en", ordered)),
  busyZh: () => tracePage(picturesOf(busy(), "zh", ordered), "zh"),
  idle: () => tracePage(picturesOf(idle)),
  hostile: () =>
    tracePage(
      picturesOf(hostileTrace(), "en", (n) => ordered(n, HOSTILE[0]), HOSTILE[1]),
      "en",
      { damage: [`byte 7: ${HOSTILE[2] ?? ""}`], target: HOSTILE[0] ?? "" },
    ),
  flame: () => flamePage(picturesOf(busy())),
  process: () => build(leak(), { flame: leakFlame(), trace: picturesOf(busy()) }),
};

describe.skipIf(chromium === undefined)(
  "in Chromium (skipped without: CHROMIUM_PATH names it)",
  () => {
    const { visit, show, write } = browserPages(PAGES);

    test("the accessibility tree says what the page shows", async () => {
      const p = await show("busy");
      const tree = (await p.locator("body").ariaSnapshot())
        .replaceAll("\u202f", " ")
        .replaceAll("\u00a0", " ");
      const wanted = [
        'heading "GC takes',
        'heading "Heap and goal" [level=2]',
        'img "Heap and goal over 3 s: heap, up to 99.2 MiB; goal, up to 95.4 MiB.',
        'table "The 10 longest"',
        'columnheader "triggered by"',
        'tree "Flame graph of assist time',
        'treeitem "api.handle › api.encode',
        'table "Who paid, by line"',
        'rowheader "api/encode.go:51',
        'table "Stops by cause"',
        'img "Mutator utilisation over the length of the window:',
        'table "Goroutines"',
        'table "Tasks"',
        'navigation "Sections"',
      ];
      expect(wanted.filter((line) => !tree.includes(line))).toEqual([]);
      const inProcess = await show("process");
      const all = await inProcess.locator("#trace").ariaSnapshot();
      expect(all).toContain('heading "Execution trace" [level=2]');
      expect(all).toContain('heading "Assists" [level=3]');
    });

    test.each(Object.keys(PAGES))(
      "%s: nothing scrolls sideways, no label touches another",
      async (name) => {
        const p = await show(name);
        for (const width of [320, 390, 620, 768, 1024, 1280]) {
          await p.setViewportSize({ width, height: 800 });
          expect([width, await p.evaluate(sideways)]).toEqual([width, { over: 0, out: [] }]);
          expect([width, await p.evaluate(labelTrouble)]).toEqual([width, []]);
        }
      },
    );

    test.each(Object.keys(PAGES))("%s: text can be read, in light and dark", async (name) => {
      const p = await show(name);
      for (const colorScheme of ["light", "dark"] as const) {
        await p.emulateMedia({ colorScheme });
        expect([colorScheme, await p.evaluate(weakContrast)]).toEqual([colorScheme, []]);
      }
    });

    test("a stop far shorter than a pixel is still drawn, at every width", async () => {
      const p = await show("busy");
      for (const width of [390, 1280]) {
        await p.setViewportSize({ width, height: 900 });
        const stops = await p.evaluate(() => {
          const path = document.querySelector(".stop");
          if (!(path instanceof SVGPathElement)) return undefined;
          const style = getComputedStyle(path);
          return {
            marks: path.getAttribute("d")?.match(/M/g)?.length ?? 0,
            width: Number.parseFloat(style.strokeWidth),
            effect: style.vectorEffect,
          };
        });
        // 60 stops of 20 and 30 µs in a trace of 3 s: 1/100 of a column each.
        expect(stops?.marks).toBeGreaterThanOrEqual(60);
        expect(stops?.width).toBeGreaterThanOrEqual(1);
        expect(stops?.effect).toBe("non-scaling-stroke");
      }
    });

    test("keyboard alone: sections, then the flame", async () => {
      const p = await show("busy");
      await p.keyboard.press("3");
      expect(await p.evaluate(() => document.activeElement?.id)).toBe("assists");
      await p.locator("#assist-flame [tabindex='0']").focus();
      const focused = (): Promise<string> =>
        p.evaluate(() => document.activeElement?.getAttribute("aria-label") ?? "");
      expect(await focused()).toMatch(/^all · .*ms · .* on a core · 60 assists · 100 %$/);
      await p.keyboard.press("ArrowDown");
      expect(await focused()).toContain("api.handle");
      await p.keyboard.press("ArrowDown");
      await p.keyboard.press("Enter");
      expect(await p.evaluate(() => location.hash)).toMatch(/^#~z=/);
      await p.keyboard.press("]");
      expect(await p.locator("#assist-flame .cpu").count()).toBe(0);
      await p.keyboard.press("[");
      expect(await p.locator("#assist-flame .cpu").count()).toBeGreaterThan(0);
    });

    test("two flames on one page: keys and the URL are of the one in use", async () => {
      const p = await show("process");
      await p.locator("#assist-flame > svg").nth(1).click();
      expect(await p.evaluate(() => location.hash)).toMatch(/&f=assist-flame$|^#~f=/);
      const link = await p.evaluate(() => location.href);
      await p.locator("#assist-flame [tabindex='0']").focus();
      await p.keyboard.press("Backspace");
      expect(await p.evaluate(() => location.hash)).toBe("");
      const q = await visit(link);
      expect(await q.locator("[data-flame='assist-flame'] [data-out]").isVisible()).toBe(true);
      expect(await q.locator("[data-flame='flame'] [data-out]").isVisible()).toBe(false);
    });

    test("without a script everything that is shown can be read, and the cycles open", async () => {
      const p = await show("busy", { javaScriptEnabled: false });
      for (const selector of ["h1", ".tl", ".cyc", "svg.flame", "#mmu svg.ch", "#goroutines table"])
        expect([selector, await p.locator(selector).first().isVisible()]).toEqual([selector, true]);
      expect(await p.locator("svg.flame text:visible").count()).toBeGreaterThan(3);
      expect(await p.locator("[data-find]").isVisible()).toBe(false);
      expect(await p.locator(".cyc-all tbody tr:visible").count()).toBe(0);
      await p.locator("#all-cycles summary").click();
      expect(await p.locator(".cyc-all tbody tr:visible").count()).toBe(30);
    });

    test("on paper: light, no controls, A4", async () => {
      const p = await show("busy", { colorScheme: "dark" });
      await p.emulateMedia({ media: "print", colorScheme: "dark" });
      expect(await p.evaluate(() => getComputedStyle(document.body).backgroundColor)).toBe(
        "rgb(255, 255, 255)",
      );
      for (const selector of [".bar nav", ".theme", ".cp", "[data-find]"])
        expect([selector, await p.locator(selector).first().isVisible()]).toEqual([
          selector,
          false,
        ]);
      const sheets = (await p.pdf({ preferCSSPageSize: true }))
        .toString("latin1")
        .match(/\/Type\s*\/Page\b/g);
      expect(sheets?.length ?? 0).toBeGreaterThan(1);
      expect(sheets?.length ?? 0).toBeLessThan(10);
    });

    test.each([true, false])(
      "on paper the folded cycles are printed (script: %s), and stay folded on the screen",
      async (javaScriptEnabled) => {
        const p = await show("busy", { javaScriptEnabled });
        const row = p.locator(".cyc-all tbody tr").last();
        expect(await row.isVisible()).toBe(false);
        await p.emulateMedia({ media: "print" });
        expect(await row.isVisible()).toBe(true);
        expect((await row.boundingBox())?.height ?? 0).toBeGreaterThan(5);
        await p.emulateMedia({ media: "screen" });
        expect(await row.isVisible()).toBe(false);
      },
    );

    test.each([true, false])(
      "the worst window of a length is a link into the timeline (script: %s)",
      async (javaScriptEnabled) => {
        const p = await show("busy", { javaScriptEnabled });
        const links = p.locator("#mmu td a");
        expect(await links.count()).toBeGreaterThan(5);
        const shown = (): Promise<number> =>
          p
            .locator(".worst rect")
            .evaluateAll(
              (rects) => rects.filter((r) => getComputedStyle(r).visibility === "visible").length,
            );
        for (let i = 0; i < (await links.count()); i++) {
          const says = (await links.nth(i).textContent()) ?? "";
          await links.nth(i).click();
          if (javaScriptEnabled) expect(await shown()).toBe(1);
          const mark = p.locator(".worst:target");
          const box = await mark.locator("rect").boundingBox();
          const chart = await p.locator("svg.tl").boundingBox();
          if (box === null || chart === null) throw new Error("the window is not drawn");
          // In sight, no wider than its window, and where the table says.
          expect(box.y + box.height).toBeGreaterThan(0);
          expect(box.y).toBeLessThan(900);
          expect(box.width).toBeGreaterThanOrEqual(1);
          const at = ((box.x - chart.x) / chart.width) * 3;
          expect(Math.abs(at - Number.parseFloat(says))).toBeLessThan(0.02);
          expect(await mark.locator("title").textContent()).toContain(says);
        }
      },
    );

    test("hostile names stay text, drawn by the script too", async () => {
      const p = await show("hostile");
      for (const box of await p.locator("#assist-flame > svg:not(.out)").all()) await box.hover();
      expect(await p.locator("img, iframe, object, embed, [onerror]").count()).toBe(0);
      const text = await p.evaluate(() => document.body.textContent + document.body.innerHTML);
      expect(text).not.toMatch(/[\u202a-\u202e\u2066-\u2069\u0000-\u0008]/);
    });

    test("5 000 cycles open", async () => {
      const p = await visit(write("large", await tracePage(picturesOf(large()))));
      await p.locator("#all-cycles summary").click();
      expect(await p.locator(".cyc-all tbody tr").count()).toBe(5000);
      expect(await p.evaluate(sideways)).toEqual({ over: 0, out: [] });
      expect(await p.evaluate(labelTrouble)).toEqual([]);
    }, 60_000);
  },
);
