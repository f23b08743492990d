import type { Message, Messages } from "../../../model/message.ts";
import type { Quantity } from "../../../model/quantity.ts";

export const messages = {
  "cache-plateau.headline": {
    en: (p: { from: Quantity; to: Quantity }, w) =>
      `the live heap grew from ${w.value(p.from)} to ${w.value(p.to)} and levelled off, as a cache does`,
    zh: (p, w) => `活跃堆从 ${w.value(p.from)} 增至 ${w.value(p.to)} 后持平，符合缓存的特征`,
  } satisfies Message<{ from: Quantity; to: Quantity }>,
  "cache-plateau.site": {
    en: (p: { line: string; live: Quantity }, w) => `${w.code(p.line)} holds ${w.full(p.live)}`,
    zh: (p, w) => `${w.code(p.line)} 持有 ${w.full(p.live)}`,
  } satisfies Message<{ line: string; live: Quantity }>,
} satisfies Messages;
