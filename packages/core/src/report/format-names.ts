// Formats by name, for people: the ids are the folders of core/src/formats.

import type { Lang } from "../model/message.ts";

const NAMES: Readonly<Record<string, Readonly<Record<Lang, string>>>> = {
  buildinfo: { en: "Go build information", zh: "Go 构建信息" },
  cgroup: { en: "a cgroup file", zh: "cgroup 文件" },
  environ: { en: "an environment", zh: "环境变量" },
  expvar: { en: "expvar JSON", zh: "expvar JSON" },
  folded: { en: "folded stacks", zh: "折叠栈" },
  gctrace: { en: "a gctrace log", zh: "gctrace 日志" },
  "goroutine-text": { en: "a goroutine dump", zh: "goroutine 转储" },
  meminfo: { en: "/proc/meminfo", zh: "/proc/meminfo " },
  "metrics-json": { en: "runtime/metrics", zh: "runtime/metrics " },
  otlp: { en: "an OpenTelemetry profile", zh: "OpenTelemetry 剖析" },
  pod: { en: "a pod", zh: "Pod 描述" },
  pprof: { en: "a pprof profile", zh: "pprof 剖析" },
  "pprof-legacy": { en: "a profile from before protobuf", zh: "protobuf 之前的旧式剖析" },
  "proc-cgroup": { en: "/proc/PID/cgroup", zh: "/proc/PID/cgroup " },
  "proc-limits": { en: "/proc/PID/limits", zh: "/proc/PID/limits " },
  "proc-stat": { en: "/proc/PID/stat", zh: "/proc/PID/stat " },
  "proc-status": { en: "/proc/PID/status", zh: "/proc/PID/status " },
  "profile-text": { en: "a debug=1 profile", zh: "debug=1 剖析" },
  prometheus: { en: "a metrics page", zh: "指标页面" },
  smaps: { en: "/proc/PID/smaps", zh: "/proc/PID/smaps " },
  speedscope: { en: "a speedscope file", zh: "speedscope 文件" },
  trace: { en: "an execution trace", zh: "执行追踪" },
};

/** The id itself for a format that has no name here. */
export function formatName(id: string, lang: Lang): string {
  return NAMES[id]?.[lang] ?? id;
}
