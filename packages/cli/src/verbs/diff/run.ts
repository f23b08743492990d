// `heapwright diff`: two profiles, or a series of them.

import { diffDelta, diffPair, type PairDiff } from "@heapwright/core/analysis/diff/pair.ts";
import { obstacleOfKind } from "@heapwright/core/analysis/diff/compare.ts";
import {
  isOfRates,
  rateSeries,
  type RateSeries,
} from "@heapwright/core/analysis/diff/rate-series.ts";
import { diffSeries, type SeriesDiff } from "@heapwright/core/analysis/diff/series.ts";
import { subjectsOf, type Subject } from "@heapwright/core/analysis/diff/subject.ts";
import { ProfileError } from "@heapwright/core/analysis/profile/profile.ts";
import { Regexp } from "@heapwright/core/analysis/profile/regexp/regexp.ts";
import { RegexpError } from "@heapwright/core/analysis/profile/regexp/syntax.ts";
import {
  documentMarkdown,
  documentText,
  type DiffDocument,
} from "@heapwright/core/report/diff/document.ts";
import { pairJson, ratesJson, seriesJson } from "@heapwright/core/report/diff/json.ts";
import { rateDocument } from "@heapwright/core/report/diff/rate-document.ts";
import { pairDocument } from "@heapwright/core/report/diff/pair-document.ts";
import { seriesDocument } from "@heapwright/core/report/diff/series-document.ts";
import { voiceOf, type Voice } from "@heapwright/core/report/say.ts";
import { printable } from "@heapwright/core/report/wording.ts";
import { parseCount } from "../../arguments.ts";
import { EXIT } from "../../exit-codes.ts";
import type { DiffFlags } from "../../flags.ts";
import { assertWritable, writeReport } from "../../report-file.ts";
import { columnsOf, paintFor, ProgressLine } from "../../terminal.ts";
import { UsageError } from "../../usage-error.ts";
import { engineWords } from "../show/engine-words.ts";
import { readProfiles } from "./inputs.ts";

export async function diffVerb(
  targets: readonly string[],
  flags: DiffFlags,
  version: string,
): Promise<number> {
  const voice = voiceOf(flags.lang);
  if (flags.json === true && flags.md === true)
    throw new UsageError("--json or --md, not both", "--json 与 --md 只能选一个");
  if (flags.sameProcess === true && flags.otherProcess === true)
    throw new UsageError(
      "--same-process or --other-process, not both",
      "--same-process 与 --other-process 只能选一个",
    );
  if (targets.filter((t) => t === "-").length > 1)
    throw new UsageError(
      "standard input holds one profile, and - is given more than once",
      "标准输入只有一份剖析，而 - 给了不止一次",
    );
  const top = parseCount(flags.top ?? "10", "--top");
  const requests = flags.requests === undefined ? undefined : parseRequests(flags.requests);
  const focus = pattern(flags.focus, "--focus");
  const ignore = pattern(flags.ignore, "--ignore");
  if (flags.output !== undefined) await assertWritable(flags.output, "-o");
  const isPage = flags.html !== undefined || flags.flame !== undefined;
  if (isPage) await (await import("../../profile-page.ts")).assertPagesWritable(flags);
  const progress = new ProgressLine(flags.quiet === true);
  const { profiles, beside, damage } = await readProfiles(targets, voice, (name) =>
    progress.show(printable(name)),
  ).finally(() => progress.clear());
  let subjects: Subject[];
  try {
    const filters = { sampleIndex: flags.sampleIndex ?? "", focus, ignore };
    subjects = subjectsOf(profiles, filters, beside);
  } catch (error) {
    if (!(error instanceof ProfileError)) throw error;
    const { en, zh } = engineWords(error.message);
    throw new UsageError(en, zh);
  }
  if (isPage) await pages(subjects, { focus, ignore, damage, version }, flags);
  const blank = blankOf(subjects);
  const asked = { top, requests, damage, version, blank };
  const outcome =
    subjects.length > 2
      ? series(subjects, flags, voice, asked)
      : pair(subjects, flags, voice, asked);
  const text =
    flags.json === true
      ? outcome.json()
      : flags.md === true
        ? documentMarkdown(outcome.document)
        : documentText(
            outcome.document,
            paintFor(process.stdout, flags.plain === true || flags.output !== undefined),
            flags.output === undefined ? columnsOf(process.stdout) : undefined,
          );
  if (flags.output === undefined) process.stdout.write(text);
  else await writeReport(flags.output, text);
  if (flags.failOn === undefined) return EXIT.ok;
  const { code, why } = gate(outcome, flags.failOn);
  if (why !== undefined)
    process.stderr.write(`heapwright: ${voice.lang === "zh" ? why[1] : why[0]}\n`);
  return code;
}

