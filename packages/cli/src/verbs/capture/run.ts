// `heapwright capture`: collect only.

import { endWords } from "../../capture-errors.ts";
import { EXIT } from "../../exit-codes.ts";
import { rememberPaths } from "../../last-target.ts";
import { runCapture } from "../../live.ts";
import type { CaptureFlags } from "../../flags.ts";
import { sourceOf } from "../../obtain.ts";
import { ProgressLine } from "../../terminal.ts";
import { UsageError } from "../../usage-error.ts";

export async function captureVerb(
  target: string | undefined,
  flags: CaptureFlags,
  version: string,
): Promise<number> {
  const source = sourceOf(target === undefined ? [] : [target], flags);
  if (source.kind !== "live")
    throw new UsageError(
      `${target ?? ""} is a path; capture collects from a URL, --pid or --unix. To explain a folder: heapwright why ${target ?? ""}`,
      `${target ?? ""} 是路径；capture 从 URL、--pid 或 --unix 采集。要解释一个文件夹：heapwright why ${target ?? ""}`,
    );
  const progress = new ProgressLine(flags.quiet === true);
  const captured = await runCapture(source.target, flags, {
    folder: flags.output,
    version,
    lang: flags.lang,
    progress,
  });
  if (captured.error !== undefined) {
    process.stderr.write(`heapwright: ${captured.error}\n`);
    return captured.exit;
  }
  rememberPaths([flags.output]);
  const o = captured.outcome;
  if (o !== undefined) {
    const files = o.records.filter((r) => "file" in r).length;
    const absent = o.records.filter((r) => "absent" in r);
    const zh = flags.lang === "zh";
    const lines = [
      zh
        ? `${flags.output}：${files} 份证据，来自 ${o.target}${o.process.pid === undefined ? "" : `（pid ${o.process.pid}）`}；${endWords(o, "zh")}`
        : `${flags.output}: ${files} artefacts from ${o.target}${o.process.pid === undefined ? "" : ` (pid ${o.process.pid}${o.process.foundBy === "listening-socket" ? ", found by its port" : ""})`}; ${endWords(o, "en")}`,
      zh
        ? `  对服务的开销：${o.cost.requests} 次请求，${o.cost.stwCount} 次 STW，≤ ${Math.ceil(o.cost.targetBusyMs)} 毫秒`
        : `  cost to the service: ${o.cost.requests} requests, ${o.cost.stwCount} stops of the world, ≤ ${Math.ceil(o.cost.targetBusyMs)} ms of its time`,
    ];
    const seen = new Set<string>();
    for (const r of absent) {
      const line = `  ${r.source}: ${"absent" in r ? r.absent : ""}`;
      if (!seen.has(line)) lines.push(line);
      seen.add(line);
    }
    lines.push(`  heapwright why ${flags.output}`);
    process.stdout.write(`${lines.join("\n")}\n`);
    if (o.ended === "interrupted") return EXIT.interrupted;
  }
  return EXIT.ok;
}
