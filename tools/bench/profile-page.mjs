// The page of a profile of a million samples (70 M frames, profile-generator.mjs) in Chromium with software
// rendering: how long from the unpacked data to the first flame, and how far apart frames are while a
// reader zooms and pans. Beside it what it takes to make the page, and how large it is.
//
// Frames are the browser's own: a wheel event each frame, the time between frames as requestAnimationFrame
// tells it. Software rendering shares the processors with whatever else runs; the least of three runs counts.

import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, renameSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";
import { ROOT } from "../setup.mjs";
import { generateProfile } from "./profile-generator.mjs";

const COMMAND = path.join(ROOT, "packages/cli/bin/heapwright.js");
const FOLDER = path.join(tmpdir(), "heapwright-bench-profiles-1");
const PLACES = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
const SAMPLES = 1_000_000;
const RUNS = 3;
const FRAMES = 90;

async function profile() {
  mkdirSync(FOLDER, { recursive: true });
  const file = path.join(FOLDER, `${SAMPLES}-1.pb.gz`);
  if (!existsSync(file)) {
    const part = `${file}.${process.pid}`;
    await generateProfile({ samples: SAMPLES, file: part, seed: 1 });
    renameSync(part, file);
  }
  return file;
}

/**
 * Runs in the page, of which this program knows no types: turns of the wheel, one a frame, and the
 * milliseconds between frames. The first ones are left out, since they pay for the code that is compiled
 * then.
 */
const WHEEL = `async ({ frames, isPan }) => {
  const pane = document.querySelector("[role=tree]");
  const box = pane.getBoundingClientRect();
  const at = { clientX: box.left + box.width * 0.37, clientY: box.top + box.height / 2 };
  const out = [];
  let before = await new Promise(requestAnimationFrame);
  for (let i = 0; i < frames; i++) {
    const way = i >= frames / 2 ? 1 : -1;
    const init = isPan ? { deltaX: -40 * way, shiftKey: true } : { deltaY: 40 * way, ctrlKey: true };
    pane.dispatchEvent(new WheelEvent("wheel", { ...at, ...init, bubbles: true, cancelable: true }));
    const now = await new Promise(requestAnimationFrame);
    out.push(now - before);
    before = now;
  }
  return out.slice(5);
}`;

/**
 * @param {import("playwright-core").Page} page
 * @param {boolean} isPan
 * @returns {Promise<number[]>}
 */
async function wheel(page, isPan) {
  const times = await page.evaluate(`(${WHEEL})(${JSON.stringify({ frames: FRAMES, isPan })})`);
  if (!Array.isArray(times)) throw new Error("the page gave no times");
  return times.map(Number);
}

/** @param {number[]} values */
const p95 = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length * 0.95)] ?? 0;

export default async function bench() {
  const named = process.env["CHROMIUM_PATH"];
  const executablePath = [...(named === undefined ? [] : [named]), ...PLACES].find((place) =>
    existsSync(place),
  );
  if (executablePath === undefined) {
    process.stderr.write("no Chromium (CHROMIUM_PATH names one): nothing measured\n");
    return [];
  }
  const file = await profile();
  const html = path.join(FOLDER, "page.html");
  let seconds = Infinity;
  for (let run = 0; run < RUNS; run++) {
    const started = performance.now();
    const made = spawnSync(process.execPath, [COMMAND, "view", file, "--html", html, "--quiet"], {
      encoding: "utf8",
    });
    if (made.status !== 0) throw new Error(made.stderr);
    seconds = Math.min(seconds, (performance.now() - started) / 1000);
  }
  const browser = await chromium.launch({
    executablePath,
    args: ["--headless", "--no-sandbox", "--disable-gpu"],
  });
  const best = { flame: Infinity, unpack: Infinity, zoom: Infinity, pan: Infinity };
  try {
    for (let run = 0; run < RUNS; run++) {
      const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
      await page.goto(pathToFileURL(html).href);
      await page.waitForSelector("html[data-ready]");
      const marks = await page.evaluate(() => {
        /** @param {string} name */
        const at = (name) => performance.getEntriesByName(`heapwright-${name}`)[0]?.startTime ?? 0;
        return { unpack: at("parsed") - at("unpack"), flame: at("flame") - at("parsed") };
      });
      best.unpack = Math.min(best.unpack, marks.unpack);
      best.flame = Math.min(best.flame, marks.flame);
      best.zoom = Math.min(best.zoom, p95(await wheel(page, false)));
      // Panning needs something beside the screen.
      await page.goto(`${pathToFileURL(html).href}#~z=0.2-0.6`);
      await page.waitForTimeout(300);
      best.pan = Math.min(best.pan, p95(await wheel(page, true)));
      await page.close();
    }
  } finally {
    await browser.close();
  }
  /** @type {import("../bench.mjs").BenchRow[]} */
  const rows = [
    { name: "page of 1 M samples, made by the command", figure: seconds, unit: "s" },
    { name: "its size", figure: statSync(html).size / 1024 ** 2, unit: "MiB" },
    { name: "unpacked and decoded in the browser", figure: best.unpack, unit: "ms" },
    { name: "first flame after that", figure: best.flame, unit: "ms", budget: 2000 },
    { name: "zoom, p95 between frames", figure: best.zoom, unit: "ms", budget: 33 },
    { name: "pan, p95 between frames", figure: best.pan, unit: "ms", budget: 33 },
  ];
  return rows;
}
