// Pages as files, shown in one browser: what every test of a page in Chromium needs. Called within `describe`;
// it opens the browser before the tests, and after each test closes what was opened and fails the test if
// the browser complained of anything: errors, refused loads, policy violations, dialogs.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll } from "vitest";
import { chromiumPath, launch } from "./chromium.ts";

export interface BrowserPages {
  readonly visit: (url: string, options?: BrowserContextOptions) => Promise<Page>;
  readonly show: (name: string, options?: BrowserContextOptions) => Promise<Page>;
  readonly urlOf: (name: string) => string;
  /** A page that is made within a test; its address. */
  readonly write: (name: string, html: string) => string;
  /** Takes away what the browser complained of so far, for a test that expects it. */
  readonly takeComplaints: () => string[];
}

export function browserPages(pages: Readonly<Record<string, () => Promise<string>>>): BrowserPages {
  let browser: Browser | undefined;
  let folder = "";
  const files = new Map<string, string>();
  const open: Page[] = [];
  let complaints: string[] = [];

  function write(name: string, html: string): string {
    const file = path.join(folder, `${name}.html`);
    writeFileSync(file, html);
    return pathToFileURL(file).href;
  }

  async function visit(url: string, options: BrowserContextOptions = {}): Promise<Page> {
    if (browser === undefined) throw new Error("no browser yet: visit within a test");
    const context = await browser.newContext({
      viewport: { width: 1280, height: 900 },
      reducedMotion: "reduce",
      ...options,
    });
    const p = await context.newPage();
    open.push(p);
    p.on("console", (m) => {
      if (m.type() === "error" || m.type() === "warning")
        complaints.push(`${m.type()}: ${m.text()}`);
    });
    p.on("pageerror", (e) => complaints.push(`error: ${e.message}`));
    p.on("dialog", (d) => {
      complaints.push(`dialog: ${d.message()}`);
      void d.dismiss();
    });
    p.on("requestfailed", (r) => {
      // A stream that is open when the page is closed.
      if (r.url().endsWith("/events")) return;
      complaints.push(`request: ${r.url()} ${r.failure()?.errorText ?? ""}`);
    });
    await p.goto(url);
    return p;
  }

  beforeAll(async () => {
    browser = await launch(chromiumPath() ?? "");
    folder = mkdtempSync(path.join(tmpdir(), "heapwright-web-"));
    for (const [name, make] of Object.entries(pages)) files.set(name, write(name, await make()));
  });

  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true });
  });

  afterEach(async () => {
    for (const p of open.splice(0)) await p.context().close();
    const seen = complaints;
    complaints = [];
    if (seen.length > 0) throw new Error(`the browser complained:\n${seen.join("\n")}`);
  });

  const urlOf = (name: string): string => files.get(name) ?? "";
  return {
    visit,
    show: (name, options) => visit(urlOf(name), options),
    urlOf,
    write,
    takeComplaints: () => complaints.splice(0),
  };
}
