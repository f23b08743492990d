// What was said against what is true. Pure, so that live runs, replay and ablation count alike.

/** @typedef {"high" | "medium" | "low"} Confidence */
/** @typedef {{ readonly text: string }} Statement */
/** @typedef {{ readonly value: number, readonly lo: number, readonly hi: number }} Quantity */
/** @typedef {{ readonly of: string, readonly total: Quantity | null, readonly parts: readonly { part: string, bytes: Quantity | null }[] }} Ledger */
/** @typedef {{ readonly sites: readonly { function: string, live: Quantity, growth: Quantity | null }[] }} SiteTable */
/**
 * The parts of an answer as JSON (schema heapwright.why/1) that the lab looks at.
 * @typedef {object} Answer
 * @property {"fault" | "no-fault-seen" | "inconclusive"} status
 * @property {Statement} headline
 * @property {readonly Statement[]} facts
 * @property {readonly Verdict[]} verdicts
 * @property {readonly { what: string }[]} missing
 * @property {readonly { code: string, severity: string }[]} diagnostics
 * @property {readonly unknown[]} processes
 * @property {readonly Ledger[]} ledgers
 * @property {SiteTable | null} sites
 */
/**
 * @typedef {object} Verdict
 * @property {string} cause
 * @property {boolean} fault
 * @property {Confidence} confidence
 * @property {Statement} headline
 * @property {readonly Statement[]} facts
 * @property {readonly { function: string, file: string, line: number, role: string }[]} sites
 */
/**
 * @typedef {object} Expectation
 * @property {"faulty" | "healthy"} kind
 * @property {string} cause
 * @property {readonly import("./scenarios.mjs").AcceptedLine[]} acceptedLines
 * @property {string} asInformation "" when only a fault is right
 * @property {readonly string[]} acceptedCauses
 */
/**
 * Of a faulty program: right (for some programs also named without being called a fault, see
 * `asInformation` in expect.json), general (true, but less precise than the true cause), wrong (another
 * fault first), named (the true cause is named, but not as a fault), missed (no fault seen),
 * inconclusive. Of a healthy one: calm, alarm (any fault),
 * inconclusive.
 * @typedef {"right" | "general" | "wrong" | "named" | "missed" | "calm" | "alarm" | "inconclusive"} Outcome
 */
/**
 * @typedef {object} Comparison
 * @property {Outcome} outcome
 * @property {Confidence | undefined} confidence of the first fault
 * @property {string} said cause of the first fault, else the status
 * @property {number} rank of the true cause among the verdicts, from 1; 0: not among them
 * @property {"yes" | "no" | "none" | "n/a"} line whether a site of a right or general verdict is an accepted line
 * @property {boolean} harmlessNamed a healthy program's growth was explained as expected
 */

/**
 * Causes of which another one is true as well, only less precise: contexts that nobody cancels, timers
 * that wait, handles whose finalizer never runs and texts kept for a part of them are heap that grows.
 * @type {Readonly<Record<string, string>>}
 */
const GENERAL = {
  // Without the trace: that GC costs too much, not who waits for it or which setting makes it so.
  "assist-bound-latency": "churn",
  "gc-thrash": "churn",
  "context-leak": "heap-leak",
  "finalizer-blocked": "heap-leak",
  "substring-retention": "heap-leak",
  "timer-leak": "heap-leak",
};

/**
 * @param {Expectation} expected
 * @param {Answer} answer
 * @returns {Comparison}
 */
export function compare(expected, answer) {
  const first = answer.verdicts.find((verdict) => verdict.fault);
  const rank = answer.verdicts.findIndex((verdict) => verdict.cause === expected.cause) + 1;
  const said = first?.cause ?? answer.status;
  const confidence = first?.confidence;
  if (expected.kind === "healthy") {
    const harmlessNamed = answer.verdicts.some(
      (verdict) => !verdict.fault && expected.acceptedCauses.includes(verdict.cause),
    );
    /** @type {Outcome} */
    const outcome =
      first !== undefined ? "alarm" : answer.status === "inconclusive" ? "inconclusive" : "calm";
    return { outcome, confidence, said, rank, line: "n/a", harmlessNamed };
  }
  const named = answer.verdicts[rank - 1];
  if (first === undefined && named !== undefined && expected.asInformation !== "") {
    const line = lineOf(named, expected.acceptedLines);
    return { outcome: "right", confidence, said: expected.cause, rank, line, harmlessNamed: false };
  }
  if (first === undefined) {
    /** @type {Outcome} */
    const outcome =
      rank > 0 ? "named" : answer.status === "inconclusive" ? "inconclusive" : "missed";
    return { outcome, confidence, said, rank, line: "n/a", harmlessNamed: false };
  }
  /** @type {Outcome} */
  const outcome =
    first.cause === expected.cause
      ? "right"
      : first.cause === GENERAL[expected.cause]
        ? "general"
        : "wrong";
  return {
    outcome,
    confidence,
    said,
    rank,
    line: outcome === "wrong" ? "n/a" : lineOf(first, expected.acceptedLines),
    harmlessNamed: false,
  };
}

/**
 * @param {Verdict} verdict
 * @param {readonly import("./scenarios.mjs").AcceptedLine[]} accepted
 * @returns {Comparison["line"]}
 */
function lineOf(verdict, accepted) {
  if (accepted.length === 0) return "n/a";
  if (verdict.sites.length === 0) return "none";
  const isHit = verdict.sites.some((site) =>
    accepted.some(
      ({ file, from, to }) =>
        (site.file === file || site.file.endsWith(`/${file}`)) &&
        site.line >= from &&
        site.line <= to,
    ),
  );
  return isHit ? "yes" : "no";
}

/** A fault named with medium or high confidence that is not there. @param {Comparison} comparison */
export function isConfidentlyWrong({ outcome, confidence }) {
  return (outcome === "wrong" || outcome === "alarm") && confidence !== "low";
}

/** Is this what must be said of the program? @param {Comparison} comparison */
export function isMet({ outcome, line }) {
  if (outcome === "calm") return true;
  return (outcome === "right" || outcome === "general") && (line === "yes" || line === "n/a");
}
