// `npm run lab -- study-ledger`: is the ledger right? Fresh processes plant known amounts of two kinds of
// memory each and stay quiet; every planted kind, and every kind not planted, must be found within 5 % or
// 8 MiB, and at most 3 % of RSS or 4 MiB may stay unexplained.
//
// How it can mislead: the plants are clean cases, one mapping each and fully touched; a baseline without
// plants is subtracted, so an error that every process has does not show.

import { rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { loadAnswering } from "./bundle.mjs";
import { Interrupted, pause } from "./children.mjs";
import { capture } from "./live.mjs";
import { OUT } from "./places.mjs";
import { randomOf } from "./random.mjs";
import { Service } from "./service.mjs";
import { takeSubject } from "./subject.mjs";
import { tableOf } from "./tables.mjs";
import { buildProgram, openToolchain } from "./toolchains.mjs";

const MIB = 1024 ** 2;
/** Flag of lab/studies/ledger → part of the ledger. */
const PARTS = /** @type {const} */ ({
  native: "native",
  file: "file",
  shared: "shared",
  stacks: "stacks",
  heap: "live",
});
/** @typedef {keyof typeof PARTS} Kind */
const KINDS = /** @type {readonly Kind[]} */ (["native", "file", "shared", "stacks", "heap"]);
const SECONDS = 4;
const SMALLEST_MIB = 8;
const LARGEST_MIB = 192;

/** @typedef {Readonly<Record<Kind, number>>} Amounts in bytes */
/** @typedef {{ found: Amounts, rss: number, unexplained: number }} Measured */
/** @typedef {{ go: string, planted: Amounts, found: Amounts, rss: number, unexplained: number, misses: string[] }} Trial */

/**
 * @param {import("./live-set.mjs").SetOptions} options `repeat` is the number of processes per toolchain
 * @param {AbortSignal} signal
 */
export async function studyLedger(options, signal) {
  const subject = await takeSubject();
  const { read, answer } = await loadAnswering();
  const count = Math.max(20, options.repeat);
  /** @type {Trial[]} */
  const trials = [];
  for (const wanted of options.go) {
    const toolchain = await openToolchain(wanted);
    const program = await buildProgram(toolchain, "studies/ledger", []);
    const random = randomOf(20_260_801);
    /** @param {Amounts} planted */
    const measure = async (planted) => {
      const folder = path.join(OUT, "study-ledger");
      rmSync(folder, { recursive: true, force: true });
      const args = KINDS.flatMap((kind) => [`-${kind}`, String(planted[kind] / MIB)]);
      const service = new Service(program, { name: "study", args, env: {}, ownGroup: true });
      try {
        await service.listening(signal);
        await pause(1_000, signal);
        await capture(service, folder, SECONDS, { every: undefined, subject, signal });
      } finally {
        await service.end();
      }
      service.forget();
      return partsOf(answer(await read(folder), undefined));
    };
    const base = await measure(amounts(() => 0));
    for (let i = 0; i < count; i += 1) {
      if (signal.aborted) throw new Interrupted();
      const kinds = random.subset(KINDS, 2);
      const planted = amounts((kind) => {
        const size = SMALLEST_MIB * (LARGEST_MIB / SMALLEST_MIB) ** random.next();
        return kinds.includes(kind) ? Math.round(size) * MIB : 0;
      });
      const measured = await measure(planted);
      const found = amounts((kind) => measured.found[kind] - base.found[kind]);
      const trial = { ...measured, go: toolchain.version, planted, found };
      const judged = { ...trial, misses: missesOf(trial) };
      trials.push(judged);
      process.stdout.write(`${describe(judged)}\n`);
    }
  }
  report(trials);
  writeFileSync(path.join(OUT, "study-ledger.json"), `${JSON.stringify(trials, undefined, 1)}\n`);
}

/** @param {(kind: Kind) => number} of @returns {Amounts} */
function amounts(of) {
  return {
    native: of("native"),
    file: of("file"),
    shared: of("shared"),
    stacks: of("stacks"),
    heap: of("heap"),
  };
}

/** @param {import("./compare.mjs").Answer | undefined} said @returns {Measured} */
function partsOf(said) {
  const ledger = said?.ledgers.find((each) => each.of === "process");
  if (ledger?.total === null || ledger?.total === undefined) {
    throw new Error("the answer has no ledger of the process");
  }
  /** @param {string} name */
  const part = (name) => {
    const bytes = ledger.parts.find((each) => each.part === name)?.bytes;
    if (bytes === null || bytes === undefined) throw new Error(`the ledger does not know ${name}`);
    return bytes.value;
  };
  return {
    found: amounts((kind) => part(PARTS[kind])),
    rss: ledger.total.value,
    unexplained: part("unexplained"),
  };
}

/** @param {Omit<Trial, "misses">} trial */
function missesOf({ planted, found, rss, unexplained }) {
  const misses = KINDS.filter(
    (kind) => Math.abs(found[kind] - planted[kind]) > Math.max(planted[kind] * 0.05, 8 * MIB),
  ).map((kind) => `${kind} ${mib(planted[kind])} found ${mib(found[kind])}`);
  if (Math.abs(unexplained) > Math.max(rss * 0.03, 4 * MIB)) {
    misses.push(`unexplained ${mib(unexplained)} of ${mib(rss)}`);
  }
  return misses;
}

/** @param {Trial} trial */
function describe({ go, planted, found, unexplained, misses }) {
  const parts = KINDS.filter((kind) => planted[kind] > 0).map(
    (kind) => `${kind} ${mib(planted[kind])} → ${mib(found[kind])}`,
  );
  return `${go}  ${parts.join(", ")}, unexplained ${mib(unexplained)}  ${misses.length === 0 ? "ok" : `MISS: ${misses.join("; ")}`}`;
}

/** @param {number} bytes */
const mib = (bytes) => (bytes / MIB).toFixed(1);

/** @param {readonly Trial[]} trials */
function report(trials) {
  const rows = [...new Set(trials.map(({ go }) => go))].map((go) => {
    const mine = trials.filter((trial) => trial.go === go);
    const worst = KINDS.map((kind) =>
      Math.max(...mine.map(({ planted, found }) => Math.abs(found[kind] - planted[kind]))),
    );
    const unexplained = Math.max(...mine.map((trial) => Math.abs(trial.unexplained / trial.rss)));
    const right = mine.filter(({ misses }) => misses.length === 0).length;
    return [
      go,
      `${right}/${mine.length}`,
      ...worst.map(mib),
      `${(unexplained * 100).toFixed(1)} %`,
    ];
  });
  const head = [
    "Go",
    "all found",
    ...KINDS.map((kind) => `${kind}, worst MiB`),
    "unexplained, worst",
  ];
  process.stdout.write(`\n${tableOf(head, rows)}\n`);
  if (trials.some(({ misses }) => misses.length > 0)) process.exitCode = 1;
}
