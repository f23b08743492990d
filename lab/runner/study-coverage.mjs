// `npm run lab -- study-coverage`: do the intervals hold what they promise? Many fresh processes allocate
// known amounts from several goroutines at once and write two heap profiles each. The 95 % interval of a
// site's live bytes, and of its growth, must hold the truth in at least 95 % of the processes: tested
// one-sided per row, at .01 shared over all rows. Beside it the width of the growth interval from the pair
// against that from subtracting two intervals as if the profiles had nothing in common.

import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { loadAnswering } from "./bundle.mjs";
import { Interrupted, run } from "./children.mjs";
import { OUT } from "./places.mjs";
import { binomialAtMost, tableOf } from "./tables.mjs";
import { buildProgram, openToolchain } from "./toolchains.mjs";

/** @typedef {import("./compare.mjs").Quantity} Quantity */
/** @typedef {{ function: string, size: number, before: number, after: number }} Truth */
/**
 * @typedef {object} Observation
 * @property {string} go
 * @property {string} site
 * @property {number} live true bytes in the second profile
 * @property {number} growth true bytes
 * @property {boolean} isLiveHeld
 * @property {boolean} isGrowthHeld
 * @property {boolean} isSubtractionHeld
 * @property {boolean} isGrowthSeen lower limit of the pair above 0
 * @property {boolean} isSubtractionSeen
 * @property {number} width of the growth interval
 * @property {number} subtractionWidth
 */

const LEVEL = 0.95;
const ALPHA = 0.01;
const RUN_MS = 60_000;

/**
 * @param {import("./live-set.mjs").SetOptions} options `repeat` is the number of processes per toolchain
 * @param {AbortSignal} signal
 */
export async function studyCoverage(options, signal) {
  const { read, answer } = await loadAnswering();
  const count = Math.max(200, options.repeat);
  /** @type {Observation[]} */
  const all = [];
  for (const wanted of options.go) {
    const toolchain = await openToolchain(wanted);
    const program = await buildProgram(toolchain, "studies/coverage", []);
    for (let i = 0; i < count; i += 1) {
      if (signal.aborted) throw new Interrupted();
      const folder = path.join(OUT, "study-coverage");
      const both = path.join(folder, "both");
      rmSync(folder, { recursive: true, force: true });
      for (const each of ["both", "1", "2"])
        mkdirSync(path.join(folder, each), { recursive: true });
      const { status, stderr } = await run(program, ["-folder", folder], { timeoutMs: RUN_MS });
      if (status !== 0) throw new Error(`the program ended with ${status}: ${stderr}`);
      for (const n of ["1", "2"]) {
        const file = path.join(folder, `heap-${n}.pb.gz`);
        copyFileSync(file, path.join(both, `heap-${n}.pb.gz`));
        copyFileSync(file, path.join(folder, n, "heap.pb.gz"));
      }
      /** @type {Truth[]} */
      const truth = JSON.parse(readFileSync(path.join(folder, "truth.json"), "utf8"));
      const pair = sitesOf(answer(await read(both), undefined));
      const first = sitesOf(answer(await read(path.join(folder, "1")), undefined));
      const second = sitesOf(answer(await read(path.join(folder, "2")), undefined));
      for (const each of truth) {
        all.push(observe(toolchain.version, each, pair, first, second));
      }
    }
  }
  report(all);
  writeFileSync(path.join(OUT, "study-coverage.json"), `${JSON.stringify(all, undefined, 1)}\n`);
}

/** @typedef {Map<string, { live: Quantity, growth: Quantity | null }>} Sites */

/** @param {import("./compare.mjs").Answer | undefined} said @returns {Sites} */
function sitesOf(said) {
  if (said?.sites === null || said?.sites === undefined) throw new Error("no sites in the answer");
  return new Map(said.sites.sites.map((site) => [site.function, site]));
}

/** A site with no sample is not in the answer; the rule of three bounds it. */
const UNSEEN_BYTES = 1.5 * 1024 ** 2;