/** What a gate says, and where it cannot say: why, in English and Chinese. */
function gate(
  { status, isState, isDoubtful }: Outcome,
  failOn: string,
): { readonly code: number; readonly why?: readonly [en: string, zh: string] } {
  const open = (en: string, zh: string) => ({ code: EXIT.unreadable, why: [en, zh] as const });
  if (status === "growth" && isDoubtful)
    return open(
      "the gate is open: the first file is damaged, and what it lacks looks like growth",
      "门槛未定：第一份文件已损坏，其中缺失的内容会显得增长",
    );
  if (status === "growth") return { code: EXIT.gateFailed };
  if (status === "inconclusive" && isState)
    return failOn === "inconclusive"
      ? { code: EXIT.gateFailed }
      : open(
          "the gate is open: it grew, and nothing tells whether that goes on; take a longer series, or let --fail-on inconclusive fail it",
          "门槛未定：有增长，但不知是否持续；请取更长的序列，或用 --fail-on inconclusive 视为未通过",
        );
  if (status === "no-growth" || status === "ended") return { code: EXIT.ok };
  if (status === "allocated" || status === "difference")
    return open(
      "the gate could not be evaluated: a total since the start only grows, so its growth says nothing; of four files and more diff tells whether the rate changed",
      "门槛无法评估：自启动以来的累计只增不减，其增长说明不了什么；四份以上文件可判断速率是否变化",
    );
  if (status === "not-comparable")
    return open(
      "the gate could not be evaluated: see the first line of the answer",
      "门槛无法评估：见回答的第一行",
    );
  return open(
    `the gate could not be evaluated: of rates nothing grows; their answer is "status" of --json, here ${JSON.stringify(status)}`,
    `门槛无法评估：速率没有增长可言；其结论见 --json 的 "status"，此处为 ${JSON.stringify(status)}`,
  );
}

interface PagesAsked {
  readonly focus: Regexp | undefined;
  readonly ignore: Regexp | undefined;
  readonly damage: readonly string[];
  readonly version: string;
}

/** Of a series the page compares its ends: whether the way between was straight is the answer's matter. */
async function pages(
  subjects: readonly Subject[],
  { focus, ignore, damage, version }: PagesAsked,
  flags: DiffFlags,
): Promise<void> {
  const first = subjects[0];
  const last = subjects.at(-1);
  if (first === undefined || last === undefined) return;
  const [{ sourceFolders, writePages }, { differencePage }] = await Promise.all([
    import("../../profile-page.ts"),
    import("../../difference-page.ts"),
  ]);
  // One state is no difference; the answer says so.
  if (subjects.length === 1 && !first.table.isDelta) return;
  try {
    await writePages(flags, (opensOnPicture) =>
      differencePage(subjects.length === 1 ? undefined : first, last, {
        lang: flags.lang,
        version,
        damage,
        sampleIndex: last.valueType.type,
        sourceFolders: sourceFolders(flags),
        opensOnPicture,
        override: overrideOf(flags),
        focus,
        ignore,
      }),
    );
  } catch (error) {
    if (!(error instanceof ProfileError)) throw error;
    throw new UsageError(
      `a page needs two profiles of one kind: ${error.message}`,
      `页面需要两份同类的剖析：${error.message}`,
    );
  }
}

interface Asked {
  readonly top: number;
  readonly requests: number | undefined;
  readonly damage: readonly string[];
  readonly version: string;
  /** Why there is nothing to compare in any of the files. */
  readonly blank: Blank | undefined;
  /** About the input as a whole. */
  readonly note?: string;
}

