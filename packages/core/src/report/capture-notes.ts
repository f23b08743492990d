// What a reader should know of how evidence was taken: the notes of a capture's seal, and how it ended,
// as sentences. Codes: host/src/capture.

import type { CaptureNote } from "../evidence/capture-record.ts";
import type { Lang } from "../model/message.ts";
import type { CaptureFacts } from "../verdict/answer.ts";
import { toldOf } from "./diagnostics.ts";
import { fixed, type DiagnosticWords } from "./diagnostics/words.ts";
import { causeWords } from "./system-causes.ts";
import { printable, wordingOf } from "./wording.ts";

export interface NoteWords extends DiagnosticWords {
  /** Changes what the answer is worth, or what to do next: said unasked. */
  readonly matters: boolean;
}

/** How another user's process is seen whole. */
const AS_ROOT = {
  en: "Run as that user or as root",
  zh: "请以该用户或 root 运行",
};

export const NOTE_MESSAGES: Readonly<Record<string, NoteWords>> = {
  "pid-found-by-port": {
    matters: false,
    en: (d) => `process ${d.text("pid")} (${d.text("comm")}) found by its port`,
    zh: (d) => `由端口找到进程 ${d.text("pid")}（${d.text("comm")}）`,
    unsaid: ["proof"],
  },
  "pid-is-forwarder": {
    matters: true,
    en: (d) =>
      `${d.text("comm")} (pid ${d.text("pid")}) listens there and is not the service but a port forwarder. For the kernel's view run heapwright beside the service`,
    zh: (d) =>
      `监听该端口的 ${d.text("comm")}（pid ${d.text("pid")}）是端口转发程序而不是服务。要看内核视图，请在服务所在处运行 heapwright`,
  },
  "pid-unconfirmed": {
    matters: true,
    en: (d) =>
      `${d.text("comm")} (pid ${d.text("pid")}) listens there, but it could not be proved to be the service, so the kernel's view was left out. If it is: --pid ${d.text("pid")}`,
    zh: (d) =>
      `${d.text("comm")}（pid ${d.text("pid")}）监听该端口，但无法证实它就是服务，因此未取内核视图。若确实是：--pid ${d.text("pid")}`,
  },
  "listener-not-permitted": {
    matters: true,
    en: (d) =>
      `port ${d.text("port")} belongs to a process of user ${d.text("uid")}, which may not be looked at. ${AS_ROOT.en} for the kernel's view`,
    zh: (d) =>
      `端口 ${d.text("port")} 属于用户 ${d.text("uid")} 的进程，无权查看。${AS_ROOT.zh}以取得内核视图`,
  },
  "kernel-files-not-permitted": {
    matters: true,
    en: (d) =>
      `process ${d.text("pid")} belongs to user ${d.text("uid")}: ${d.text("files")} could not be read. ${AS_ROOT.en}`,
    zh: (d) =>
      `进程 ${d.text("pid")} 属于用户 ${d.text("uid")}：无法读取 ${d.text("files")}。${AS_ROOT.zh}`,
  },
  "no-kernel-view": {
    matters: true,
    en: (d) => `no kernel's view: it needs Linux, this is ${d.text("platform")}`,
    zh: (d) => `没有内核视图：需要 Linux，此处为 ${d.text("platform")}`,
  },
  "no-cgroup": {
    matters: false,
    ...fixed("no cgroup with memory control is visible", "看不到带内存控制的 cgroup"),
  },
  "cgroup-limit-of-parent": {
    matters: false,
    en: (d) => `the memory limit is set ${d.count("levels")} levels above the process's own cgroup`,
    zh: (d) => `内存上限设在进程自身 cgroup 之上 ${d.count("levels")} 层`,
  },
  "url-found-by-pid": {
    matters: false,
    en: (d) => `process ${d.text("pid")} serves its profiles at ${d.text("url")}`,
    zh: (d) => `进程 ${d.text("pid")} 在 ${d.text("url")} 提供剖析`,
  },
  "no-pprof-port": {
    matters: true,
    en: (d) =>
      d.text("ports") === ""
        ? `process ${d.text("pid")} listens on no port, so there are no profiles. Import net/http/pprof and serve it`
        : `process ${d.text("pid")} serves no profiles on its ports (${d.text("ports")}). Import net/http/pprof, or pass its address: --url with --prefix`,
    zh: (d) =>
      d.text("ports") === ""
        ? `进程 ${d.text("pid")} 没有监听端口，因此没有剖析。请导入并启用 net/http/pprof`
        : `进程 ${d.text("pid")} 的端口（${d.text("ports")}）不提供剖析。请导入 net/http/pprof，或用 --url 与 --prefix 给出地址`,
    unsaid: ["uid"],
  },
  "ports-not-permitted": {
    matters: true,
    en: (d) =>
      `process ${d.text("pid")} belongs to user ${d.text("uid")}: its ports could not be read, so there are no profiles. ${AS_ROOT.en}, or pass --url`,
    zh: (d) =>
      `进程 ${d.text("pid")} 属于用户 ${d.text("uid")}：无法读取其端口，因此没有剖析。${AS_ROOT.zh}，或使用 --url`,
    unsaid: ["ports"],
  },
  "pprof-unavailable": {
    matters: true,
    en: (d) =>
      `no profiles from ${d.text("url")} (${causeWords(d.text("cause"), "en")}); the rest was collected`,
    zh: (d) => `${d.text("url")} 没有给出剖析（${causeWords(d.text("cause"), "zh")}）；其余已采集`,
  },
  "metrics-unreachable": {
    matters: true,
    en: (d) =>
      `no metrics from ${d.text("url") === "" ? "the address given" : d.text("url")}: ${causeWords(d.text("cause"), "en")}`,
    zh: (d) =>
      `${d.text("url") === "" ? "所给地址" : d.text("url")} 没有指标：${causeWords(d.text("cause"), "zh")}`,
  },
  "no-metrics": {
    matters: false,
    en: (d) =>
      `no metrics page: the heap profile was asked for instead, every ${d.count("intervalMs")} ms (${share(d.text("share"), "en")} of the time)`,
    zh: (d) =>
      `没有指标页面：改为每 ${d.count("intervalMs")} 毫秒获取堆剖析（占时间的 ${share(d.text("share"), "zh")}）`,
  },
  "metrics-lines-dropped": {
    matters: true,
    en: (d) => `${d.count("count")} lines of ${d.text("url")} could not be read and were left out`,
    zh: (d) => `${d.text("url")} 有 ${d.count("count")} 行无法读取，已忽略`,
  },
  "middle-snapshot-skipped": {
    matters: false,
    en: (d) =>
      `no snapshot in the middle: only ${d.count("cycles")} GC cycles had passed since the first`,
    zh: (d) => `没有中间快照：自第一次以来只经过 ${d.count("cycles")} 个 GC 周期`,
  },
  "snapshots-too-close": {
    matters: true,
    en: (d) =>
      `snapshots ${d.text("from")} and ${d.text("to")} lie ${d.count("cycles")} GC cycles apart and show no growth by site; it takes two. Use a longer --for, or --gc`,
    zh: (d) =>
      `快照 ${d.text("from")} 与 ${d.text("to")} 只隔 ${d.count("cycles")} 个 GC 周期，看不出各处的增长；至少需要两个。请加长 --for，或使用 --gc`,
  },
  "goroutines-too-many": {
    matters: true,
    en: (d) =>
      `${d.count("count")} goroutines: no dump of each (limit ${d.count("limit")}), so their waiting times are unknown`,
    zh: (d) =>
      `有 ${d.count("count")} 个 goroutine：未逐个转储（上限 ${d.count("limit")}），等待时间未知`,
  },
  "process-changed": {
    matters: true,
    en: (d) =>
      `another process answered (GC count ${d.text("from")}, then ${d.text("to")}): a restart, or a load balancer. Ask one instance by its own address`,
    zh: (d) =>
      `应答的进程变了（GC 次数 ${d.text("from")}，随后 ${d.text("to")}）：发生重启，或有负载均衡。请用实例自己的地址`,
  },
  "tls-insecure": {
    matters: true,
    ...fixed("the certificate was not checked (--insecure)", "未校验证书（--insecure）"),
  },
};

