// What a reader does with a profile's page: the menu of a function, filters, search, labels, the graph by
// keys; by the accessibility tree first, in forced colours too.

import { PICTURE_LIMITS } from "@heapwright/core/pictures/profile/picture.ts";
import type { BrowserContextOptions, Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { browserPages } from "./browser-pages.ts";
import { chromiumPath } from "./chromium.ts";
import { sideways } from "./page-checks.ts";
import {
  BEFORE,
  heapProfile,
  type HeapStack,
  profilePageOf,
  recordedProfile,
  SHOP,
  SHOP_SOURCE,
  wideProfile,
} from "./profiles.ts";

const chromium = chromiumPath();

/** What is allocated and gone; tenants that share a function; a function whose name has no end. */
const MORE: readonly HeapStack[] = [
  ...SHOP,
  {
    frames: ["runtime.main@/go/runtime/proc.go:283", "main.burst@/src/main.go:60"],
    size: 8192,
    allocs: 500,
    live: 0,
  },
  ...["blue", "green"].map((tenant, i) => ({
    frames: [
      "net/http.(*conn).serve@/go/net/http/server.go:2009",
      "shop/api.cart@/src/api/cart.go:9",
    ],
    size: 1024,
    allocs: 200,
    live: 40 + 20 * i,
    labels: { tenant },
  })),
  {
    frames: [
      "runtime.main@/go/runtime/proc.go:283",
      `shop/${"long".repeat(60)}.(*${"Type".repeat(60)}).Method@/src/long.go:5`,
    ],
    size: 4096,
    allocs: 60,
    live: 50,
  },
];

const LETTERS = "aeioutnsrlch";

const PAGES: Readonly<Record<string, () => Promise<string>>> = {
  more: () => profilePageOf(heapProfile(MORE)),
  zh: () => profilePageOf(heapProfile(MORE), { lang: "zh" }),
  diff: () =>
    profilePageOf(heapProfile(SHOP), {
      base: heapProfile(BEFORE),
      target: `/srv/${"capture/".repeat(12)}snapshot-3/heap.pb.gz`,
    }),
  source: () => profilePageOf(heapProfile(SHOP), { source: SHOP_SOURCE }),
  goroutines: () => profilePageOf(recordedProfile("go1.26.goroutine.pb.gz")),
  empty: () => profilePageOf(heapProfile([])),
  emptyZh: () => profilePageOf(heapProfile([]), { lang: "zh" }),
  // Names on which a backtracking engine never ends, and whose sets of places never repeat.
  endless: () =>
    profilePageOf(
      heapProfile(
        Array.from({ length: 30 }, (_, name) => {
          let seed = name + 1;
          const letters = Array.from({ length: 460 }, () => {
            seed = (seed * 48_271) % 2_147_483_647;
            return LETTERS[seed % LETTERS.length];
          });
          return {
            frames: [`svc.${letters.join("")}@/src/svc.go:${name + 1}`],
            size: 4096,
            allocs: 90,
            live: 60,
          };
        }),
      ),
    ),
  recursion: () =>
    profilePageOf(
      heapProfile([
        {
          frames: Array.from({ length: 400 }, () => "tree.(*Node).insert@/src/tree.go:30"),
          size: 4096,
          allocs: 40,
          live: 40,
        },
        { frames: ["main.main@/src/main.go:1"], size: 4096, allocs: 40, live: 40 },
      ]),
    ),
  // Every function calls each of the next row: edges cross and lie close.
  crowded: () =>
    profilePageOf(
      heapProfile(
        Array.from({ length: 64 }, (_, i) => ({
          frames: [0, 1, 2].map(
            (row) => `svc/row${row}.Call${Math.floor(i / 4 ** row) % 4}@/src/r${row}.go:1`,
          ),
          size: 4096,
          allocs: 90,
          live: 60 + i,
        })),
      ),
    ),
  wide: () => profilePageOf(wideProfile(6000)),
  part: () =>
    profilePageOf(wideProfile(3000), { limits: { ...PICTURE_LIMITS, nodes: 20, frames: 100 } }),
};

const plain = (text: string | null): string =>
  (text ?? "").replaceAll("\u202f", " ").replaceAll("\u00a0", " ").replace(/\s+/g, " ").trim();

describe.skipIf(chromium === undefined)(
  "in Chromium (skipped without: CHROMIUM_PATH names it)",
  () => {
    const pages = browserPages(PAGES);
    const show = async (
      name: string,
      hash = "",
      options: BrowserContextOptions = {},
    ): Promise<Page> => {
      const p = await pages.visit(pages.urlOf(name) + hash, {
        permissions: ["clipboard-read", "clipboard-write"],
        ...options,
      });
      if (options.javaScriptEnabled !== false) await p.waitForSelector("html[data-ready]");
      return p;
    };

    const text = async (p: Page, selector: string): Promise<string> =>
      plain(await p.textContent(selector));
    const fragment = (p: Page): Promise<string> => p.evaluate(() => location.hash);
    const selected = (p: Page): Promise<string> => text(p, "#psel h3");
    /** By name, the first number of its row. */
    const row = async (p: Page, name: string): Promise<string> =>
      plain(await p.locator("#ptable tbody tr", { hasText: name }).textContent());
    const keys = async (p: Page, ...pressed: readonly string[]): Promise<void> => {
      for (const key of pressed) await p.keyboard.press(key);
    };
    const focusName = (p: Page): Promise<string> =>
      p.evaluate(() => document.activeElement?.textContent ?? "");

    test("the menu of a box: named, moved in by arrows, closed by Escape, focus back", async () => {
      const p = await show("more");
      await p.focus("[role=tree]");
      await keys(p, "ArrowDown", "ArrowDown", "Shift+F10");
      const menu = p.getByRole("menu");
      expect(await menu.getAttribute("aria-label")).toBe("api.login");
      expect(plain(await menu.ariaSnapshot())).toBe(
        plain(`- menu "api.login":
          - menuitem "Zoom into this box"
          - menuitem "Callers and callees"
          - menuitem "Only stacks through it"
          - menuitem "Without its stacks"
          - menuitem "Find its places"
          - menuitem "Copy its name"
          - menuitem "Copy file and line"`),
      );
      expect(await focusName(p)).toMatch(/^Zoom/);
      await keys(p, "ArrowUp");
      expect(await focusName(p)).toMatch(/^Copy file/);
      await keys(p, "ArrowDown", "ArrowDown");
      expect(await focusName(p)).toMatch(/^Callers/);
      await keys(p, "Escape");
      expect(await menu.count()).toBe(0);
      expect(await p.evaluate(() => document.activeElement?.getAttribute("role"))).toBe("tree");
      // Nothing was zoomed or chosen on the way.
      expect(await fragment(p)).toBe("");
      await keys(p, "m", "Enter");
      expect(await fragment(p)).toMatch(/^#~z=/);
    });

    test("the right button opens it at the pointer without zooming; the root has none", async () => {
      const p = await show("more");
      const box = await p.locator("canvas").boundingBox();
      if (box === null) throw new Error("no canvas");
      await p.mouse.click(box.x + 30, box.y + 27, { button: "right" });
      const menu = await p.getByRole("menu").boundingBox();
      expect(Math.round((menu?.x ?? 0) - box.x)).toBe(30);
      expect(await fragment(p)).toBe("");
      await p.mouse.click(box.x + 600, box.y - 10);
      expect(await p.getByRole("menu").count()).toBe(0);
      await p.mouse.click(box.x + 30, box.y + 9, { button: "right" });
      expect(await p.getByRole("menu").count()).toBe(0);
      // At the corner of the window it stays inside.
      await p.mouse.click(box.x + box.width - 8, box.y + 27, { button: "right" });
      const edge = await p.getByRole("menu").boundingBox();
      expect((edge?.x ?? 0) + (edge?.width ?? 0)).toBeLessThanOrEqual(1280);
    });

    test("copies name and place", async () => {
      const p = await show("more");
      await p.click("#ptable tbody button:has-text('session.(*Store).Add')");
      await p.locator("body").press("y");
      const copied = (): Promise<string> => p.evaluate(() => navigator.clipboard.readText());
      await expect.poll(copied).toBe("shop/session.(*Store).Add");
      await p.locator("body").press("c");
      await expect.poll(copied).toBe("/src/session/store.go");
    });

    test("only through, without: picture, table, shares of the whole, URL, back, chips", async () => {
      const p = await show("more");
      const before = await row(p, "session.(*Store).Add");
      await p.click("#ptable tbody button:has-text('api.login')");
      // Said to who does not see the panel.
      expect(await text(p, "#pread")).toMatch(
        /^shop\/api\.login · itself 0 B · with callees 467 MiB/,
      );
      await p.click("#psel button:has-text('Only stacks through it')");
      const group = plain(await p.getByRole("group", { name: "Filters" }).ariaSnapshot());
      expect(group).toContain('button "Take off: only through api.login"');
      expect(group).toMatch(/467 MiB \[437, 498\] of 597 MiB \[564, 631\], 78 %/);
      // The share is still of the whole.
      expect(await row(p, "session.(*Store).Add")).toBe(before);
      expect(await p.locator("#ptable tbody tr", { hasText: "cache" }).count()).toBe(0);
      expect(plain(await p.getAttribute("[role=tree]", "aria-label"))).toMatch(/^Flame, 467 MiB/);
      expect(await text(p, "#answer")).toMatch(/^inuse_space 597 MiB/);
      const link = await fragment(p);
      expect(link).toMatch(/f=\d+/);
      // Two at once: nothing is left, and that is said.
      await p.click("#psel button:has-text('Without its stacks')");
      expect(await text(p, "#psays")).toBe("No stack of this type passes the filters.");
      await p.goBack();
      expect(await fragment(p)).toBe(link);
      expect(await p.locator(".pchip").count()).toBe(1);
      await p.reload();
      await p.waitForSelector("html[data-ready]");
      expect(await p.locator(".pchip").count()).toBe(1);
      expect(plain(await p.getAttribute("[role=tree]", "aria-label"))).toMatch(/^Flame, 467 MiB/);
      await p.click(".pchip");
      expect(await p.locator("#pfilters").isHidden()).toBe(true);
      // The focus is not lost with the button.
      expect(await p.evaluate(() => document.activeElement?.id)).toBe("pfind");
    });

    test("filters by keys, of the function that is focused", async () => {
      const p = await show("more");
      await p.focus("[role=tree]");
      await keys(p, "ArrowDown", "ArrowDown", "x");
      expect(await text(p, "#pfilters")).toMatch(/^without api\.login ✕/);
      expect(await p.locator("#ptable tbody tr", { hasText: "Store).Add" }).count()).toBe(0);
      await keys(p, "r");
      expect(await p.locator("#pfilters").isHidden()).toBe(true);
      expect(await p.locator("#ptable tbody tr", { hasText: "Store).Add" }).count()).toBe(1);
    });

    test("recursion counts once under a filter too", async () => {
      const p = await show("recursion");
      const before = await row(p, "insert");
      await p.click("#ptable tbody button:has-text('insert')");
      await p.click("#psel button:has-text('Only stacks')");
      expect(await row(p, "insert")).toBe(before);
      await p.fill("#pfind", "insert");
      expect(await text(p, "#phits")).toMatch(/^400 boxes, 20 MiB \[14, 27\], 50 %$/);
    });

    test("regular expressions: found, refused with a reason, a filter of them", async () => {
      const p = await show("more");
      await p.check("#ppattern");
      await p.fill("#pfind", "^shop/api\\.(login|search)");
      expect(await text(p, "#phits")).toMatch(/^2 boxes, 51\d MiB \[\d+, \d+\], \d+ %$/);
      expect(await p.locator("#ptable tbody tr").count()).toBe(2);
      expect(await fragment(p)).toContain("r=1");
      await p.fill("#pfind", "(api");
      expect(await text(p, "#phits")).toMatch(/^no regular expression: missing closing \)/);
      expect(await p.getAttribute("#pfind", "aria-invalid")).toBe("true");
      // Nothing is filtered by what is not understood.
      expect(await p.locator("#ptable tbody tr").count()).toBeGreaterThan(5);
      await p.fill("#pfind", "api\\.(login|search)\\b");
      await p.getByRole("button", { name: "Only stacks through what is found" }).click();
      expect(await p.inputValue("#pfind")).toBe("");
      expect(await text(p, "#pfilters")).toMatch(/^only through \/api.*\/ ✕51\d MiB/);
      expect(await fragment(p)).toContain("f=%2Fapi");
    });

    test("an expression of a link cannot hang the page, and an unfit one is said to do nothing", async () => {
      const nested = "(([a-z]*)*)*!";
      const p = await show("endless", `#~r=1&q=${nested}&f=/${nested}`);
      expect(await text(p, "#phits")).toBe("nothing found");
      expect(await text(p, "#psays")).toBe("No stack of this type passes the filters.");
      // Sound, but its sets of places are too many: nothing is known of it.
      const costly = Array.from(LETTERS)
        .map((c) => `${c}.{0,900}0`)
        .join("|");
      const hash = new URLSearchParams({ r: "1", q: costly, x: `/${costly}` }).toString();
      const q = await show("endless", `#~${hash}`);
      expect(await text(q, "#phits")).toMatch(/^this regular expression takes too long/);
      expect(await q.getAttribute("#pfind", "aria-invalid")).toBe("true");
      const group = q.getByRole("group", { name: "Filters" });
      expect(plain(await group.ariaSnapshot())).toMatch(
        /button "Take off: without .* \(not applied\)".* - text: (\S+ MiB \[\d+, \d+\]) of \1, 100 %$/,
      );
      const broken = await show("more", "#~f=/(api&f=~api.login");
      const chips = broken.getByRole("group", { name: "Filters" }).getByRole("button");
      expect(
        await chips.evaluateAll((all) => all.map((b) => b.getAttribute("aria-label"))),
      ).toEqual([
        "Take off: only through /(api/ (not applied)",
        "Take off: only through “api.login”",
      ]);
      expect(await text(broken, "#pfilters span")).toMatch(/^467 MiB/);
    });

    test("expressions are Go's: an end is the end of a name or of a file", async () => {
      const p = await show("more");
      await p.check("#ppattern");
      const rows = (): Promise<string[]> =>
        p
          .locator("#ptable tbody th")
          .evaluateAll((all) => all.map((th) => th.getAttribute("title") ?? ""));
      await p.fill("#pfind", "\\)\\.add$");
      expect(await rows()).toEqual(["shop/session.(*Store).Add"]);
      await p.fill("#pfind", "^/src/api/cart\\.go$");
      expect(await rows()).toEqual(["shop/api.cart"]);
      await p.fill("#pfind", "api(?=\\.login)");
      expect(await text(p, "#phits")).toMatch(/invalid or unsupported Perl syntax/);
    });

    test("a profile without samples says what can stay unseen, with its script and without", async () => {
      for (const javaScriptEnabled of [true, false]) {
        const p = await show("empty", "", { javaScriptEnabled });
        expect(plain(await p.getByRole("heading", { level: 1 }).textContent())).toBe(
          "inuse_space 0 MiB [0, 1.5]",
        );
      }
      const p = await show("emptyZh", "#~t=0");
      // Of objects no number can be excluded: they may be of any size.
      expect(await text(p, "#answer")).toBe("alloc_objects 0");
      // A filter that leaves nothing, as `show --focus` that finds nothing.
      const q = await show("more", "#~f=~no.such.name");
      expect(await text(q, "#pfilters span")).toMatch(/^0 MiB \[0, 1\.5\] of 597 MiB/);
    });

    test("tables have their section's or their label's name", async () => {
      const p = await show("more");
      expect(await p.getByRole("table", { name: "Functions" }).count()).toBe(1);
      await p.locator("#labels details").evaluateAll((all) => {
        for (const details of all) details.setAttribute("open", "");
      });
      expect(await p.getByRole("table", { name: "tenant" }).count()).toBe(1);
      const tables = (await p.locator("main").ariaSnapshot()).match(/- table.*/g) ?? [];
      expect(tables.length).toBeGreaterThan(1);
      expect(tables.filter((line) => !line.startsWith('- table "'))).toEqual([]);
    });

    test("from hit to hit: Enter in the field, n and N, around at the end", async () => {
      const p = await show("more");
      await p.fill("#pfind", "api.");
      const said = async (): Promise<string> => /^\S+/.exec(await text(p, "#pread"))?.[0] ?? "";
      await p.press("#pfind", "Enter");
      const first = await said();
      expect(first).toBe("api.login");
      await p.press("#pfind", "Enter");
      const second = await said();
      expect(second).not.toBe(first);
      await p.press("#pfind", "Shift+Enter");
      expect(await said()).toBe(first);
      await keys(p, "Escape", "N");
      const last = await said();
      await keys(p, "n");
      expect(await said()).toBe(first);
      expect([first, second]).not.toContain(last);
    });

    test("a search in callers and callees counts both sides of a stack once", async () => {
      const p = await show("more");
      await p.click("#ptable tbody button:has-text('session.(*Store).Add')");
      await p.click("#psel button:has-text('Callers and callees')");
      await p.fill("#pfind", "login");
      expect(await text(p, "#phits")).toMatch(/^1 box, 467 MiB \[437, 498\], \d+ %$/);
      expect(await text(p, "#psays")).toMatch(/^callers of session\.\(\*Store\)\.Add above/);
    });

    test("one function of a profile that is carried in part is counted whole", async () => {
      const p = await show("part");
      await p.check("#ppattern");
      await p.fill("#pfind", "api\\.route7$");
      const hits = await text(p, "#phits");
      expect(hits).not.toContain("more in stacks");
      expect(hits).toMatch(/MiB \[/);
      await p.fill("#pfind", "api\\.route");
      expect(await text(p, "#phits")).toMatch(/up to .* more in stacks that are not carried/);
      await p.click("#pkeep");
      expect(await text(p, "#pfilters")).toMatch(/it is not known: those stacks are not carried/);
    });

    test("both sides of a difference, and a run of boxes, have their interval", async () => {
      const p = await show("diff");
      await p.focus("[role=tree]");
      await keys(p, "ArrowDown");
      expect(await text(p, "#pread")).toMatch(
        / · before \d+ MiB \[\d+, \d+\] · now \d+ MiB \[\d+, \d+\] · /,
      );
      const wide = await show("wide");
      await wide.focus("[role=tree]");
      await keys(wide, "ArrowDown", "ArrowDown", "ArrowDown", "ArrowDown");
      expect(await text(wide, "#pread")).toMatch(
        /^\d+ boxes narrower than a pixel.* · \S+ \S+iB \[\S+, \S+\] · /,
      );
    });

    test("another type keeps the place; a box that is nothing there says so", async () => {
      const p = await show("more");
      await p.focus("[role=tree]");
      await keys(p, "ArrowDown", "ArrowDown", "ArrowDown");
      expect(await text(p, "#pread")).toMatch(/^session\.\(\*Store\)\.Add/);
      await keys(p, "[", "[");
      expect(await text(p, "#answer")).toMatch(/^alloc_space/);
      expect(await text(p, "#pread")).toMatch(/^session\.\(\*Store\)\.Add/);
      await keys(p, "u");
      expect(await text(p, "#pread")).toMatch(/^session\.\(\*Store\)\.Add/);
      await keys(p, "u");
      await p.fill("#pfind", "main.burst");
      await p.press("#pfind", "Enter");
      await p.focus("[role=tree]");
      await keys(p, "Enter", "]", "]");
      expect(await text(p, "#psays")).toMatch(/^The box that was zoomed into holds nothing/);
      await keys(p, "Backspace");
      expect(await text(p, "#psays")).toBe("callers on top");
    });

    test("the tooltip follows the keyboard, and goes with the focus", async () => {
      const p = await show("more");
      await p.focus("[role=tree]");
      await keys(p, "ArrowDown", "ArrowDown");
      const tip = p.locator(".ptip");
      expect(await tip.isVisible()).toBe(true);
      expect(plain(await tip.textContent())).toMatch(/^api\.login · .*MiB \[/);
      const [at, canvas] = [await tip.boundingBox(), await p.locator("canvas").boundingBox()];
      expect((at?.y ?? 0) - (canvas?.y ?? 0)).toBe(3 * 18 + 4);
      await p.focus("#pfind");
      expect(await tip.isVisible()).toBe(false);
    });

    test("the chosen function and its source are in the URL", async () => {
      const p = await show("source");
      await p.click("#ptable tbody button:has-text('session.(*Store).Add')");
      await keys(p, "l");
      // The table's row keeps the focus until a tab takes it.
      expect(await fragment(p)).toMatch(/^#~n=\d+&l=1$/);
      await p.reload();
      await p.waitForSelector("html[data-ready]");
      expect(await selected(p)).toBe("shop/session.(*Store).Add");
      expect(await p.getAttribute("#ptab-source", "aria-selected")).toBe("true");
      expect(await p.locator(".listing").count()).toBe(1);
      // Under a filter the lines say that they do not follow it.
      await keys(p, "o");
      expect(await text(p, ".psource")).toContain("of all stacks: the filters do not reach lines");
    });

    test("a link with a zoomed box shows its function", async () => {
      const p = await show("more");
      await p.focus("[role=tree]");
      await keys(p, "ArrowDown", "ArrowDown", "Enter");
      await p.reload();
      await p.waitForSelector("html[data-ready]");
      expect(await selected(p)).toBe("shop/api.login");
    });

    test.each(["#~f=999999&x=%3D9.9&f=%2F(((&n=777777", "#~f=&x=~&n=x&l=9&r=7", "#~x=%3D0.0&f=-1"])(
      "a fragment whose filters name nothing still shows the page: %s",
      async (hash) => {
        const p = await show("more", hash);
        expect(await text(p, "#pread")).toMatch(/^all · /);
        expect(await p.evaluate(sideways)).toMatchObject({ over: 0 });
      },
    );

    test("a filter from a link is text, and long names do not fill the menu", async () => {
      const p = await show("more", "#~f=~%E2%80%AE%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E");
      expect(await text(p, "#pfilters")).toContain("“‹U+202E›<img src=x onerror=alert(1)>”");
      expect(await p.locator("main img").count()).toBe(0);
      expect(await text(p, "#psays")).toBe("No stack of this type passes the filters.");
      await keys(p, "r");
      await p.fill("#pfind", "longlong");
      await p.press("#pfind", "Enter");
      await p.focus("[role=tree]");
      await keys(p, "m");
      const menu = await p.getByRole("menu").boundingBox();
      expect(menu?.height ?? 999).toBeLessThan(330);
      expect(await p.getByRole("menu").getAttribute("aria-label")).toMatch(/…\S*\)\.Method$/);
    });

    test("labels: intervals, a value is a filter, numbers follow the filters", async () => {
      const p = await show("more");
      const cell = async (value: string): Promise<string> =>
        plain(
          await p
            .locator("#labels tbody tr", { hasText: value })
            .locator("td")
            .last()
            .textContent(),
        );
      await p.locator("#labels summary", { hasText: "tenant" }).click();
      expect(await cell("green")).toMatch(/^30 MiB \[23, 39\]$/);
      const blue = await cell("blue");
      await p.getByRole("button", { name: "only tenant = blue" }).click();
      expect(await text(p, "#pfilters")).toContain("only tenant = blue ✕");
      expect(await cell("green")).toBe("0 B");
      expect(await cell("blue")).toBe(blue);
      expect(plain(await p.getAttribute("[role=tree]", "aria-label"))).toContain(
        `Flame, ${blue.replace(/ \[.*/, "")}`,
      );
      // A stack with two tenants is cut: the cart has the 40 samples of blue only.
      expect(await row(p, "api.cart")).toMatch(/^20\[14, 27\]/);
      expect(await fragment(p)).toMatch(/f=%3D\d\.\d/);
      await keys(p, "r");
      await p.getByRole("button", { name: "without tenant = blue" }).click();
      expect(await row(p, "api.cart")).toMatch(/^30\[23, 39\]/);
      // The tenants and sizes of one function.
      await keys(p, "r");
      await p.click("#ptable tbody button:has-text('api.cart')");
      await p.click("#psel button:has-text('Only stacks')");
      expect(await cell("blue")).toMatch(/^20 MiB \[14, 27\]$/);
      expect(await cell("1 MiB")).toBe("0 B");
    });

    test("the call graph: one stop of Tab, arrows, hits, the menu, focus stays", async () => {
      const p = await show("more", "#~v=graph&q=session");
      expect(await p.locator("svg [role=button][tabindex='0']").count()).toBe(1);
      expect(await text(p, "#phits")).toMatch(/^1 box, 467 MiB \[437, 498\]/);
      expect(await p.locator(".pnode.hit").count()).toBe(1);
      expect(await p.locator(".pnode.dim").count()).toBeGreaterThan(4);
      const name = (): Promise<string> =>
        p.evaluate(() => document.activeElement?.getAttribute("aria-label") ?? "");
      await p.focus("svg [role=button][tabindex='0']");
      expect(await name()).toMatch(/^http\.\(\*conn\)\.serve/);
      await keys(p, "ArrowDown");
      const below = await name();
      expect(below).toMatch(/^api\./);
      await keys(p, "Enter");
      expect(await name()).toBe(below);
      expect(await selected(p)).toMatch(/^shop\/api\./);
      expect(await fragment(p)).toMatch(/n=\d+/);
      await keys(p, "m");
      expect(await p.getByRole("menuitem").count()).toBe(6);
      await keys(p, "Escape");
      expect(await name()).toBe(below);
      await keys(p, "m", "o");
      expect(await p.locator(".pchip").count()).toBe(1);
    });

    test("the call graph: scale by keys and wheel, dragging moves it, edges have intervals", async () => {
      const p = await show("more", "#~v=graph", { viewport: { width: 600, height: 700 } });
      const size = async (): Promise<number> =>
        Math.round((await p.locator("svg.pgraph").boundingBox())?.width ?? 0);
      const whole = await size();
      await p.focus(".pgraphs");
      await keys(p, "+");
      expect(await size()).toBe(Math.round(whole * 1.25));
      await keys(p, "0", "0");
      expect(await size()).toBeLessThanOrEqual(600);
      await keys(p, "0");
      expect(await size()).toBe(whole);
      const at = await p.locator(".pnode").first().boundingBox();
      if (at === null) throw new Error("no box");
      await p.mouse.move(at.x + 20, at.y + 20);
      await p.keyboard.down("Control");
      await p.mouse.wheel(0, -100);
      await p.keyboard.up("Control");
      expect(await size()).toBeGreaterThan(whole);
      const left = await p.evaluate(() => document.querySelector(".pgraphs")?.scrollLeft ?? -1);
      await p.mouse.down();
      await p.mouse.move(at.x - 40, at.y + 20, { steps: 3 });
      await p.mouse.up();
      expect(await p.evaluate(() => document.querySelector(".pgraphs")?.scrollLeft ?? -1)).toBe(
        left + 60,
      );
      // A drag is no choice.
      expect(await fragment(p)).toBe("#~v=graph");
      const touching = (q: Page): Promise<string[]> =>
        q.evaluate(() => {
          const boxes = [...document.querySelectorAll(".elabel, .pnode rect")].map((e) => ({
            text: e.textContent,
            at: e.getBoundingClientRect(),
          }));
          return boxes.flatMap(({ text: one, at: a }, i) =>
            boxes
              .slice(i + 1)
              .filter(
                ({ at: b }) =>
                  Math.min(a.right, b.right) - Math.max(a.left, b.left) > 2 &&
                  Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 2,
              )
              .map(({ text: other }) => `${one} touches ${other}`),
          );
        });
      expect(await touching(p)).toEqual([]);
      const crowded = await show("crowded", "#~v=graph");
      expect(await crowded.locator(".elabel").count()).toBeGreaterThan(5);
      expect(await touching(crowded)).toEqual([]);
      const edges = (await p.locator(".edge title").allTextContents()).map(plain);
      expect(edges.find((e) => e.startsWith("api.login → "))).toMatch(/467 MiB \[437, 498\]$/);
    });

    test("names are cut in the middle: the method stays", async () => {
      const p = await show("more");
      const long = p.locator("#ptable tbody th", { hasText: "…" });
      expect(await long.textContent()).toMatch(/…\S*Type\)\.Method$/);
    });

    test.each([390, 768, 940])(
      "%i px: the table says its units and sorts, no column is a letter wide",
      async (width) => {
        const p = await show("more", "", { viewport: { width, height: 900 } });
        const head = p.getByRole("button", { name: "itself, MiB" });
        expect(await head.isVisible()).toBe(true);
        await p.getByRole("button", { name: "with callees, MiB" }).click();
        expect(await text(p, "#ptable tbody tr:first-child th")).toBe("http.(*conn).serve");
        for (const media of ["screen", "print"] as const) {
          await p.emulateMedia({ media });
          const tall = await p.evaluate(() =>
            Math.max(
              ...Array.from(
                document.querySelectorAll("#ptable tr, #labels tr"),
                (e) => e.getBoundingClientRect().height,
              ),
            ),
          );
          expect([media, tall < 130]).toEqual([media, true]);
        }
      },
    );

    test("what was counted has no key of intervals, one type no choice, nothing no picture", async () => {
      const counted = await show("goroutines");
      expect(await counted.locator("#pkey").isVisible()).toBe(false);
      expect(await counted.getByRole("group", { name: "Sample type" }).count()).toBe(0);
      const sampled = await show("more");
      expect(await sampled.locator("#pkey").isVisible()).toBe(true);
      const empty = await show("empty");
      expect(await empty.locator("#pkey").isVisible()).toBe(false);
      expect(await empty.getByRole("tree").count()).toBe(0);
      await empty.check('input[name=pv][value="sandwich"]', { force: true });
      expect(await text(empty, "#psays")).toBe("Nothing was sampled for this type.");
    });

    test("the bar names both files of a difference, the facts have their paths", async () => {
      const p = await show("diff");
      expect(await text(p, "header")).toContain("before.pb.gz → snapshot-3/heap.pb.gz");
      expect(await text(p, "#facts")).toContain("/srv/capture/capture/");
    });

    test("forced colours: boxes are told apart, and which view is on", async () => {
      for (const colorScheme of ["light", "dark"] as const) {
        const p = await show("diff", "", { forcedColors: "active", colorScheme });
        const colors = await p.evaluate(() => {
          const canvas = document.querySelector("canvas");
          const c = canvas?.getContext("2d");
          if (canvas === null || c === null || c === undefined) return 0;
          const { data } = c.getImageData(0, 0, canvas.width, canvas.height);
          const seen = new Set<number>();
          for (let i = 0; i < data.length; i += 4) {
            seen.add(((data[i] ?? 0) << 16) | ((data[i + 1] ?? 0) << 8) | (data[i + 2] ?? 0));
          }
          return seen.size;
        });
        // Background, three shades with their textures, text with its edges.
        expect(colors).toBeGreaterThan(10);
        const shades = await p.evaluate(() =>
          ["input[name=pv]:checked", "input[name=pv]:not(:checked)", ".k.grow", ".k.shrink"].map(
            (s) => {
              const e = document.querySelector(s);
              const shown = e instanceof HTMLInputElement ? e.closest("label") : e;
              return shown === null ? "" : getComputedStyle(shown).backgroundColor;
            },
          ),
        );
        expect(new Set(shades).size).toBe(4);
      }
    });

    describe("touch", () => {
      const phone = { hasTouch: true, isMobile: true, viewport: { width: 390, height: 844 } };
      type Touch = (type: "touchStart" | "touchMove" | "touchEnd", by?: number) => Promise<unknown>;
      /** Fingers at a place of the second row, `by` px above it. */
      async function touching(p: Page): Promise<{ send: Touch; x: number; y: number }> {
        await p.evaluate(() => document.querySelector("#picture")?.scrollIntoView());
        const session = await p.context().newCDPSession(p);
        const box = await p.locator("canvas").boundingBox();
        if (box === null) throw new Error("no canvas");
        const [x, y] = [box.x + 20, box.y + 45];
        const send: Touch = (type, by = 0) =>
          session.send("Input.dispatchTouchEvent", {
            type,
            touchPoints: type === "touchEnd" ? [] : [{ x, y: y - by }],
          });
        return { send, x, y };
      }

      test("a swipe scrolls the page", async () => {
        const p = await show("more", "", phone);
        const { send } = await touching(p);
        const at = await p.evaluate(() => scrollY);
        await send("touchStart");
        for (let i = 1; i <= 8; i++) await send("touchMove", 20 * i);
        await send("touchEnd");
        await p.waitForFunction((was) => scrollY > was + 60, at);
        expect(await fragment(p)).toBe("");
      });

      test("a long press opens the menu, a tap zooms", async () => {
        const p = await show("more", "", phone);
        const { send, x, y } = await touching(p);
        await send("touchStart");
        await p.getByRole("menu").waitFor();
        await send("touchEnd");
        expect(await p.getByRole("menuitem").count()).toBe(7);
        expect(await fragment(p)).toBe("");
        await p.keyboard.press("Escape");
        await p.touchscreen.tap(x, y);
        expect(await fragment(p)).toMatch(/^#~z=/);
        expect(await p.evaluate(sideways)).toMatchObject({ over: 0 });
      });
    });

    test("Chinese: no English in what the script says", async () => {
      const p = await show("zh", "#~f=~api&q=login");
      await p.focus("[role=tree]");
      await keys(p, "m");
      for (const item of await p.getByRole("menuitem").allTextContents())
        expect(item).toMatch(/[\u4e00-\u9fff]/);
      expect(await text(p, "#pfilters")).toMatch(/^仅经过 “api” ✕.* 中的 /);
      expect(await text(p, "#phits")).toMatch(/个方框，/);
    });
  },
);
