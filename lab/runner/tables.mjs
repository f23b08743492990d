// The tables at the end of a set of runs, as text and as numbers.

import { isConfidentlyWrong } from "./compare.mjs";

/** @typedef {import("./compare.mjs").Comparison} Comparison */
/**
 * What the tables are made of: a run, a replayed recording, or one that is missing.
 * @typedef {object} Entry
 * @property {string} key
 * @property {"faulty" | "healthy"} kind
 * @property {string} cause
 * @property {string} window
 * @property {string} go
 * @property {Comparison | undefined} comparison
 * @property {string | undefined} failure
 */

const CONFIDENCES = /** @type {const} */ (["high", "medium", "low"]);

/** @param {readonly Entry[]} entries */
export function tallyOf(entries) {
  const causes = [...new Set(entries.filter(isFaulty).map(({ cause }) => cause))].toSorted();
  const versions = [...new Set(entries.map(({ go }) => go))].toSorted(compareVersions);
  const healthy = entries.filter((entry) => !isFaulty(entry));
  return {
    runs: entries.length,
    missing: entries.filter(({ comparison }) => comparison === undefined).map(({ key }) => key),
    byCause: causes.map((cause) => ({
      cause,
      ...faultyTally(entries.filter((entry) => isFaulty(entry) && entry.cause === cause)),
    })),
    byVersion: versions.map((go) => ({
      go,
      ...faultyTally(entries.filter((entry) => isFaulty(entry) && entry.go === go)),
      healthy: healthyTally(healthy.filter((entry) => entry.go === go)),
    })),
    byConfidence: CONFIDENCES.map((confidence) => ({
      confidence,
      ...confidenceTally(entries, confidence),
    })),
    healthy: healthyTally(healthy),
    byWindow: [...new Set(healthy.map(({ window }) => window))].toSorted().map((window) => ({
      window,
      ...healthyTally(healthy.filter((entry) => entry.window === window)),
    })),
    confidentlyWrong: comparisonsOf(entries).filter(isConfidentlyWrong).length,
  };
}

/** @typedef {ReturnType<typeof tallyOf>} Tally */

/** @param {Entry} entry */
const isFaulty = ({ kind }) => kind === "faulty";

/** @param {readonly Entry[]} entries @returns {Comparison[]} */
function comparisonsOf(entries) {
  return entries.flatMap(({ comparison }) => (comparison === undefined ? [] : [comparison]));
}

/** @param {readonly Entry[]} entries of faulty programs */
function faultyTally(entries) {
  const all = comparisonsOf(entries);
  const right = all.filter(({ outcome }) => outcome === "right");
  /** @param {Comparison["outcome"]} wanted */
  const count = (wanted) => all.filter(({ outcome }) => outcome === wanted).length;
  /** @type {Record<string, number>} */
  const said = {};
  for (const each of all) {
    const name = each.confidence === undefined ? each.said : `${each.said} (${each.confidence})`;
    said[name] = (said[name] ?? 0) + 1;
  }
  return {
    runs: entries.length,
    missing: entries.length - all.length,
    right: right.length,
    rightBy: byConfidence(right),
    general: count("general"),
    lineYes: all.filter(({ line }) => line === "yes").length,
    lineAsked: all.filter(({ line }) => line !== "n/a").length,
    second: all.filter(({ outcome, rank }) => outcome === "wrong" && rank > 1).length,
    wrong: count("wrong"),
    wrongBy: byConfidence(all.filter(({ outcome }) => outcome === "wrong")),
    named: count("named"),
    missed: count("missed"),
    inconclusive: count("inconclusive"),
    said,
  };
}

/** @param {readonly Entry[]} entries of healthy programs */
function healthyTally(entries) {
  const all = comparisonsOf(entries);
  const alarms = all.filter(({ outcome }) => outcome === "alarm");
  const confident = alarms.filter(({ confidence }) => confidence !== "low").length;
  return {
    runs: entries.length,
    missing: entries.length - all.length,
    calm: all.filter(({ outcome }) => outcome === "calm").length,
    inconclusive: all.filter(({ outcome }) => outcome === "inconclusive").length,
    alarms: alarms.length,
    alarmsBy: byConfidence(alarms),
    harmlessNamed: all.filter(({ harmlessNamed }) => harmlessNamed).length,
    /** One-sided 95 % bound on the rate of medium and high false alarms. */
    confidentAlarmRateAtMost: upperBound(confident, all.length),
  };
}

/** @param {readonly Comparison[]} comparisons */
function byConfidence(comparisons) {
  const out = { high: 0, medium: 0, low: 0 };
  for (const { confidence } of comparisons) if (confidence !== undefined) out[confidence] += 1;
  return out;
}

/** Of all faults named with this confidence, how many were there.
 * @param {readonly Entry[]} entries @param {import("./compare.mjs").Confidence} wanted */
function confidenceTally(entries, wanted) {
  const all = comparisonsOf(entries).filter(({ confidence }) => confidence === wanted);
  const right = all.filter(({ outcome }) => outcome === "right" || outcome === "general").length;
  return { said: all.length, right, wrongRateAtMost: upperBound(all.length - right, all.length) };
}

/**
 * Clopper-Pearson, one-sided 95 %: the largest rate at which seeing ≤ k of n is not rarer than 5 %.
 * @param {number} k
 * @param {number} n
 */
