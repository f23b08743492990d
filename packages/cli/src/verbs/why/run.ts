// `heapwright why`: the main job.

import type { Answered } from "@heapwright/core/verdict/answer-of.ts";
import type { EvidenceFolder } from "@heapwright/core/evidence/artefact.ts";
import { formatJson } from "@heapwright/core/report/json.ts";
import { formatMarkdown } from "@heapwright/core/report/markdown.ts";
import { voiceOf, type Voice } from "@heapwright/core/report/say.ts";
import { formatText } from "@heapwright/core/report/text.ts";
import { printable } from "@heapwright/core/report/wording.ts";
import { everyMissing } from "@heapwright/core/verdict/missing.ts";
import { readEvidence } from "@heapwright/host/files/read-evidence.ts";
import type { CaptureOutcome } from "@heapwright/host/capture/types.ts";
import { parseCount } from "../../arguments.ts";
import { EXIT } from "../../exit-codes.ts";
import type { WhyFlags } from "../../flags.ts";
import { assertJudgeable, judgeFolder, nothingReadable, soFarLine } from "../../judging.ts";
import { rememberPaths } from "../../last-target.ts";
import { endWords } from "../../capture-errors.ts";
import { runCapture } from "../../live.ts";
import { sourceOf, temporaryFolder } from "../../obtain.ts";
import { assertWritable, writeReport } from "../../report-file.ts";
import { paintFor, ProgressLine } from "../../terminal.ts";
import { UsageError } from "../../usage-error.ts";

export async function why(
  targets: readonly string[],
  flags: WhyFlags,
  version: string,
): Promise<number> {
  const voice = voiceOf(flags.lang);
  if (
    flags.missing === true &&
    targets.length === 0 &&
    flags.pid === undefined &&
    flags.url === undefined &&
    flags.unix === undefined
  ) {
    process.stdout.write(listMissing(voice));
    return EXIT.ok;
  }
  if (flags.json === true && flags.md === true)
    throw new UsageError("--json or --md, not both", "--json 与 --md 只能选一个");
  const top = parseCount(flags.top ?? "10", "--top");
  const source = sourceOf(targets, flags);
  // Whatever is wrong with the command line is said before a minute is spent on a capture.
  assertJudgeable(flags);
  if (flags.html !== undefined) await assertWritable(flags.html);
  const progress = new ProgressLine(flags.quiet === true);
  const judge = (folder: EvidenceFolder) => judgeFolder(folder, source, flags, version);

  let outcome: CaptureOutcome | undefined;
  let paths: readonly string[];
  if (source.kind === "live") {
    const captured = await runCapture(source.target, flags, {
      folder: await temporaryFolder(),
      version,
      lang: flags.lang,
      progress,
      // Only a terminal shows it.
      ...(progress.isOn
        ? { soFar: async (folder) => soFarLine(judge(await readEvidence([folder])), voice) }
        : {}),
    });
    if (captured.error !== undefined) {
      process.stderr.write(`heapwright: ${captured.error}\n`);
      return captured.exit;
    }
    outcome = captured.outcome;
    paths = [captured.folder];
    if (flags.quiet !== true)
      process.stderr.write(`${keptLine(captured.folder, outcome, voice)}\n`);
  } else {
    paths = source.paths;
  }
  const folder = await readEvidence(paths, {
    onFile: (name, i, n) => progress.show(`${i + 1}/${n}  ${printable(name)}`),
  });
  progress.clear();
  const answered = judge(folder);
  if (answered === undefined) {
    process.stderr.write(nothingReadable(folder, source.label, voice));
    return EXIT.unreadable;
  }
  rememberPaths(paths);
  const { answer } = answered;
  if (flags.json === true) process.stdout.write(formatJson(answer, voice));
  else if (flags.md === true) process.stdout.write(formatMarkdown(answer, voice, top));
  else {
    const paint = paintFor(process.stdout, flags.plain === true);
    process.stdout.write(
      formatText(answer, {
        voice,
        paint,
        top,
        withEvidence: flags.evidence === true,
        withLinking: flags.explainEvidence === true,
      }),
    );
    if (flags.missing === true) process.stdout.write(`\n${listMissing(voice)}`);
  }
  if (flags.html !== undefined) {
    const { pageOf } = await import("../../page.ts");
    await writeReport(flags.html, await pageOf(answered, { lang: flags.lang, isLive: false }));
    if (flags.quiet !== true) process.stderr.write(`heapwright: wrote ${flags.html}\n`);
  }
  if (outcome?.ended === "interrupted") return EXIT.interrupted;
  return flags.failOn !== undefined && isAtLeast(answered, flags.failOn)
    ? EXIT.gateFailed
    : EXIT.ok;
}

function isAtLeast(answered: Answered, wanted: "low" | "medium" | "high"): boolean {
  const rank = { low: 1, medium: 2, high: 3 };
  return answered.answer.processes.some((p) =>
    p.verdicts.some((v) => v.fault && rank[v.confidence] >= rank[wanted]),
  );
}

function keptLine(folder: string, outcome: CaptureOutcome | undefined, voice: Voice): string {
  const zh = voice.lang === "zh";
  const cost =
    outcome === undefined
      ? ""
      : zh
        ? `；对服务的开销：${outcome.cost.requests} 次请求，${outcome.cost.stwCount} 次 STW`
        : `; cost to the service: ${outcome.cost.requests} requests, ${outcome.cost.stwCount} stops of the world, ≤ ${Math.ceil(outcome.cost.targetBusyMs)} ms of its time`;
  const died =
    outcome?.ended === "target-died"
      ? zh
        ? `；目标中途消失：${endWords(outcome, "zh")}；此前的证据已保留`
        : `; the target went away: ${endWords(outcome, "en")}; what was collected before is kept`
      : "";
  return zh
    ? `heapwright: 证据保存在 ${folder}${cost}${died}`
    : `heapwright: evidence kept in ${folder}${cost}${died}`;
}

function listMissing(voice: Voice): string {
  return `${everyMissing()
    .map((m) => `${voice.say(m.name)}\n    ${voice.say(m.wouldTell)}\n    ${voice.say(m.get)}`)
    .join("\n")}\n`;
}
