// The page of a profile of a million samples (70 M frames, profile-generator.mjs) in Chromium with software
// rendering: how long from the unpacked data to the first flame, and how far apart frames are while a
// reader zooms and pans. Beside it what it takes to make the page, and how large it is.
//
// Frames are the browser's own: a wheel event each frame, the time between frames as requestAnimationFrame
// tells it. Software rendering shares the processors with whatever else runs; the least of three runs counts.
//
// And `heapwright show` of the same file beside `go tool pprof -top`, which takes a minute and 3.4 GiB
// (HEAPWRIGHT_BENCH_QUICK=1 leaves it out), and of one of 10 k samples.

import { spawnSync } from "node:child_process";
import { existsSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";
import { ROOT } from "../setup.mjs";
import { profileOf, timed } from "./pprof.mjs";

const COMMAND = path.join(ROOT, "packages/cli/bin/heapwright.js");
const FOLDER = path.join(tmpdir(), "heapwright-bench-profiles-1");
const PLACES = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
const SAMPLES = 1_000_000;
const RUNS = 3;
const MIB = 1024 ** 2;
const FRAMES = 90;

/**
 * The least of some runs, and the most memory of any.
 * @param {readonly string[]} args
 */
async function own(args) {
  let seconds = Infinity;
  let peak = 0;
  for (let run = 0; run < RUNS; run++) {
    const made = await timed(process.execPath, [COMMAND, ...args]);
    seconds = Math.min(seconds, made.seconds);
    peak = Math.max(peak, made.peak);
  }
  return { seconds, peak };
}

/**
 * @param {string} name
 * @param {string} file
 * @param {{ seconds?: number, mib?: number, isSlow: boolean }} bar
 * @returns {Promise<import("../bench.mjs").BenchRow[]>}
 */
async function listed(name, file, { seconds, mib, isSlow }) {
  const hasGo = spawnSync("go", ["version"]).status === 0;
  const isLeftOut = !hasGo || (isSlow && process.env["HEAPWRIGHT_BENCH_QUICK"] === "1");
  const ours = await own(["show", file]);
  const go = isLeftOut ? undefined : await timed("go", ["tool", "pprof", "-top", file]);
  const peer = (/** @type {number} */ figure) => ({ name: "go tool pprof -top", figure });
  return [
    {
      name: `show, ${name}`,
      figure: ours.seconds,
      unit: "s",
      ...(seconds === undefined ? {} : { budget: seconds }),
      ...(go === undefined ? {} : { peer: peer(go.seconds) }),
    },
    {
      name: `show, ${name}, memory`,
      figure: ours.peak / MIB,
      unit: "MiB",
      ...(mib === undefined ? {} : { budget: mib }),
      ...(go === undefined ? {} : { peer: peer(go.peak / MIB) }),
    },
  ];
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
  const file = await profileOf(SAMPLES);
  const html = path.join(FOLDER, "page.html");
  const lists = [
    ...(await listed("1 M samples", file, { seconds: 2.8, mib: 610, isSlow: true })),
    ...(await listed("10 k samples", await profileOf(10_000), { isSlow: false })),
  ];
  const made = await own(["view", file, "--html", html, "--quiet"]);
  const making = [
    {
      name: "page of 1 M samples, made by the command",
      figure: made.seconds,
      unit: "s",
      budget: 3.5,
    },
    { name: "making it, memory", figure: made.peak / MIB, unit: "MiB", budget: 610 },
    { name: "its size", figure: statSync(html).size / MIB, unit: "MiB" },
  ];
  const named = process.env["CHROMIUM_PATH"];
  const executablePath = [...(named === undefined ? [] : [named]), ...PLACES].find((place) =>
    existsSync(place),
  );
  if (executablePath === undefined) {
    process.stderr.write("no Chromium (CHROMIUM_PATH names one): no browser measured\n");
    return [...lists, ...making];
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
    ...lists,
    ...making,
    { name: "unpacked and decoded in the browser", figure: best.unpack, unit: "ms" },
    { name: "first flame after that", figure: best.flame, unit: "ms", budget: 2000 },
    { name: "zoom, p95 between frames", figure: best.zoom, unit: "ms", budget: 33 },
    { name: "pan, p95 between frames", figure: best.pan, unit: "ms", budget: 33 },
  ];
  return rows;
}