interface Outcome {
  readonly status: PairDiff["status"] | SeriesDiff["status"] | RateSeries["status"];
  /** Of memory or goroutines; of rates nothing grows. */
  readonly isState: boolean;
  /** What the first file lacks would look like growth. */
  readonly isDoubtful: boolean;
  readonly document: DiffDocument;
  readonly json: () => string;
}

function overrideOf(flags: DiffFlags): "same" | "other" | undefined {
  if (flags.sameProcess === true) return "same";
  return flags.otherProcess === true ? "other" : undefined;
}

function pair(
  subjects: readonly Subject[],
  flags: DiffFlags,
  voice: Voice,
  { top, requests, damage, version, note, blank }: Asked,
): Outcome {
  const [before, after] = subjects;
  const options = { granularity: flags.granularity ?? "lines", override: overrideOf(flags) };
  let d: PairDiff;
  if (before === undefined || after === undefined) {
    if (before?.table.isDelta !== true)
      throw new UsageError(
        "one profile is a state, and a difference needs two: heapwright diff BEFORE AFTER; heapwright why FILE reads one",
        "一份剖析只是一个状态，差值需要两份：heapwright diff 之前 之后；单份用 heapwright why FILE",
      );
    d = diffDelta(before, options);
  } else d = diffPair(before, after, options);
  if (blank !== undefined) d = { ...d, status: "not-comparable" };
  const said = pairDocument(d, { voice, top, requests, damage });
  const named = note === undefined ? said : { ...said, facts: [note, ...said.facts] };
  const document = blank === undefined ? named : emptied(named, blank, voice);
  return {
    status: d.status,
    isState: true,
    isDoubtful: d.before !== d.after && !d.before.artefact.completeness.complete,
    document,
    json: () => pairJson(d, { voice, version, document, requests }),
  };
}

function series(
  subjects: readonly Subject[],
  flags: DiffFlags,
  voice: Voice,
  { top, requests, damage, version, blank }: Asked,
): Outcome {
  if (requests !== undefined)
    throw new UsageError(
      "--requests takes the counter at two profiles; a series has more",
      "--requests 需要两份剖析各自的计数；序列不止两份",
    );
  if ((flags.granularity ?? "lines") !== "lines")
    throw new UsageError(
      "a series tests every node of the call tree; --granularity is for two profiles",
      "序列会检验调用树的每个节点；--granularity 只用于两份剖析",
    );
  const [first] = subjects;
  const odd = first === undefined ? undefined : subjects.find((s) => isOddTo(first, s));
  if (first !== undefined && odd !== undefined) {
    const [one, other] = [first, odd].map((s) => printable(s.artefact.name));
    const apart =
      flags.lang === "zh"
        ? `序列须为同一类剖析；${one} 与 ${other} 不能放在一起`
        : `a series is of one kind of profile; ${one} and ${other} do not go together`;
    return pair([first, odd], flags, voice, {
      top,
      requests,
      damage,
      version,
      blank,
      note: apart,
    });
  }
  if (subjects.every(isOfRates)) {
    const rates = rateSeries(subjects, overrideOf(flags));
    const d: RateSeries = blank === undefined ? rates : { ...rates, status: "not-comparable" };
    const said = rateDocument(d, { voice, top, damage });
    const document = blank === undefined ? said : emptied(said, blank, voice);
    return {
      status: d.status,
      isState: false,
      isDoubtful: false,
      document,
      json: () => ratesJson(d, { voice, version, document, requests }),
    };
  }
  const delta = subjects.find((s) => s.table.isDelta);
  if (delta !== undefined) {
    const name = printable(delta.artefact.name);
    const type = printable(delta.valueType.type);
    throw new UsageError(
      `${name} is a difference over some seconds already, and the ${type} of several such files are no series: their gaps are not known. Give the profiles themselves${delta.rows === undefined ? "" : ", or compare what was allocated: --sample-index alloc_space"}`,
      `${name} 本身已是一段时间内的差值，多份这样的 ${type} 不成序列：其间隔未知。请给出剖析本身${delta.rows === undefined ? "" : "，或比较分配：--sample-index alloc_space"}`,
    );
  }
  const bare = subjects.find((s) => s.measure === "live" && s.rows === undefined);
  if (bare !== undefined)
    throw new UsageError(
      `a series of live memory needs bytes in use, which ${printable(bare.artefact.name)} does not hold; give two at a time`,
      `存活内存的序列需要占用字节数，而 ${printable(bare.artefact.name)} 没有；请每次给两份`,
    );
  const states = diffSeries(subjects, { override: overrideOf(flags) });
  const d: SeriesDiff = blank === undefined ? states : { ...states, status: "not-comparable" };
  if (states.status === "not-comparable" && states.snapshots.length === 2) {
    // Most show the cycle of the one before: two are left, and two are a pair.
    const left = d.snapshots.map((s) => s.subject);
    const zh = flags.lang === "zh";
    const two = zh
      ? `只有 ${left.length} 份显示不同的 GC 周期：比较 ${left.map((s) => printable(s.artefact.name)).join(" 与 ")}`
      : `only ${left.length} show different GC cycles: compared are ${left.map((s) => printable(s.artefact.name)).join(" and ")}`;
    return pair(left, flags, voice, { top, requests, damage, version, blank, note: two });
  }
  const said = seriesDocument(d, { voice, top, damage });
  const document = blank === undefined ? said : emptied(said, blank, voice);
  return {
    status: d.status,
    isState: true,
    isDoubtful: false,
    document,
    json: () => seriesJson(d, { voice, version, document, requests }),
  };
}

