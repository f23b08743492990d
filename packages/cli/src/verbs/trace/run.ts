// `heapwright trace FILE`: what an execution trace says about memory.

import { existsSync, statSync } from "node:fs";
import path from "node:path";
import type { Artefact } from "@heapwright/core/evidence/artefact.ts";
import { AnnotatedAssists } from "@heapwright/core/analysis/trace/order/annotated-assists.ts";
import { GoroutineSummary } from "@heapwright/core/analysis/trace/order/goroutine-summary.ts";
import { Scheduling } from "@heapwright/core/analysis/trace/order/scheduling.ts";
import { analyzeTrace } from "@heapwright/core/analysis/trace/trace-analysis.ts";
import { OrderNamesOfTrace } from "@heapwright/core/formats/trace/order-names.ts";
import { FormatError } from "@heapwright/core/model/errors.ts";
import { describeDiagnostic } from "@heapwright/core/report/diagnostics.ts";
import { voiceOf, type Voice } from "@heapwright/core/report/say.ts";
import { verdictWord } from "@heapwright/core/report/text.ts";
import { wordsOfFirstLook } from "@heapwright/core/report/trace/first-look.ts";
import { summarizeTrace, type OrderFindings } from "@heapwright/core/report/trace/summary.ts";
import {
  formatTrace,
  type TraceSection,
  type TraceTextOptions,
} from "@heapwright/core/report/trace/text.ts";
import { printable } from "@heapwright/core/report/wording.ts";
import { answerOf } from "@heapwright/core/verdict/answer-of.ts";
import type { Verdict } from "@heapwright/core/verdict/answer.ts";
import { NO_TRACE } from "@heapwright/host/trace/read-generations.ts";
import { readOrder } from "@heapwright/host/trace/read-order.ts";
import { readTrace, type TraceRead } from "@heapwright/host/trace/read-trace.ts";
import { parseCount, parseStretch } from "../../arguments.ts";
import { inDist } from "../../dist.ts";
import { EXIT } from "../../exit-codes.ts";
import type { TraceFlags } from "../../flags.ts";
import { paintFor, ProgressLine } from "../../terminal.ts";
import { assertWritable } from "../../report-file.ts";
import { UnreadableError, UsageError } from "../../usage-error.ts";
import { fromPipe, isPipe, whatInstead } from "./other-inputs.ts";

const SECTIONS = ["cycles", "assists", "stw", "mmu", "goroutines", "tasks"] as const;

export async function traceVerb(file: string, flags: TraceFlags, version: string): Promise<number> {
  if (file !== "-" && !existsSync(file))
    throw new UnreadableError(`${file} does not exist`, `${file} 不存在`);
  if (!isPipe(file)) return traceOf(file, flags, version);
  if (file !== "-" && statSync(file).isDirectory())
    throw new UnreadableError(
      `${file} is a folder. heapwright why ${file} reads all that is in it`,
      `${file} 是目录。heapwright why ${file} 会读取其中全部内容`,
    );
  return fromPipe(file, (kept) => traceOf(kept, flags, version));
}

async function traceOf(file: string, flags: TraceFlags, version: string): Promise<number> {
  const other = otherOutput(file, flags);
  if (other !== undefined) return readable(file, other);
  const top = parseCount(flags.top ?? "5", "--top");
  if (flags.html !== undefined) await assertWritable(flags.html);
  if (flags.flame !== undefined) await assertWritable(flags.flame, "--flame");
  return readable(file, () => report(file, flags, version, top));
}

