// The page in a real browser: looks, keys, script on and off, print, policy, live updates.

import { textWidth } from "@heapwright/core/pictures/text-width.ts";
import type { Page } from "playwright-core";
import { afterEach, describe, expect, test } from "vitest";
import {
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
import { browserPages } from "./browser-pages.ts";
import { chromiumPath } from "./chromium.ts";
import { page as build } from "./harness.ts";
import { labelTrouble, sideways, weakContrast } from "./page-checks.ts";
import { type LiveServer, startLiveServer } from "./live-server.ts";

const chromium = chromiumPath();
const evil = hostile();
const byProcess = new Map([["4242", { flame: leakFlame() }]]);

const PAGES: Readonly<Record<string, () => Promise<string>>> = {
  leak: () => build(leak(), { flame: leakFlame() }),
  leakZh: () => build(leak(), { flame: leakFlame() }, "zh"),
  healthy: () => build(healthy()),
  single: () => build(single(), { flame: singleFlame() }),
  damaged: () => build(damaged(), { flame: singleFlame() }),
  empty: () => build(empty()),
  two: () => build(two(), { byProcess }),
  hostile: () => build(evil.answer, { flame: evil.flame }),
  soFar: () => build(leak(), { soFar: { note: "heap 2/3, 38 s left", fraction: 0.37 } }),
};

describe.skipIf(chromium === undefined)(
  "in Chromium (skipped without: CHROMIUM_PATH names it)",
  () => {
    const servers: LiveServer[] = [];
    // Hooks run from the last to the first: pages are closed before what serves them.
    afterEach(async () => {
      for (const server of servers.splice(0)) await server.close();
    });
    const pages = browserPages(PAGES);
    const { visit, show } = pages;

    const hashOf = (p: Page): Promise<string> => p.evaluate(() => location.hash);

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

    test("the checks above see what they look for", async () => {
      const p = await show("leak");
      await p.evaluate(() => {
        const text = document.createElement("p");
        text.textContent = "pale words that go on and on";
        text.className = "pale";
        document.querySelector("main")?.append(text);
        for (const sheet of document.styleSheets) {
          sheet.insertRule(".pale { color: #ccc; width: 3000px }", sheet.cssRules.length);
        }
        const label = [...document.querySelectorAll("svg.ch text")].find(
          (t) => t.getClientRects().length > 0,
        );
        label?.parentElement?.append(label.cloneNode(true));
      });
      expect((await p.evaluate(weakContrast)).join()).toContain("pale words");
      expect((await p.evaluate(sideways)).out.join()).toContain("P.pale");
      expect((await p.evaluate(labelTrouble)).join()).toMatch(/process RSS .* touches process RSS/);
    });

    test("widths of labels are upper bounds on this machine's fonts", async () => {
      const p = await show("leak");
      const texts = await p.evaluate(() =>
        [...document.querySelectorAll("svg.ch text, svg.flame text")]
          .filter((t) => t.getClientRects().length > 0 && t instanceof SVGTextElement)
          .map((t) => {
            const style = getComputedStyle(t);
            return {
              text: t.textContent,
              width: t instanceof SVGTextElement ? t.getComputedTextLength() : 0,
              px: Number.parseFloat(style.fontSize),
              bold: Number(style.fontWeight) >= 600,
            };
          }),
      );
      expect(texts.length).toBeGreaterThan(40);
      const tooWide = texts.filter((t) => t.width > textWidth(t.text, t.px, t.bold) * 1.01);
      expect(tooWide).toEqual([]);
    });

    test("the accessibility tree says what the page shows", async () => {
      const p = await show("leak");
      const tree = await p.locator("body").ariaSnapshot();
      const wanted = [
        'heading "session/store.go:88 session.(*Store).Add keeps what it makes" [level=1]',
        'heading "Where it is" [level=2]',
        'img "process RSS 1 389 MiB: live 642, since GC 402',
        'table "process RSS 03:17:04 UTC"',
        'img "How it grows. live after each GC:',
        'tree "Flame graph of live bytes, 638 MiB',
        'treeitem "http.(*conn).serve',
        'table "Sites by live memory, in MiB with 95 % interval"',
        'rowheader "session.(*Store).Add"',
        'heading "Against" [level=2]',
        'table "Evidence"',
        'navigation "Sections"',
        'group "Colour theme"',
      ];
      const flat = tree.replaceAll("\u202f", " ").replaceAll("\u00a0", " ");
      for (const line of wanted) expect(flat).toContain(line);
    });

    test("no motion for those who asked for none", async () => {
      const p = await show("leak");
      expect(
        await p.evaluate(() => getComputedStyle(document.documentElement).scrollBehavior),
      ).toBe("auto");
      const q = await show("leak", { reducedMotion: "no-preference" });
      expect(
        await q.evaluate(() => getComputedStyle(document.documentElement).scrollBehavior),
      ).toBe("smooth");
    });

    describe("keyboard alone", () => {
      const focused = (p: Page): Promise<string> =>
        p.evaluate(() => {
          const e = document.activeElement;
          return e?.getAttribute("aria-label") ?? e?.textContent?.trim().slice(0, 60) ?? "";
        });

      test("the first stop leads past the bar", async () => {
        const p = await show("leak");
        await p.keyboard.press("Tab");
        expect(await focused(p)).toBe("Skip to the verdict");
        await p.keyboard.press("Enter");
        expect(await hashOf(p)).toBe("#verdict");
      });

      test("every stop can be seen, and the flame is one of them", async () => {
        const p = await show("leak");
        const stops: string[] = [];
        let flame = 0;
        for (let i = 0; i < 200; i++) {
          await p.keyboard.press("Tab");
          const stop = await p.evaluate(() => {
            const e = document.activeElement;
            if (e === null || e === document.body) return undefined;
            const box = e.getBoundingClientRect();
            return {
              tag: e.tagName,
              isFlame: e.closest(".flame") !== null,
              isSeen: box.width > 0 && box.height > 0 && box.top >= -1 && box.top < innerHeight,
            };
          });
          if (stop === undefined) break;
          stops.push(stop.tag);
          if (stop.isFlame) flame++;
          expect(stop.isSeen).toBe(true);
        }
        expect(flame).toBe(1);
        expect(stops.length).toBeGreaterThan(25);
        expect(stops.length).toBeLessThan(120);
      });

      test("arrows move in the flame, Enter zooms, Backspace goes back, x leaves out", async () => {
        const p = await show("leak");
        const read = p.locator("[data-read]");
        await p.locator("#flame [tabindex='0']").focus();
        expect(await focused(p)).toMatch(/^all · 638\sMiB/);
        await p.keyboard.press("ArrowDown");
        expect(await focused(p)).toContain("http.(*conn).serve");
        await p.keyboard.press("ArrowDown");
        await p.keyboard.press("ArrowDown");
        expect(await read.textContent()).toContain("handleLogin");
        await p.keyboard.press("ArrowRight");
        expect(await read.textContent()).toContain("handleRefresh");
        await p.keyboard.press("ArrowLeft");
        await p.keyboard.press("Enter");
        const width = (): Promise<number> =>
          p.evaluate(
            () => (document.activeElement?.getBoundingClientRect().width ?? 0) / innerWidth,
          );
        expect(await focused(p)).toContain("handleLogin");
        expect(await width()).toBeGreaterThan(0.7);
        expect(await hashOf(p)).toMatch(/^#~z=/);
        await p.keyboard.press("Backspace");
        await p.keyboard.press("Backspace");
        await p.keyboard.press("Backspace");
        expect(await width()).toBeGreaterThan(0.7);
        expect(await hashOf(p)).toBe("");
        for (const key of [
          "ArrowDown",
          "ArrowDown",
          "ArrowDown",
          "ArrowDown",
          "ArrowDown",
          "ArrowDown",
        ]) {
          await p.keyboard.press(key);
        }
        expect(await focused(p)).toContain("store.go:88");
        await p.keyboard.press("x");
        await p.keyboard.press("Home");
        // 638 − 402, with the interval that is left.
        expect(await focused(p)).toMatch(/^all · 236\sMiB \[2/);
        expect(await p.locator("[data-back]").isVisible()).toBe(true);
        await p.keyboard.press("x");
        expect(await focused(p)).toMatch(/^all · 638\sMiB/);
      });

      test("find, sample types, folding", async () => {
        const p = await show("leak");
        await p.keyboard.press("/");
        await p.keyboard.type("store.go:88");
        expect(await p.locator("[data-hits]").textContent()).toMatch(/^\d boxes, 531\sMiB$/);
        expect(await p.locator("#flame .off").count()).toBeGreaterThan(5);
        // Keys are the field's own while one types.
        await p.keyboard.type("t");
        expect(await p.locator("#th-a").isChecked()).toBe(true);
        await p.keyboard.press("Escape");
        await p.keyboard.press("]");
        expect(await p.locator("input[value='1']").first().isChecked()).toBe(true);
        await p.keyboard.press("[");
        const before = await p.locator("#flame > svg").count();
        await p.keyboard.press("u");
        expect(await p.locator("#flame > svg").count()).toBeGreaterThan(before + 5);
      });

      test("sections, rows, evidence, theme, help", async () => {
        const p = await show("leak");
        await p.keyboard.press("3");
        expect(await p.evaluate(() => document.activeElement?.id)).toBe("who");
        await p.keyboard.press("j");
        const details = (n: number): Promise<boolean> =>
          p.evaluate(
            (i) => document.querySelectorAll<HTMLDetailsElement>(".site details")[i]?.open ?? false,
            n,
          );
        expect(await details(0)).toBe(true);
        await p.keyboard.press("o");
        expect(await details(0)).toBe(false);
        await p.keyboard.press("j");
        await p.keyboard.press("Enter");
        expect(await details(1)).toBe(true);
        await p.keyboard.press("k");
        await p.keyboard.press("e");
        expect(await p.evaluate(() => document.activeElement?.id)).toBe("e-9f31c2aa");
        expect(await hashOf(p)).toBe("#e-9f31c2aa");
        await p.keyboard.press("t");
        await p.keyboard.press("t");
        expect(await p.locator("#th-d").isChecked()).toBe(true);
        expect(await p.evaluate(() => getComputedStyle(document.body).backgroundColor)).toBe(
          "rgb(18, 20, 24)",
        );
        await p.keyboard.press("?");
        expect(await p.locator("#keys").isVisible()).toBe(true);
        await p.keyboard.press("Escape");
        expect(await p.locator("#keys").isVisible()).toBe(false);
      });

      test("single keys can be turned off, and stay off", async () => {
        const p = await show("leak");
        await p.keyboard.press("?");
        await p.locator("#keys-on").uncheck();
        await p.keyboard.press("Escape");
        await p.keyboard.press("t");
        expect(await p.locator("#th-a").isChecked()).toBe(true);
        await p.reload();
        await p.keyboard.press("t");
        expect(await p.locator("#th-a").isChecked()).toBe(true);
      });
    });

    test("the mouse: point, zoom, put back; a link with the state opens the same view", async () => {
      const p = await show("leak");
      const box = p
        .locator("#flame > svg", { hasText: "handleRefresh" })
        .or(p.locator("#flame > svg", { hasText: "(*Store).Add" }))
        .first();
      await box.hover();
      expect(await p.locator("[data-read]").textContent()).toMatch(/samples/);
      await p.locator("#flame > svg", { hasText: "handleLogin" }).first().click();
      await p.locator("[data-find]").fill("newToken");
      const state = await hashOf(p);
      expect(state).toMatch(/^#~z=\w+&q=newToken$/);
      const labels = (q: Page): Promise<string[]> => q.locator("#flame text").allTextContents();
      const here = await labels(p);
      const there = await visit(`${pages.urlOf("leak")}${state}`);
      expect(await labels(there)).toEqual(here);
      expect(await there.locator("[data-find]").inputValue()).toBe("newToken");
      await there.locator("[data-out]").click();
      expect((await labels(there)).length).toBeGreaterThan(here.length);
    });

    test("a very long state in the URL does no harm", async () => {
      const evilState = `#~z=__proto__&x=constructor.${"a.".repeat(2000)}&t=99&q=${"%3Cimg%3E".repeat(200)}&p=p7-`;
      const p = await visit(`${pages.urlOf("leak")}${evilState}`);
      expect(await p.locator("#flame > svg").count()).toBeGreaterThan(20);
      expect(await p.locator("img").count()).toBe(0);
    });

    test("copy: a command, the answer; where the clipboard is refused the text is selected", async () => {
      const server = await serve(await build(leak(), { isLive: true }));
      const p = await visit(server.url, { permissions: ["clipboard-read", "clipboard-write"] });
      const clipboard = (): Promise<string> => p.evaluate(() => navigator.clipboard.readText());
      await p.locator(".sh button").first().click();
      await p.locator(".sh button", { hasText: "Copied" }).waitFor();
      expect(await clipboard()).toBe("heapwright why deploy/checkout-api --for 5m");
      await p.keyboard.press("c");
      await p.locator(".cp", { hasText: "Copied" }).waitFor();
      expect(await clipboard()).toBe("LIKELY LEAK\n  as in the terminal\n");
      const q = await visit(server.url, { permissions: [] });
      await q.evaluate(() => {
        Object.defineProperty(navigator, "clipboard", {
          value: { writeText: () => Promise.reject(new Error("no")) },
        });
      });
      await q.locator(".sh button").first().click();
      await expect
        .poll(() => q.evaluate(() => getSelection()?.toString()))
        .toBe("heapwright why deploy/checkout-api --for 5m");
    });

    test("the answer can be saved from the file itself", async () => {
      const p = await show("leak");
      const [download] = await Promise.all([
        p.waitForEvent("download"),
        p.locator("[data-save-json]").click(),
      ]);
      expect(download.suggestedFilename()).toBe("heapwright.json");
      const stream = await download.createReadStream();
      let text = "";
      for await (const chunk of stream) text += String(chunk);
      expect(JSON.parse(text)).toEqual({
        schema: "heapwright.why/1",
        target: "deploy/checkout-api",
      });
    });

    test("two processes: one shown, links lead into the other", async () => {
      const p = await show("two");
      const shown = (): Promise<string[]> =>
        p.evaluate(() =>
          [...document.querySelectorAll("article.proc")]
            .filter((a) => a.getClientRects().length > 0)
            .map((a) => a.id),
        );
      expect(await shown()).toEqual(["p0-process"]);
      await p.locator("[data-process='p1-']").click();
      expect(await shown()).toEqual(["p1-process"]);
      await p.keyboard.press("1");
      expect(await p.evaluate(() => document.activeElement?.id)).toBe("p1-where");
      await p.evaluate(() => {
        location.hash = "#p0-e-9f31c2aa";
      });
      await expect.poll(shown).toEqual(["p0-process"]);
      await p.locator("[data-process='']").click();
      expect(await shown()).toEqual(["p0-process", "p1-process"]);
      const printed = await show("two");
      await printed.emulateMedia({ media: "print" });
      expect(await printed.locator("article.proc:visible").count()).toBe(2);
    });

    describe("without a script", () => {
      const off = { javaScriptEnabled: false };

      test("verdict, ledger, chart, flame and tables are there; what needs a script is not", async () => {
        const p = await show("leak", off);
        for (const selector of [
          "h1",
          ".led",
          "#growth svg.ch",
          "svg.flame",
          ".sites",
          ".evid",
          ".miss",
        ]) {
          expect([selector, await p.locator(selector).first().isVisible()]).toEqual([
            selector,
            true,
          ]);
        }
        expect(await p.locator("svg.flame text:visible").count()).toBeGreaterThan(15);
        for (const selector of [
          ".sh button",
          ".cp",
          "[data-find]",
          "[data-save-json]",
          "[data-keys]",
          "[data-read]",
        ]) {
          expect([selector, await p.locator(selector).first().isVisible()]).toEqual([
            selector,
            false,
          ]);
        }
      });

      test("rows open, the theme changes, all processes are listed", async () => {
        const p = await show("leak", off);
        const second = p.locator(".site details").nth(1);
        expect(await second.getAttribute("open")).toBeNull();
        await second.locator("summary").click();
        expect(await second.getAttribute("open")).not.toBeNull();
        await p.locator("label:has(#th-d)").click();
        expect(await p.evaluate(() => getComputedStyle(document.body).backgroundColor)).toBe(
          "rgb(18, 20, 24)",
        );
        const q = await show("two", off);
        expect(await q.locator("article.proc:visible").count()).toBe(2);
      });
    });

    test("on paper: light, no controls, pictures keep their colours, A4", async () => {
      const p = await show("leak", { colorScheme: "dark" });
      await p.emulateMedia({ media: "print", colorScheme: "dark" });
      expect(await p.evaluate(() => getComputedStyle(document.body).backgroundColor)).toBe(
        "rgb(255, 255, 255)",
      );
      for (const selector of [".bar nav", ".theme", ".cp", ".sh button", "[data-find]"]) {
        expect([selector, await p.locator(selector).first().isVisible()]).toEqual([
          selector,
          false,
        ]);
      }
      const adjust = await p.evaluate(() => {
        const bar = document.querySelector(".p-live");
        return bar === null ? "" : getComputedStyle(bar).getPropertyValue("print-color-adjust");
      });
      expect(adjust).toBe("exact");
      const pdf = await p.pdf({ preferCSSPageSize: true });
      const sheets = pdf.toString("latin1").match(/\/Type\s*\/Page\b/g)?.length ?? 0;
      expect(sheets).toBeGreaterThan(1);
      expect(sheets).toBeLessThan(9);
      expect(pdf.toString("latin1")).toMatch(/MediaBox\s*\[0 0 59[45]\.\d+ 84[12]\.\d+/);
    });

    describe("hostile names", () => {
      test("nothing runs, nothing loads, nothing is markup", async () => {
        const requests: string[] = [];
        const p = await show("hostile");
        p.on("request", (r) => requests.push(r.url()));
        await p.reload();
        await p.keyboard.press("/");
        await p.keyboard.type("<img");
        for (const box of await p.locator("#flame > svg").all()) await box.hover();
        await p.keyboard.press("Escape");
        await p.keyboard.press("j");
        await p.keyboard.press("o");
        expect(
          await p.locator("img, iframe, object, embed, [onerror], [onmouseover]").count(),
        ).toBe(0);
        expect(await p.locator("script:not([type])").count()).toBe(1);
        // Nor is there anything that hides or reorders text, drawn by the script or before it.
        const text = await p.evaluate(() => document.body.textContent + document.body.innerHTML);
        expect(text).not.toMatch(/[\u202a-\u202e\u2066-\u2069\u0000-\u0008]/);
        expect(text).toContain("‹U+202E›");
        expect(requests.filter((u) => !u.startsWith("file:") && !u.startsWith("data:"))).toEqual(
          [],
        );
      });

      test("the policy stops a script that got in all the same", async () => {
        const p = await show("hostile");
        await p.evaluate(() => {
          const script = document.createElement("script");
          script.textContent = "globalThis.ran = true";
          document.body.append(script);
        });
        expect(await p.evaluate(() => "ran" in globalThis)).toBe(false);
        expect(pages.takeComplaints().join()).toContain("Content Security Policy");
      });
    });

    async function serve(html: string | (() => string)): Promise<LiveServer> {
      const server = await startLiveServer(() => (typeof html === "string" ? html : html()));
      servers.push(server);
      return server;
    }

    describe("live", () => {
      async function live(): Promise<{ p: Page; server: LiveServer; set: (html: string) => void }> {
        let html = await build(leak(), {
          flame: leakFlame(),
          isLive: true,
          soFar: { note: "cycle 41, 38 s left", fraction: 0.37 },
        });
        const server = await serve(() => html);
        const p = await visit(server.url);
        return {
          p,
          server,
          set: (next) => {
            html = next;
            server.update();
          },
        };
      }

      test("so far gives way to the verdict, in place, and says so once", async () => {
        const { p, set } = await live();
        expect(await p.locator(".chip").first().textContent()).toBe("So far: LIKELY LEAK");
        await p.evaluate(() =>
          document.querySelector("#evidence")?.setAttribute("data-mark", "kept"),
        );
        set(await build(leak(), { flame: leakFlame(), isLive: true }));
        await p.locator(".verdict .chip", { hasText: /^LIKELY LEAK$/ }).waitFor();
        expect(await p.locator("#main[data-so-far]").count()).toBe(0);
        // What did not change is the same element still.
        expect(await p.locator("#evidence[data-mark=kept]").count()).toBe(1);
        expect(await p.locator("#announce").textContent()).toBe("LIKELY LEAK");
      });

      test("the reader is not moved: scroll, open rows, focus, zoom and query stay", async () => {
        const { p, set } = await live();
        await p.locator("#flame > svg", { hasText: "handleLogin" }).first().click();
        await p.locator("[data-find]").fill("store");
        await p.locator(".site details").nth(2).locator("summary").click();
        await p.locator(".site details").nth(2).locator("summary").focus();
        await p.evaluate(() => document.querySelector("#sites")?.scrollIntoView());
        const place = (): Promise<number> =>
          p.evaluate(() =>
            Math.round(document.querySelector("#sites")?.getBoundingClientRect().top ?? 0),
          );
        const before = await place();
        // Above the reader a section disappears and another grows; the sites change too.
        const base = leak();
        const changed = {
          ...base,
          ledgers: base.ledgers.slice(0, 1),
          sites: base.sites === undefined ? undefined : { ...base.sites, seconds: 700 },
        };
        set(await build(changed, { flame: leakFlame(), isLive: true }));
        await p.locator("#sites", { hasText: "12 min" }).waitFor();
        expect(await p.locator(".led").count()).toBe(1);
        expect(Math.abs((await place()) - before)).toBeLessThanOrEqual(1);
        expect(await p.locator(".site details").nth(2).getAttribute("open")).not.toBeNull();
        expect(
          await p.evaluate(
            () =>
              document.activeElement?.closest("details") ===
              document.querySelectorAll(".site details")[2],
          ),
        ).toBe(true);
        expect(await p.locator("[data-find]").inputValue()).toBe("store");
        expect(await p.locator("[data-out]").isVisible()).toBe(true);
      });

      test("an update with nothing new changes nothing", async () => {
        const { p, server } = await live();
        await p.evaluate(() => {
          for (const e of document.querySelectorAll("main *")) e.setAttribute("data-old", "");
        });
        await expect.poll(() => server.listening).toBe(1);
        // In place before the update is sent, or nothing could be seen.
        const changes = await p.evaluateHandle(() => {
          const out: string[] = [];
          new MutationObserver((list) => {
            for (const { target, addedNodes } of list) {
              out.push(`${target.nodeName} ${addedNodes[0]?.textContent?.slice(0, 80) ?? ""}`);
            }
          }).observe(document.body, { childList: true, subtree: true });
          return out;
        });
        server.update();
        await p.waitForTimeout(500);
        expect(await changes.jsonValue()).toEqual([]);
      });

      test("when the server goes, the page says so and keeps the answer", async () => {
        const { p, server } = await live();
        await server.close();
        servers.splice(0);
        await p.waitForTimeout(200);
        expect(await p.locator("h1").isVisible()).toBe(true);
        const isOfServer = (c: string): boolean => /ERR_CONNECTION|ERR_INCOMPLETE|events/.test(c);
        expect(pages.takeComplaints().filter((c) => !isOfServer(c))).toEqual([]);
      });
    });
  },
);
