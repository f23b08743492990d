// `npm run lab`: does heapwright say of each lab service what is true of it?
//   npm run lab                                  every scenario, live, with the installed Go
//   npm run lab -- --only 'heap-leak*' --fresh   some of them, from the start
//   npm run lab -- rejudge                       today's build on the evidence of earlier live runs
// README.md beside this file tells the rest.

import { parseArgs } from "node:util";
import { ablation } from "./runner/ablation.mjs";
import { Interrupted, stopAll } from "./runner/children.mjs";
import { rejudgeSet, runSet } from "./runner/live-set.mjs";
import { recordSet } from "./runner/record-set.mjs";
import { alone } from "./runner/lock.mjs";
import { replay } from "./runner/replay.mjs";
import { studyCoverage } from "./runner/study-coverage.mjs";
import { studyLedger } from "./runner/study-ledger.mjs";
import { studyTrace } from "./runner/study-trace.mjs";

const HELP = `npm run lab -- [VERB] [FLAGS]

  live       (default) build, run under load, capture, explain, compare
  rejudge    explain the evidence of earlier live runs again, with today's build
  record     run as live does and keep the evidence in recordings/
  replay     explain every recording with today's sources, in one process
  ablation   the same with random parts of the evidence left out
  study-ledger     planted memory of several kinds: does the ledger find it?
  study-coverage   known allocations: do the intervals hold the truth?
  study-trace      assists and pauses of a trace against the runtime's own counters

  --only PATTERN    scenario or scenario/kind, * for anything (repeatable)
  --go LIST         toolchains, e.g. local,1.22.12,1.24.9,1.27.3       default local
  --for SECONDS     shortest capture; a scenario may ask for more      default 60
  --every DURATION  time between two samples of a capture's series
  --repeat N        runs of each                                       default 1
  --jobs N          runs at the same time; more than 1 disturbs them   default 1
  --fresh           forget earlier results and take today's build
  --kept-build      rejudge with the build in lab/out/heapwright instead of today's
  --from-live       replay and ablation of what the live runs left, not of recordings/
  --beside          run although another set of runs goes on
  --shared-group    run services in the lab's own control group

Results: lab/out/results.jsonl (one line a run), lab/out/summary.json, answers and captures beside them.
`;

/** @param {string | undefined} text @param {string} flag @param {number} fallback */
function count(text, flag, fallback) {
  const n = text === undefined ? fallback : Number(text);
  if (!Number.isInteger(n) || n < 1) throw new UsageError(`${flag} takes a whole number from 1`);
  return n;
}

class UsageError extends Error {}

/** @returns {{ verb: string, options: import("./runner/live-set.mjs").SetOptions } | undefined} */
function readCommandLine() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      only: { type: "string", multiple: true },
      go: { type: "string" },
      for: { type: "string" },
      every: { type: "string" },
      repeat: { type: "string" },
      jobs: { type: "string" },
      fresh: { type: "boolean" },
      "kept-build": { type: "boolean" },
      beside: { type: "boolean" },
      "from-live": { type: "boolean" },
      "shared-group": { type: "boolean" },
      help: { type: "boolean" },
    },
  });
  if (values.help === true) return undefined;
  if (positionals.length > 1) throw new UsageError(`one verb at a time: ${positionals.join(" ")}`);
  return {
    verb: positionals[0] ?? "live",
    options: {
      go: (values.go ?? "local").split(",").filter((version) => version !== ""),
      only: values.only ?? [],
      repeat: count(values.repeat, "--repeat", 1),
      jobs: count(values.jobs, "--jobs", 1),
      fresh: values.fresh === true,
      forSeconds: count(values.for, "--for", 60),
      every: values.every,
      ownGroup: values["shared-group"] !== true,
      beside: values.beside === true,
      keptBuild: values["kept-build"] === true,
      fromLive: values["from-live"] === true,
    },
  };
}

const controller = new AbortController();
for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM"])) {
  process.on(signal, () => {
    controller.abort();
    void stopAll();
  });
}

/** @type {Readonly<Record<string, typeof runSet>>} */
const VERBS = {
  live: runSet,
  record: recordSet,
  rejudge: rejudgeSet,
  replay,
  ablation,
  "study-ledger": studyLedger,
  "study-coverage": studyCoverage,
  "study-trace": studyTrace,
};

const STARTS_SERVICES = new Set(["live", "record", "study-ledger", "study-trace"]);

try {
  const asked = readCommandLine();
  if (asked === undefined) {
    process.stdout.write(HELP);
  } else {
    const verb = VERBS[asked.verb];
    if (verb === undefined) throw new UsageError(`no verb ${asked.verb}; --help lists them`);
    const runs = () => verb(asked.options, controller.signal);
    await (STARTS_SERVICES.has(asked.verb) ? alone(asked.options.beside, runs) : runs());
  }
} catch (error) {
  await stopAll();
  if (error instanceof Interrupted || controller.signal.aborted) {
    process.exitCode = 130;
  } else if (error instanceof UsageError || (error instanceof TypeError && "code" in error)) {
    process.stderr.write(`lab: ${error.message}\n`);
    process.exitCode = 2;
  } else {
    process.stderr.write(
      `lab: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
    );
    process.exitCode = 1;
  }
}
