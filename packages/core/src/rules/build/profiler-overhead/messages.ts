import type { Message, Messages } from "../../../model/message.ts";
import type { Quantity } from "../../../model/quantity.ts";

export const messages = {
  "profiler-overhead.headline": {
    en: (p: { buckets: Quantity }, w) =>
      `profiling buckets take ${w.value(p.buckets)}: the profiler itself is the memory`,
    zh: (p, w) => `剖析桶占用 ${w.value(p.buckets)}：消耗内存的正是剖析器本身`,
  } satisfies Message<{ buckets: Quantity }>,
  "profiler-overhead.share": {
    en: (p: { buckets: Quantity; of: Quantity; share: number }, w) =>
      `BuckHashSys ${w.value(p.buckets)} is ${w.percent(p.share)} of ${w.value(p.of)}; it never shrinks`,
    zh: (p, w) =>
      `BuckHashSys ${w.value(p.buckets)} 占 ${w.value(p.of)} 的 ${w.percent(p.share)}；只增不减`,
  } satisfies Message<{ buckets: Quantity; of: Quantity; share: number }>,
  "profiler-overhead.line": {
    en: (p: { line: string; count: number; bytes: number }, w) =>
      `${w.code(p.line)} was sampled with ${w.count(p.count)} different stacks and sizes, about ${w.bytes(p.bytes)} of the table`,
    zh: (p, w) =>
      `${w.code(p.line)} 以 ${w.count(p.count)} 种不同的调用栈与大小被采样，约占表中 ${w.bytes(p.bytes)}`,
  } satisfies Message<{ line: string; count: number; bytes: number }>,
  "profiler-overhead.not": {
    en: (p: { buckets: Quantity }, w) => `profiler: its buckets take ${w.value(p.buckets)}`,
    zh: (p, w) => `剖析器：桶占用 ${w.value(p.buckets)}`,
  } satisfies Message<{ buckets: Quantity }>,
  "profiler-overhead.fix": {
    en: (p: { rate: string }) =>
      `raise runtime.MemProfileRate (now ${p.rate}), lower GODEBUG=profstackdepth (Go ≥ 1.23), or sample block and mutex profiles less`,
    zh: (p) =>
      `提高 runtime.MemProfileRate（现为 ${p.rate}），降低 GODEBUG=profstackdepth（Go ≥ 1.23），或减少 block、mutex 采样`,
  } satisfies Message<{ rate: string }>,
} satisfies Messages;