/** What is asked for instead of the report. */
function otherOutput(file: string, flags: TraceFlags): (() => Promise<number>) | undefined {
  const { d, events, pprof, perfetto, anonymize, cut, output, lang } = flags;
  const isPage = flags.html !== undefined || flags.flame !== undefined;
  if (isPage && [d, events, pprof, perfetto, anonymize, cut].some((flag) => flag !== undefined))
    throw new UsageError(
      "--html and --flame are pages of the report; write other outputs in a run of their own",
      "--html 与 --flame 是报告的页面；其他输出请单独运行",
    );
  if (d !== undefined) {
    if (d === "parsed") return async () => (await import("./parsed.ts")).printParsed(file);
    if (d === "wire") return async () => (await import("./outputs.ts")).printWire(file);
    if (d === "footprint") return async () => (await import("./outputs.ts")).printFootprint(file);
    throw new UsageError(
      `-d takes parsed, wire or footprint, not ${JSON.stringify(d)}`,
      `-d 可为 parsed、wire 或 footprint，而不是 ${JSON.stringify(d)}`,
    );
  }
  if (events !== undefined) {
    const stretch = parseStretch(events, "--events");
    return async () => (await import("./parsed.ts")).printParsed(file, stretch);
  }
  if (pprof !== undefined)
    return async () => (await import("./outputs.ts")).writeProfile(file, pprof, output);
  if (perfetto !== undefined)
    return async () => (await import("./outputs.ts")).writePerfetto(file, perfetto, lang);
  if (anonymize === undefined && cut === undefined) return undefined;
  const stretch = cut === undefined ? undefined : parseStretch(cut, "--cut");
  const into = anonymize ?? output;
  if (into === undefined)
    throw new UsageError(
      "--cut needs a file to write to: -o FILE, or --anonymize FILE",
      "--cut 需要写入的文件：-o FILE 或 --anonymize FILE",
    );
  const options = { anonymize: anonymize !== undefined, stretch, lang };
  return async () => (await import("./outputs.ts")).writeCopy(file, into, options);
}

async function report(
  file: string,
  flags: TraceFlags,
  version: string,
  top: number,
): Promise<number> {
  const voice = voiceOf(flags.lang);
  const progress = new ProgressLine(flags.quiet === true);
  const zh = flags.lang === "zh";
  const asked = SECTIONS.filter((name) => flags[name] === true);
  const sections = new Set<TraceSection>(asked.length === 0 ? ["summary"] : asked);
  const percent =
    (what: string) =>
    (fraction: number, beside = "") =>
      progress.show(`${what}   ${Math.round(fraction * 100)} %   ${beside}`);
  const scanning = percent(zh ? "扫描" : "scanning");
  let soFar = "";
  const needsOrder = flags.json === true || sections.has("goroutines") || sections.has("tasks");
  // Both at once: each leaves processors idle, the order most of them.
  let isScanned = false;
  const ordering = percent(zh ? "排序" : "ordering");
  const scan = readTrace(file, {
    threadEntry: inDist("scan-thread.js"),
    onProgress: (p) => {
      const { words } = voice;
      // Until a generation is done the first look is all that is known.
      if (p.events > 0)
        soFar = zh
          ? `目前：${words.count(p.events)} 个事件，${words.count(p.cycles)} 个 GC 周期，${words.count(p.assists)} 次辅助`
          : `so far: ${words.count(p.events)} events, ${words.count(p.cycles)} GC cycles, ${words.count(p.assists)} assists`;
      scanning(p.fraction, soFar);
    },
    ...(progress.isOn
      ? {
          onFirstLook: (look) => {
            soFar = wordsOfFirstLook(look, voice);
            scanning(0, soFar);
          },
        }
      : {}),
  }).finally(() => {
    isScanned = true;
  });
  const order = needsOrder
    ? orderOf(file, (fraction) => {
        if (isScanned) ordering(fraction);
      })
    : undefined;
  // Neither is left running when the other fails.
  await Promise.allSettled([scan, order]);
  const read = await scan;
  const orderFindings = await order;
  progress.clear();
  const analysis = analyzeTrace(read.table);
  if (analysis === undefined)
    throw new UnreadableError(
      `${file} holds no events that could be read`,
      `${file} 中没有可读取的事件`,
    );
  const summary = summarizeTrace(path.basename(file), analysis, orderFindings);
  const verdicts = verdictsOf(file, read, version);
  const said = verdicts.map((v) => ({ cause: v.cause, fault: v.fault, confidence: v.confidence }));
  const sentences = verdicts.map((v) => wordsOf(v, voice));
  const damage = read.diagnostics
    .filter((d) => d.severity !== "note")
    .map((d) => describeDiagnostic(d, voice));
  const findings = said.map((v, i) => ({ ...v, says: sentences[i]?.lines ?? [] }));
  const whole = { ...summary, findings, complete: read.completeness.complete, damage };
  const textWith = (paint: TraceTextOptions["paint"]) =>
    formatTrace(summary, { voice, paint, sections, top, findings: sentences, damage });
  if (flags.html !== undefined || flags.flame !== undefined) {
    const { writeTracePages } = await import("./pages.ts");
    await writeTracePages(flags, {
      analysis,
      summary,
      verdicts,
      damage,
      target: file,
      version,
      text: textWith((t) => t),
      whole,
    });
  }
  if (flags.json === true) {
    process.stdout.write(`${JSON.stringify(whole, undefined, 2)}\n`);
    return EXIT.ok;
  }
  process.stdout.write(textWith(paintFor(process.stdout, flags.plain === true)));
  return EXIT.ok;
}

