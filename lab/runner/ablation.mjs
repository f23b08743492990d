// `npm run lab -- ablation`: what is said when part of the evidence is missing? Of every recording twenty
// random subsets are drawn, with a seed that depends on its name alone. A subset may give a weaker
// answer; it must not give a confident wrong one.
//
// How it can mislead: subsets of one recording are not independent, so the total rate has a wider
// interval than its count of draws suggests. Recordings are the units; the table names each.

import { writeFileSync } from "node:fs";
import path from "node:path";
import { loadAnswering } from "./bundle.mjs";
import { Interrupted } from "./children.mjs";
import { compare, isConfidentlyWrong } from "./compare.mjs";
import { OUT } from "./places.mjs";
import { randomOf, seedOf } from "./random.mjs";
import { liveSources, recordedSources } from "./sources.mjs";
import { tableOf } from "./tables.mjs";

/** @typedef {import("./answering.mjs").Artefact} Artefact */
/** @typedef {import("./answering.mjs").EvidenceFolder} EvidenceFolder */
/** @typedef {import("./compare.mjs").Comparison} Comparison */

const DRAWS = 20;

/**
 * @typedef {object} Draw
 * @property {string} how
 * @property {EvidenceFolder} evidence
 */
/**
 * @typedef {object} Judged
 * @property {string} key
 * @property {number} draw
 * @property {string} how
 * @property {readonly string[]} kinds what was left, as kind×count
 * @property {Comparison | undefined} comparison undefined: nothing to answer from
 */

/** @param {Artefact} artefact */
function kindOf({ table }) {
  if (table.kind === "profile") return table.profileKind;
  return table.kind;
}

/**
 * Even draws leave whole kinds of evidence out, odd ones single artefacts; of both the second half is
 * without the manifest, as loose files that somebody saved by hand.
 * @param {EvidenceFolder} whole
 * @param {string} name
 * @returns {Draw[]}
 */
export function drawsOf(whole, name) {
  const random = randomOf(seedOf(name));
  const kinds = [...new Set(whole.artefacts.map(kindOf))].toSorted();
  return Array.from({ length: DRAWS }, (_, i) => {
    const byKind = i % 2 === 0;
    const isLoose = i >= DRAWS / 2;
    /** @type {readonly Artefact[]} */
    let left;
    if (byKind) {
      const kept = new Set(random.subset(kinds, random.between(1, Math.max(1, kinds.length - 1))));
      left = whole.artefacts.filter((artefact) => kept.has(kindOf(artefact)));
    } else {
      const count = random.between(1, Math.max(1, whole.artefacts.length - 1));
      left = random.subset(whole.artefacts, count);
    }
    const artefacts = isLoose ? left.map(loosened) : left;
    return {
      how: `${byKind ? "kinds" : "artefacts"}${isLoose ? ", loose" : ""}`,
      evidence: {
        artefacts,
        unread: [],
        absent: isLoose ? [] : whole.absent,
        seals: isLoose ? [] : (whole.seals ?? []),
      },
    };
  });
}

/** A file that was saved by hand has the time of its saving and nothing else. @param {Artefact} artefact */
function loosened(artefact) {
  return {
    ...artefact,
    record: undefined,
    fileTimeMs: artefact.record?.endMs ?? artefact.fileTimeMs,
  };
}

/**
 * @param {import("./live-set.mjs").SetOptions} options
 * @param {AbortSignal} signal
 */
export async function ablation(options, signal) {
  const sources = options.fromLive ? liveSources(options.only) : recordedSources(options.only);
  if (sources.length === 0) throw new Error("there is no recording of that name");
  const { read, answer } = await loadAnswering();
  /** @type {Judged[]} */
  const all = [];
  const rows = [];
  for (const { key, folder, limitBytes, expected } of sources) {
    if (signal.aborted) throw new Interrupted();
    const whole = await read(folder);
    const judged = drawsOf(whole, key).map(({ how, evidence }, draw) => {
      const said = answer(evidence, limitBytes);
      const comparison = said === undefined ? undefined : compare(expected, said);
      return { key, draw, how, kinds: countKinds(evidence), comparison };
    });
    all.push(...judged);
    rows.push([key, ...cellsOf(judged)]);
    process.stderr.write(`${key}\n`);
  }
  const wrong = all.filter(isWrong);
  const head = [
    "recording",
    "right",
    "general",
    "wrong low",
    "CONFIDENTLY WRONG",
    "inconcl.",
    "no fault",
    "none",
  ];
  process.stdout.write(`${tableOf(head, [...rows, ["all", ...cellsOf(all)]])}\n\n`);
  for (const { key, draw, how, kinds, comparison } of wrong) {
    process.stdout.write(
      `${key} draw ${draw} (${how}): ${comparison?.said} ${comparison?.confidence}, from ${kinds.join(" ")}\n`,
    );
  }
  const units = new Set(wrong.map(({ key }) => key)).size;
  process.stdout.write(
    `\nconfidently wrong: ${wrong.length} of ${all.length} draws (${((100 * wrong.length) / all.length).toFixed(2)} %), in ${units} of ${sources.length} recordings\n`,
  );
  writeFileSync(path.join(OUT, "ablation.json"), `${JSON.stringify(all, undefined, 1)}\n`);
}

/** @param {Judged} judged */
const isWrong = ({ comparison }) => comparison !== undefined && isConfidentlyWrong(comparison);

/** @param {EvidenceFolder} evidence */
function countKinds({ artefacts }) {
  /** @type {Map<string, number>} */
  const counts = new Map();
  for (const each of artefacts) counts.set(kindOf(each), (counts.get(kindOf(each)) ?? 0) + 1);
  return [...counts]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([kind, count]) => (count === 1 ? kind : `${kind}×${count}`));
}

/** @param {readonly Judged[]} judged */
function cellsOf(judged) {
  /** @param {(comparison: Comparison) => boolean} test */
  const count = (test) =>
    String(judged.filter(({ comparison }) => comparison !== undefined && test(comparison)).length);
  return [
    count(({ outcome }) => outcome === "right"),
    count(({ outcome }) => outcome === "general"),
    count(
      (each) => (each.outcome === "wrong" || each.outcome === "alarm") && !isConfidentlyWrong(each),
    ),
    count(isConfidentlyWrong),
    count(({ outcome }) => outcome === "inconclusive"),
    count(({ outcome }) => ["missed", "named", "calm"].includes(outcome)),
    String(judged.filter(({ comparison }) => comparison === undefined).length),
  ];
}