type Blank = "filtered" | "mutex" | "block";

/**
 * Nothing is no steady nothing: a mistyped pattern would pass a gate for ever, and contention is off
 * until a program asks for it (runtime.SetMutexProfileFraction, SetBlockProfileRate).
 */
function blankOf(subjects: readonly Subject[]): Blank | undefined {
  const kinds = new Set(subjects.map((s) => s.table.profileKind));
  const [kind] = kinds;
  if (
    kinds.size === 1 &&
    (kind === "mutex" || kind === "block") &&
    subjects.every((s) => s.table.rows === 0)
  )
    return kind;
  return subjects.every((s) => s.isKept?.includes(1) === false) ? "filtered" : undefined;
}

const BLANK: Readonly<Record<Blank, readonly [en: string, zh: string]>> = {
  filtered: [
    "--focus and --ignore leave no stack of any file: a mistyped pattern, or nothing was sampled there",
    "--focus 与 --ignore 之后没有剩下任何调用栈：模式可能写错，或其中没有采样",
  ],
  mutex: [
    "no file holds a contention: nobody waited, or it was not recorded; it is off until the program calls runtime.SetMutexProfileFraction",
    "没有任何文件含有竞争：没有等待，或未被记录；程序调用 runtime.SetMutexProfileFraction 之前不会记录",
  ],
  block: [
    "no file holds a wait: nobody waited, or it was not recorded; it is off until the program calls runtime.SetBlockProfileRate",
    "没有任何文件含有等待：没有等待，或未被记录；程序调用 runtime.SetBlockProfileRate 之前不会记录",
  ],
};

function emptied(said: DiffDocument, blank: Blank, { lang }: Voice): DiffDocument {
  const [en, zh] = BLANK[blank];
  return {
    ...said,
    verdict: lang === "zh" ? "无法比较" : "NOT COMPARABLE",
    tone: "low",
    rest: lang === "zh" ? zh : en,
    tables: [],
    notes: [],
  };
}

/** Of another kind, or of other values, than the series begins with. */
function isOddTo(first: Subject, s: Subject): boolean {
  return obstacleOfKind(first, s) !== undefined || first.measure !== s.measure;
}

function pattern(text: string | undefined, flag: string): Regexp | undefined {
  if (text === undefined) return undefined;
  try {
    return new Regexp(text);
  } catch (error) {
    if (!(error instanceof RegexpError)) throw error;
    throw new UsageError(`${flag}: ${error.message}`, `${flag}：${error.message}`);
  }
}

/** "1200,5200": how many the service answered in between. */
function parseRequests(text: string): number {
  const match = /^(\d{1,15}),(\d{1,15})$/.exec(text);
  const count = Number(match?.[2]) - Number(match?.[1]);
  if (!(count > 0))
    throw new UsageError(
      `--requests takes the request counter at each profile, the second larger, such as 1200,5200; not ${JSON.stringify(text)}`,
      `--requests 需要两份剖析各自的请求计数，后者较大，例如 1200,5200；而不是 ${JSON.stringify(text)}`,
    );
  return count;
}