export function upperBound(k, n) {
  if (n === 0 || k >= n) return 1;
  let low = 0;
  let high = 1;
  for (let i = 0; i < 60; i += 1) {
    const p = (low + high) / 2;
    if (binomialAtMost(k, n, p) > 0.05) low = p;
    else high = p;
  }
  return high;
}

/** Chance of at most k of n at rate p. @param {number} k @param {number} n @param {number} p */
export function binomialAtMost(k, n, p) {
  let term = (1 - p) ** n;
  let sum = term;
  for (let i = 1; i <= k; i += 1) {
    term *= ((n - i + 1) / i) * (p / (1 - p));
    sum += term;
  }
  return sum;
}

/** @param {string} a @param {string} b */
function compareVersions(a, b) {
  return a.localeCompare(b, "en", { numeric: true });
}

/** @param {Tally} tally @returns {string} */
export function printTally(tally) {
  const parts = [
    "FAULTY, by true cause",
    tableOf(
      [
        "cause",
        "runs",
        "right first",
        "h/m/l",
        "general",
        "line",
        "2nd",
        "wrong",
        "named",
        "missed",
        "inconcl.",
        "missing",
        "said",
      ],
      tally.byCause.map((row) => [row.cause, ...faultyCells(row), saidOf(row.said)]),
    ),
    "FAULTY, by Go version",
    tableOf(
      [
        "Go",
        "runs",
        "right first",
        "h/m/l",
        "general",
        "line",
        "2nd",
        "wrong",
        "named",
        "missed",
        "inconcl.",
        "missing",
      ],
      tally.byVersion.map((row) => [row.go, ...faultyCells(row)]),
    ),
    "CALIBRATION, over faulty and healthy: a named fault was there",
    tableOf(
      ["confidence", "said", "right", "wrong rate at most (95 %)"],
      tally.byConfidence.map(({ confidence, said, right, wrongRateAtMost }) => [
        confidence,
        String(said),
        said === 0 ? "–" : `${right} (${percent(right / said)})`,
        said === 0 ? "–" : percent(wrongRateAtMost),
      ]),
    ),
    "HEALTHY, by window",
    tableOf(
      [
        "window",
        "runs",
        "no fault seen",
        "inconcl.",
        "alarms h/m/l",
        "explained",
        "missing",
        "medium+ alarms at most (95 %)",
      ],
      [...tally.byWindow, { window: "all", ...tally.healthy }].map((row) => [
        row.window,
        String(row.runs),
        shareOf(row.calm, row.runs - row.missing),
        String(row.inconclusive),
        threeOf(row.alarmsBy),
        String(row.harmlessNamed),
        String(row.missing),
        percent(row.confidentAlarmRateAtMost),
      ]),
    ),
    `confidently wrong (medium or high): ${tally.confidentlyWrong} of ${tally.runs - tally.missing.length}`,
  ];
  if (tally.missing.length > 0) parts.push(`missing: ${tally.missing.join(", ")}`);
  return `${parts.join("\n\n")}\n`;
}

/** @param {ReturnType<typeof faultyTally>} row */
function faultyCells(row) {
  const there = row.runs - row.missing;
  if (there === 0)
    return [String(row.runs), "missing", "", "", "", "", "", "", "", "", String(row.missing)];
  return [
    String(row.runs),
    shareOf(row.right, there),
    threeOf(row.rightBy),
    String(row.general),
    row.lineAsked === 0 ? "–" : `${row.lineYes}/${row.lineAsked}`,
    String(row.second),
    row.wrong === 0 ? "0" : `${row.wrong} (${threeOf(row.wrongBy)})`,
    String(row.named),
    String(row.missed),
    String(row.inconclusive),
    String(row.missing),
  ];
}

/** @param {{ high: number, medium: number, low: number }} counts */
const threeOf = ({ high, medium, low }) => `${high}/${medium}/${low}`;

/** @param {number} part @param {number} whole */
const shareOf = (part, whole) => (whole === 0 ? "missing" : `${part}/${whole}`);

/** @param {number} fraction */
const percent = (fraction) => `${(fraction * 100).toFixed(fraction < 0.1 ? 1 : 0)} %`;

/** @param {Readonly<Record<string, number>>} said */
function saidOf(said) {
  return Object.entries(said)
    .toSorted(([, a], [, b]) => b - a)
    .map(([name, count]) => (count === 1 ? name : `${count} × ${name}`))
    .join(", ");
}

/** @param {readonly string[]} head @param {readonly (readonly string[])[]} rows */
export function tableOf(head, rows) {
  const all = [head, ...rows];
  const widths = head.map((_, i) => Math.max(...all.map((row) => (row[i] ?? "").length)));
  return all
    .map((row) =>
      row
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

/** One line a run. @param {Entry} entry @param {string} extra */
export function lineOf({ key, comparison, failure }, extra) {
  if (comparison === undefined) return `${key.padEnd(46)}  FAILED        ${failure ?? "missing"}`;
  const { outcome, confidence, said, line, rank } = comparison;
  const parts = [
    key.padEnd(46),
    (outcome === "wrong" || outcome === "alarm" ? outcome.toUpperCase() : outcome).padEnd(12),
    `${said}${confidence === undefined ? "" : ` ${confidence}`}`.padEnd(28),
  ];
  if (line !== "n/a") parts.push(`line ${line}`);
  if (outcome === "wrong" && rank > 1) parts.push(`true cause ranked ${rank}`);
  if (extra !== "") parts.push(extra);
  return parts.join("  ").trimEnd();
}