async function orderOf(
  file: string,
  onProgress: (fraction: number) => void,
): Promise<OrderFindings> {
  const consumers: {
    scheduling: Scheduling;
    goroutines: GoroutineSummary;
    annotated: AnnotatedAssists;
  }[] = [];
  await readOrder(
    file,
    (reader) => {
      const names = new OrderNamesOfTrace(reader.interner);
      const each = {
        scheduling: new Scheduling(),
        goroutines: new GoroutineSummary(names),
        annotated: new AnnotatedAssists(names),
      };
      consumers.push(each);
      return {
        generation: () => undefined,
        events: (batch) => {
          each.scheduling.events(batch);
          each.goroutines.events(batch);
          each.annotated.events(batch);
        },
      };
    },
    { threadEntry: inDist("order-thread.js"), onProgress },
  );
  const [each] = consumers;
  if (each === undefined) throw new Error("the order was read by nobody");
  return {
    scheduling: each.scheduling.finish(),
    goroutines: each.goroutines.finish().groups,
    ...each.annotated.finish(),
  };
}

/** What the rules say of a process of which nothing but this trace is known. */
function verdictsOf(file: string, read: TraceRead, version: string): readonly Verdict[] {
  const artefact: Artefact = {
    id: "trace",
    name: path.basename(file),
    sha256: "",
    bytes: read.table.bytes,
    format: "trace",
    table: read.table,
    diagnostics: read.diagnostics,
    completeness: read.completeness,
    fileTimeMs: undefined,
    record: undefined,
  };
  const answered = answerOf(
    { artefacts: [artefact], unread: [], absent: [] },
    { target: file, toolVersion: version, limitBytes: undefined, loadCounter: undefined },
  );
  return answered?.answer.verdicts ?? [];
}

function wordsOf(v: Verdict, voice: Voice): { word: string; fault: boolean; lines: string[] } {
  return {
    fault: v.fault,
    word: verdictWord(v, { voice }),
    lines: [v.headline, ...v.facts, ...v.now, ...v.fix].map((s) => voice.say(s)),
  };
}

/** What cannot be read is one sentence with the place, not a stack. */
async function readable(file: string, work: () => Promise<number>): Promise<number> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    const name = printable(path.basename(file));
    if (error.detail.found === NO_TRACE) {
      const { en, zh } = await whatInstead(file);
      throw new UnreadableError(
        `${name} is no execution trace: ${en}`,
        `${name} 不是执行跟踪：${zh}`,
      );
    }
    throw new UnreadableError(`${name}: ${error.message}`, `${name}：${error.message}`);
  }
}
