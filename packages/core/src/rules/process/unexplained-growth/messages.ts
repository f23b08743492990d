import type { Message, Messages } from "../../../model/message.ts";
import type { Quantity } from "../../../model/quantity.ts";

type None = Record<string, never>;

export const messages = {
  "unexplained-growth.headline": {
    en: (p: { slope: Quantity }, w) =>
      `memory grows ${w.full(p.slope)}, and nothing in the evidence says where`,
    zh: (p, w) => `内存以 ${w.full(p.slope)} 增长，而证据未说明来自何处`,
  } satisfies Message<{ slope: Quantity }>,
  "unexplained-growth.seconds": {
    en: (p: { what: string; seconds: number; points: number }, w) =>
      `${p.what} rises straight over ${w.duration(p.seconds)} (${w.count(p.points)} readings)`,
    zh: (p, w) =>
      `${p.what} 在 ${w.duration(p.seconds)}内呈直线上升（${w.count(p.points)} 次读数）`,
  } satisfies Message<{ what: string; seconds: number; points: number }>,
  "unexplained-growth.not-heap": {
    en: () => "the live heap, goroutines and native memory do not grow with it",
    zh: () => "活跃堆、goroutine 与原生内存都没有随之增长",
  } satisfies Message<None>,
  "unexplained-growth.fix": {
    en: () => "collect what is missing below: it tells the heap from what is outside it",
    zh: () => "补齐下面缺少的证据：它能区分堆内与堆外",
  } satisfies Message<None>,
} satisfies Messages;
