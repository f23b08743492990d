// From what the user named to a folder of evidence: reads paths, or captures a live target first.

import { existsSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { CaptureOptions, CaptureTarget } from "@heapwright/host/capture/types.ts";
import { looksLikeAddress, parseCount, parseDuration, parseHeader } from "./arguments.ts";
import { words, type Words } from "./command-line/words.ts";
import type { LiveFlags } from "./flags.ts";
import { UnreadableError, UsageError } from "./usage-error.ts";

/** What to look at: a live target, or paths. */
export type Source =
  | { readonly kind: "live"; readonly target: CaptureTarget; readonly label: string }
  | { readonly kind: "paths"; readonly paths: readonly string[]; readonly label: string };

export function sourceOf(targets: readonly string[], flags: LiveFlags): Source {
  const pid = flags.pid === undefined ? undefined : parseCount(flags.pid, "--pid");
  const addresses = targets.filter((t) => looksLikeAddress(t) && !existsSync(t));
  const paths = targets.filter((t) => !addresses.includes(t));
  const url = flags.url ?? addresses[0];
  if (pid !== undefined || url !== undefined || flags.unix !== undefined) {
    if (paths.length > 0)
      throw new UsageError(
        `a live target and a path (${paths[0] ?? ""}) cannot be looked at together. For one answer, capture first: heapwright capture ${url ?? `--pid ${pid ?? ""}`} -o DIR`,
        `在线目标与路径（${paths[0] ?? ""}）不能一起查看。要得到一个回答，请先采集：heapwright capture ${url ?? `--pid ${pid ?? ""}`} -o DIR`,
      );
    if (addresses.length > 1 || (flags.url !== undefined && addresses.length > 0))
      throw new UsageError("one live target at a time", "一次只能看一个在线目标");
    const target: CaptureTarget = {
      ...(url === undefined ? {} : { url }),
      ...(pid === undefined ? {} : { pid }),
      ...(flags.unix === undefined ? {} : { unix: flags.unix }),
    };
    return { kind: "live", target, label: labelOf(target) };
  }
  if (paths.length === 0)
    throw new UsageError(
      "what should be looked at? A URL, --pid, or a folder. Try: heapwright why http://localhost:6060",
      "要看什么？URL、--pid 或文件夹。例如：heapwright why http://localhost:6060",
    );
  for (const p of paths)
    if (!existsSync(p))
      throw new UnreadableError(
        `${p} does not exist. ${whatElse(p).en}`,
        `${p} 不存在。${whatElse(p).zh}`,
      );
  return {
    kind: "paths",
    paths,
    label: paths.length === 1 ? (paths[0] ?? "") : `${paths[0] ?? ""} +${paths.length - 1}`,
  };
}

/** What somebody who typed this may have meant. */
function whatElse(p: string): Words {
  if (/^\d+$/.test(p))
    return words(
      `For a process: --pid ${p}; for a service on that port: :${p}`,
      `若是进程：--pid ${p}；若是该端口上的服务：:${p}`,
    );
  if (/^[a-z0-9][a-z0-9.-]*$/i.test(p) && !/\.(gz|pb|pprof|json|txt|log|out)$/i.test(p))
    return words(
      `For a service: heapwright why http://${p}:6060`,
      `若是服务：heapwright why http://${p}:6060`,
    );
  return words("Name a folder or file that is there, or a URL", "请给出存在的文件夹、文件或 URL");
}

/** Without user info and query: a label is printed and stored. */
function labelOf(t: CaptureTarget): string {
  const url =
    t.url === undefined ? undefined : t.url.replace(/\/\/[^/@]*@/, "//").replace(/[?#].*$/, "");
  const full =
    url === undefined
      ? undefined
      : /^https?:/i.test(url)
        ? url
        : `http://${url.startsWith(":") ? "localhost" : ""}${url}`;
  return [
    t.pid === undefined ? undefined : `--pid ${t.pid}`,
    full === undefined ? undefined : t.pid === undefined ? full : `--url ${full}`,
    t.unix === undefined ? undefined : `--unix ${t.unix}`,
  ]
    .filter((x) => x !== undefined)
    .join(" ");
}

export function captureOptionsOf(flags: LiveFlags, folder: string, tool: string): CaptureOptions {
  const headers = Object.fromEntries((flags.header ?? []).map(parseHeader));
  const tls = {
    ...(flags.cacert === undefined ? {} : { ca: flags.cacert }),
    ...(flags.cert === undefined ? {} : { cert: flags.cert }),
    ...(flags.key === undefined ? {} : { key: flags.key }),
    ...(flags.insecure === true ? { insecure: true } : {}),
  };
  return {
    folder,
    durationMs: parseDuration(flags.for ?? "60s", "--for"),
    everyMs: Math.max(100, parseDuration(flags.every ?? "1s", "--every")),
    gc: flags.gc === true,
    trace: flags.trace === true || flags.traceFor !== undefined,
    ...(flags.traceFor === undefined ? {} : { traceMs: traceDuration(flags.traceFor) }),
    headers,
    tls,
    tool,
    ...(flags.metrics === undefined ? {} : { metricsUrl: flags.metrics }),
    ...(flags.prefix === undefined ? {} : { prefix: flags.prefix }),
  };
}

function traceDuration(text: string): number {
  const ms = parseDuration(text, "--trace-for");
  if (ms < 1)
    throw new UsageError(
      `--trace-for ${text} is no time at all; 2s is enough where many cycles pass`,
      `--trace-for ${text} 不是有效的时长；周期频繁时 2s 就够了`,
    );
  return ms;
}

export async function temporaryFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), "heapwright-"));
}
