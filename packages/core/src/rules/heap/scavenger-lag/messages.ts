import type { Message, Messages } from "../../../model/message.ts";
import type { Quantity } from "../../../model/quantity.ts";

export const messages = {
  "scavenger-lag.headline": {
    en: (p: { free: Quantity }, w) =>
      `${w.value(p.free)} is free and on its way back to the system`,
    zh: (p, w) => `${w.value(p.free)} 已空闲，正在归还系统`,
  } satisfies Message<{ free: Quantity }>,
  "scavenger-lag.fact": {
    en: (p: { before: Quantity; now: Quantity; released: Quantity }, w) =>
      `free spans ${w.value(p.before)} → ${w.value(p.now)}; ${w.value(p.released)} was returned meanwhile`,
    zh: (p, w) =>
      `空闲 span ${w.value(p.before)} → ${w.value(p.now)}；期间归还 ${w.value(p.released)}`,
  } satisfies Message<{ before: Quantity; now: Quantity; released: Quantity }>,
} satisfies Messages;