function share(text: string, lang: Lang): string {
  const fraction = Number(text);
  return Number.isFinite(fraction) ? wordingOf(lang).percent(fraction) : text;
}

/** A note without words is still said, with what it carries. */
export function describeNote(note: CaptureNote, lang: Lang): string {
  const message = NOTE_MESSAGES[note.code];
  if (message !== undefined) return message[lang](toldOf(note.params, 1, lang));
  const params = Object.entries(note.params).map(([k, v]) => `${k} ${printable(String(v))}`);
  return [printable(note.code).replaceAll("-", " "), ...params].join(", ");
}

/** Why a target was given up, by host/src/capture/types.ts. */
const DIED: Readonly<Record<string, Readonly<Record<Lang, string>>>> = {
  "pid-gone": {
    en: "the service died: its process was gone",
    zh: "服务已终止：其进程消失",
  },
  "pid-reused": {
    en: "the service died: its pid belonged to another process",
    zh: "服务已终止：其 pid 已属于其他进程",
  },
  "connection-refused": {
    en: "the service stopped listening",
    zh: "服务停止监听",
  },
  "process-changed": {
    en: "another process answered in place of the first",
    zh: "应答者变成了另一个进程",
  },
};

/** How a capture ended, when it was not at its own end. */
export function describeEnding(
  capture: Pick<CaptureFacts, "ended" | "reason">,
  lang: Lang,
): string | undefined {
  const zh = lang === "zh";
  const { ended } = capture;
  const reason = capture.reason ?? "";
  switch (ended) {
    case "done":
      return undefined;
    case "target-died": {
      const why =
        DIED[reason]?.[lang] ?? `${zh ? "服务已终止" : "the service died"}: ${printable(reason)}`;
      return zh
        ? `${why}（${printable(reason)}）；证据到此为止`
        : `${why} (${printable(reason)}); evidence ends there`;
    }
    case "interrupted":
      return zh
        ? "采集提前被中断；采用已采集的内容"
        : "the capture was stopped before its time; what it had by then is used";
    case "limit":
      return zh
        ? "采集达到大小上限而结束；证据到此为止"
        : "the capture ended at its size limit; evidence ends there";
    default:
      return zh
        ? `采集提前结束（${printable(ended)}）`
        : `the capture ended early (${printable(ended)})`;
  }
}

/** The lines worth saying unasked. */
export function captureLines(captures: readonly CaptureFacts[], lang: Lang): string[] {
  const lines = captures.flatMap((c) => {
    // The note of the same name says more.
    const isTold = c.notes.some((n) => n.code === c.reason);
    const ending = isTold ? undefined : describeEnding(c, lang);
    const notes = c.notes
      .filter((n) => NOTE_MESSAGES[n.code]?.matters !== false)
      .map((n) => describeNote(n, lang));
    const own = ending === undefined ? notes : [ending, ...notes];
    return captures.length > 1 ? own.map((l) => `${printable(c.target)}: ${l}`) : own;
  });
  return [...new Set(lines)];
}
