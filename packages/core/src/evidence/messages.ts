// Words for linking and missing evidence.

import type { Message, Messages } from "../model/message.ts";

export const linkMessages = {
  "link.manifest": {
    en: (p: { count: number; process: string }, w) =>
      `${w.count(p.count)} artefacts: the capture's manifest says they are of ${w.code(p.process)}`,
    zh: (p, w) => `${w.count(p.count)} 份证据：采集清单说明它们属于 ${w.code(p.process)}`,
  } satisfies Message<{ count: number; process: string }>,
  "link.vdso": {
    en: (p: { a: string; b: string }, w) =>
      `${w.code(p.a)} and ${w.code(p.b)}: same [vdso] address, and every allocation count only rises`,
    zh: (p, w) => `${w.code(p.a)} 与 ${w.code(p.b)}：[vdso] 地址相同，且各分配计数只增不减`,
  } satisfies Message<{ a: string; b: string }>,
  "link.address": {
    en: (p: { a: string; b: string }, w) =>
      `${w.code(p.a)} and ${w.code(p.b)}: same [vdso] address`,
    zh: (p, w) => `${w.code(p.a)} 与 ${w.code(p.b)}：[vdso] 地址相同`,
  } satisfies Message<{ a: string; b: string }>,
  "link.counts": {
    en: (p: { a: string; b: string }, w) =>
      `${w.code(p.a)} and ${w.code(p.b)}: allocation counts agree bucket by bucket and only rise`,
    zh: (p, w) => `${w.code(p.a)} 与 ${w.code(p.b)}：各桶的分配计数一致且只增不减`,
  } satisfies Message<{ a: string; b: string }>,
  "link.ring": {
    en: (p: { a: string; b: string; cycles: number }, w) =>
      `${w.code(p.a)} and ${w.code(p.b)}: the end times of ${w.count(p.cycles)} GC cycles are equal`,
    zh: (p, w) => `${w.code(p.a)} 与 ${w.code(p.b)}：${w.count(p.cycles)} 次 GC 周期的结束时间相同`,
  } satisfies Message<{ a: string; b: string; cycles: number }>,
  "link.pid": {
    en: (p: { a: string; b: string; pid: number }, w) =>
      `${w.code(p.a)} and ${w.code(p.b)}: same pid ${w.count(p.pid)}`,
    zh: (p, w) => `${w.code(p.a)} 与 ${w.code(p.b)}：pid 同为 ${w.count(p.pid)}`,
  } satisfies Message<{ a: string; b: string; pid: number }>,
  "link.gc-times": {
    en: (p: { a: string; b: string; cycles: number }, w) =>
      `${w.code(p.a)} and ${w.code(p.b)}: the times between ${w.count(p.cycles)} GC cycles agree`,
    zh: (p, w) => `${w.code(p.a)} 与 ${w.code(p.b)}：${w.count(p.cycles)} 次 GC 周期的间隔一致`,
  } satisfies Message<{ a: string; b: string; cycles: number }>,
  "link.only": {
    en: (p: { a: string }, w) =>
      `${w.code(p.a)}: assumed, nothing in the folder speaks for another process`,
    zh: (p, w) => `${w.code(p.a)}：推定属于本进程，目录中没有迹象表明还有别的进程`,
  } satisfies Message<{ a: string }>,
  "link.folder": {
    en: (p: { a: string; folder: string }, w) =>
      `${w.code(p.a)}: assumed, it lies beside this process's files in ${w.code(p.folder)}`,
    zh: (p, w) => `${w.code(p.a)}：推定，与本进程的文件同在 ${w.code(p.folder)}`,
  } satisfies Message<{ a: string; folder: string }>,
  "link.replaced": {
    en: (p: { name: string; kept: number; left: number }, w) =>
      `${w.code(p.name)}: the process was replaced while it was watched; ${w.count(p.kept)} samples of the last run are used, ${w.count(p.left)} before it are not`,
    zh: (p, w) =>
      `${w.code(p.name)}：观察期间进程被替换；使用最后一次运行的 ${w.count(p.kept)} 个样本，之前的 ${w.count(p.left)} 个不用`,
  } satisfies Message<{ name: string; kept: number; left: number }>,
  "link.version": {
    en: (p: { version: string; source: string }, w) =>
      `Go version ${w.code(p.version)} from ${p.source}`,
    zh: (p, w) => `Go 版本 ${w.code(p.version)}，来自 ${p.source}`,
  } satisfies Message<{ version: string; source: string }>,
  "link.version-unknown": {
    en: (_p: Record<string, never>) =>
      "Go version unknown: rules that depend on it are capped at low confidence",
    zh: () => "Go 版本未知：依赖版本的规则最多给出低置信度",
  } satisfies Message<Record<string, never>>,
  "link.gogc": {
    en: (p: { gogc: number; source: string }, w) =>
      `GOGC ${p.gogc < 0 ? "off" : w.count(p.gogc)} (${p.source})`,
    zh: (p, w) => `GOGC ${p.gogc < 0 ? "off" : w.count(p.gogc)}（${p.source}）`,
  } satisfies Message<{ gogc: number; source: string }>,
} satisfies Messages;