/**
 * @param {string} go
 * @param {Truth} truth
 * @param {Sites} pair
 * @param {Sites} first
 * @param {Sites} second
 * @returns {Observation}
 */
function observe(go, truth, pair, first, second) {
  const live = truth.after * truth.size;
  const growth = (truth.after - truth.before) * truth.size;
  const unseen = { value: 0, lo: 0, hi: UNSEEN_BYTES };
  const site = pair.get(truth.function);
  const a = first.get(truth.function)?.live ?? unseen;
  const b = second.get(truth.function)?.live ?? unseen;
  const paired = site?.growth ?? { value: 0, lo: -UNSEEN_BYTES, hi: UNSEEN_BYTES };
  const difference = b.value - a.value;
  const subtraction = {
    lo: difference - Math.hypot(b.value - b.lo, a.hi - a.value),
    hi: difference + Math.hypot(b.hi - b.value, a.value - a.lo),
  };
  return {
    go,
    site: `${truth.function} ${truth.size} B`,
    live,
    growth,
    isLiveHeld: holds(site?.live ?? unseen, live),
    isGrowthHeld: holds(paired, growth),
    isSubtractionHeld: holds(subtraction, growth),
    isGrowthSeen: paired.lo > 0,
    isSubtractionSeen: subtraction.lo > 0,
    width: (paired.hi - paired.lo) / 2,
    subtractionWidth: (subtraction.hi - subtraction.lo) / 2,
  };
}

/** @param {{ lo: number, hi: number }} interval @param {number} value */
const holds = ({ lo, hi }, value) => lo <= value && value <= hi;

/** @param {readonly Observation[]} all */
function report(all) {
  const groups = new Map();
  for (const each of all) {
    const key = `${each.go} ${each.site}`;
    groups.set(key, [...(groups.get(key) ?? []), each]);
  }
  const tests = groups.size * 2;
  let failures = 0;
  const rows = [...groups.values()].map((/** @type {Observation[]} */ group) => {
    const n = group.length;
    /** @param {(each: Observation) => boolean} test */
    const count = (test) => group.filter(test).length;
    /** @param {(each: Observation) => number} of */
    const mean = (of) => group.reduce((sum, each) => sum + of(each), 0) / n / 1024 ** 2;
    const held = [count((each) => each.isLiveHeld), count((each) => each.isGrowthHeld)];
    const cells = held.map((k) => {
      const isTooLow = k < n && binomialAtMost(k, n, LEVEL) < ALPHA / tests;
      if (isTooLow) failures += 1;
      return `${percent(k / n)}${isTooLow ? " LOW" : ""}`;
    });
    const one = group[0];
    return [
      one?.go ?? "",
      one?.site ?? "",
      String(n),
      `${((one?.live ?? 0) / 1024 ** 2).toFixed(1)} ${((one?.growth ?? 0) / 1024 ** 2).toFixed(1)}`,
      ...cells,
      percent(count((each) => each.isSubtractionHeld) / n),
      `${mean((each) => each.width).toFixed(2)} ${mean((each) => each.subtractionWidth).toFixed(2)}`,
      `${percent(count((each) => each.isGrowthSeen) / n)} ${percent(count((each) => each.isSubtractionSeen) / n)}`,
    ];
  });
  const head = [
    "Go",
    "site",
    "n",
    "live, growth MiB",
    "live held",
    "growth held",
    "subtraction held",
    "± MiB pair, subtr.",
    "growth seen pair, subtr.",
  ];
  process.stdout.write(`${tableOf(head, rows)}\n\n`);
  process.stdout.write(
    `${failures} of ${tests} coverages are below ${percent(LEVEL)} at ${ALPHA} over all rows\n`,
  );
  if (failures > 0) process.exitCode = 1;
}

/** @param {number} fraction */
const percent = (fraction) => `${(fraction * 100).toFixed(1)} %`;
