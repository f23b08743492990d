import type { Message, Messages } from "../../../model/message.ts";
import type { Quantity } from "../../../model/quantity.ts";

type None = Record<string, never>;
type Place = { line: string; function: string; entry: string };

export const messages = {
  "context-leak.headline": {
    en: (p: Place, w) =>
      `${w.code(p.line)}  ${w.code(p.function)} makes contexts with ${w.code(p.entry)} that are never cancelled`,
    zh: (p, w) =>
      `${w.code(p.line)}  ${w.code(p.function)} 用 ${w.code(p.entry)} 创建的 context 从未取消`,
  } satisfies Message<Place>,
  "context-leak.headline-values": {
    en: (p: Place, w) =>
      `${w.code(p.line)}  contexts that ${w.code(p.function)} makes with ${w.code(p.entry)} stay alive`,
    zh: (p, w) =>
      `${w.code(p.line)}  ${w.code(p.function)} 用 ${w.code(p.entry)} 创建的 context 一直存活`,
  } satisfies Message<Place>,
  "context-leak.share": {
    en: (p: { share: Quantity; alone: Quantity }, w) => `contexts are ${w.full(p.share)} of it`,
    zh: (p, w) => `context 占其中 ${w.full(p.share)}`,
  } satisfies Message<{ share: Quantity; alone: Quantity }>,
  "context-leak.share-with": {
    en: (p: { share: Quantity; alone: Quantity }, w) =>
      `contexts and what is allocated with them are ${w.full(p.share)} of it, contexts alone ${w.value(p.alone)}`,
    zh: (p, w) =>
      `context 及与之一同分配的对象占其中 ${w.full(p.share)}，仅 context 占 ${w.value(p.alone)}`,
  } satisfies Message<{ share: Quantity; alone: Quantity }>,
  "context-leak.units": {
    en: (p: { units: Quantity }, w) =>
      `${w.full(p.units)} more contexts are live in the later of two profiles`,
    zh: (p, w) => `两份剖析中，后一份多出 ${w.full(p.units)} 个存活的 context`,
  } satisfies Message<{ units: Quantity }>,
  "context-leak.units-live": {
    en: (p: { units: Quantity }, w) => `${w.full(p.units)} contexts are live`,
    zh: (p, w) => `存活的 context 有 ${w.full(p.units)} 个`,
  } satisfies Message<{ units: Quantity }>,
  "context-leak.for-anchor": {
    en: (p: { anchors: Quantity }, w) =>
      `package context itself keeps them: ${w.full(p.anchors)} of a parent's table of children, or of timers of deadlines`,
    zh: (p, w) =>
      `是 context 包自己在保留它们：父 context 的子表或截止时间的定时器占 ${w.full(p.anchors)}`,
  } satisfies Message<{ anchors: Quantity }>,
  "context-leak.against-holder": {
    en: () =>
      "no table of children was sampled: the contexts may be kept by what they belong to, cancelled or not",
    zh: () => "未采样到子 context 表：这些 context 也可能由其所属的对象保留，与是否取消无关",
  } satisfies Message<None>,
  "context-leak.fix": {
    en: (p: { line: string }, w) =>
      `call the cancel function of ${w.code(p.line)} on every path, best with defer; go vet's lostcancel finds most`,
    zh: (p, w) =>
      `在每条路径上调用 ${w.code(p.line)} 得到的 cancel 函数，最好用 defer；go vet 的 lostcancel 能找出大部分`,
  } satisfies Message<{ line: string }>,
  "context-leak.fix-values": {
    en: (p: { line: string }, w) =>
      `find what keeps the contexts of ${w.code(p.line)}: one wrapped again and again in a loop, or stored in a struct`,
    zh: (p, w) => `找出谁保留了 ${w.code(p.line)} 的 context：在循环中反复包裹，或存放在结构体里`,
  } satisfies Message<{ line: string }>,
  "context-leak.verify": {
    en: (p: { line: string; command: string }, w) =>
      `${w.code(p.command)}     expect no growth of contexts at ${w.code(p.line)}`,
    zh: (p, w) => `${w.code(p.command)}     预期 ${w.code(p.line)} 的 context 不再增长`,
  } satisfies Message<{ line: string; command: string }>,
} satisfies Messages;
