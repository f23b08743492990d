// What both `why` and `view` do with a folder of evidence.

import { answerOf, type Answered } from "@heapwright/core/verdict/answer-of.ts";
import type { EvidenceFolder } from "@heapwright/core/evidence/artefact.ts";
import { describeDiagnostic } from "@heapwright/core/report/diagnostics.ts";
import type { Voice } from "@heapwright/core/report/say.ts";
import { verdictWord } from "@heapwright/core/report/text.ts";
import { printable } from "@heapwright/core/report/wording.ts";
import { parseBytes } from "./arguments.ts";
import type { JudgeFlags } from "./flags.ts";
import type { Source } from "./obtain.ts";

/** Throws a UsageError for a value that could not be used when the time comes. */
export function assertJudgeable(flags: JudgeFlags): void {
  if (flags.limit !== undefined) parseBytes(flags.limit, "--limit");
}

export function judgeFolder(
  folder: EvidenceFolder,
  source: Source,
  flags: JudgeFlags,
  version: string,
): Answered | undefined {
  return answerOf(folder, {
    target: source.label,
    toolVersion: version,
    limitBytes: flags.limit === undefined ? undefined : parseBytes(flags.limit, "--limit"),
    loadCounter: flags.load,
  });
}

export function soFarLine(answered: Answered | undefined, voice: Voice): string {
  const p = answered?.answer.processes[0];
  if (p === undefined) return "";
  const fault = p.verdicts.find((v) => v.fault);
  const mark = voice.lang === "zh" ? "目前" : "so far";
  if (fault !== undefined)
    return `${mark}: ${verdictWord(fault, { voice })} ${voice.say(fault.headline)}`;
  const top = p.sites?.sites[0];
  return `${mark}: ${voice.say({ id: `status.${p.status === "fault" ? "high" : p.status}`, params: {}, evidence: [] })}${top === undefined ? "" : ` · ${voice.words.value(top.live)} ${top.function}`}`;
}

export function nothingReadable(folder: EvidenceFolder, label: string, voice: Voice): string {
  const zh = voice.lang === "zh";
  const reasons = folder.unread
    .slice(0, 8)
    .map(
      (u) =>
        `  ${printable(u.name === "" ? label : u.name)}: ${describeDiagnostic(u.diagnostic, voice)}`,
    );
  const rest = folder.unread.length - 8;
  const more = rest > 0 ? [zh ? `  另有 ${rest} 个` : `  and ${rest} more`] : [];
  const head =
    folder.unread.length === 0
      ? zh
        ? `heapwright: ${label} 中没有任何文件。可以放入：剖析（curl -o heap.pb.gz http://HOST:PORT/debug/pprof/heap）、gctrace 日志、/proc 文件`
        : `heapwright: there is nothing in ${label}. What helps: profiles (curl -o heap.pb.gz http://HOST:PORT/debug/pprof/heap), gctrace logs, /proc files. heapwright why --missing lists all`
      : zh
        ? `heapwright: ${label} 中没有可用的证据：`
        : `heapwright: nothing in ${label} could be used as evidence:`;
  return `${[head, ...reasons, ...more, ...whatToDo(folder, zh)].join("\n")}\n`;
}

/** What helps depends on whether the files were evidence once. */
function whatToDo(folder: EvidenceFolder, zh: boolean): string[] {
  const reasons = new Set(folder.unread.map((u) => u.reason));
  const out: string[] = [];
  if (reasons.has("unusable") || reasons.has("empty") || reasons.has("too-large"))
    out.push(
      zh
        ? "  重新获取：curl -f -o heap.pb.gz http://HOST:PORT/debug/pprof/heap"
        : "  Fetch it again: curl -f -o heap.pb.gz http://HOST:PORT/debug/pprof/heap",
    );
  if (reasons.has("unreadable"))
    out.push(
      zh
        ? "  以能读取这些文件的用户运行，或先复制"
        : "  Run it as a user who may read them, or copy them first",
    );
  if (reasons.has("unknown"))
    out.push(
      zh
        ? "  按内容而非文件名识别。能读什么、如何获取：heapwright why --missing"
        : "  Content decides, not the name. What is read, and how to get it: heapwright why --missing",
    );
  return out;
}
