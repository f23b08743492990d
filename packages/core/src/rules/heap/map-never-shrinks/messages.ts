import type { Message, Messages } from "../../../model/message.ts";
import type { Quantity } from "../../../model/quantity.ts";

type None = Record<string, never>;

export const messages = {
  "map-never-shrinks.headline": {
    en: (p: { line: string; live: Quantity }, w) =>
      `${w.code(p.line)}  ${w.value(p.live)} look like the table of a map: delete and clear never shrink one, so ask how many entries it has`,
    zh: (p, w) =>
      `${w.code(p.line)}  ${w.value(p.live)} 看起来是 map 的表：delete 与 clear 都不会缩小它，请查看其条目数`,
  } satisfies Message<{ line: string; live: Quantity }>,
  "map-never-shrinks.split": {
    en: (p: { objects: Quantity; size: number; kept: Quantity }, w) =>
      `${w.full(p.objects)} blocks of ${w.bytes(p.size)}, of all ever made ${w.full(p.kept)} alive: a table that splits makes two and drops one`,
    zh: (p, w) =>
      `${w.full(p.objects)} 个 ${w.bytes(p.size)} 的块，存活比例 ${w.full(p.kept)}：表分裂时新建两个、丢弃一个`,
  } satisfies Message<{ objects: Quantity; size: number; kept: Quantity }>,
  "map-never-shrinks.doubled": {
    en: (p: { size: number; steps: number }, w) =>
      `one array of ${w.bytes(p.size)}; ${w.count(p.steps)} arrays of half, a quarter and so on came before it and are gone`,
    zh: (p, w) =>
      `一个 ${w.bytes(p.size)} 的数组；之前有 ${w.count(p.steps)} 个二分之一、四分之一等大小的数组，均已释放`,
  } satisfies Message<{ size: number; steps: number }>,
  "map-never-shrinks.share": {
    en: (p: { share: number }, w) =>
      `${w.percent(p.share)} of the live heap, and nothing is made there any more`,
    zh: (p, w) => `占活跃堆的 ${w.percent(p.share)}，且该处不再分配`,
  } satisfies Message<{ share: number }>,
  "map-never-shrinks.for-entries": {
    en: (p: { line: string; objects: number; left: number }, w) =>
      `of about ${w.count(p.objects)} objects that ${w.code(p.line)} made beside it ${w.percent(p.left)} are alive: if they were its entries, they are gone`,
    zh: (p, w) =>
      `${w.code(p.line)} 在旁分配的约 ${w.count(p.objects)} 个对象仅存活 ${w.percent(p.left)}：若它们是其条目，则条目已不在`,
  } satisfies Message<{ line: string; objects: number; left: number }>,
  "map-never-shrinks.against-entries": {
    en: (p: { line: string; left: number }, w) =>
      `${w.percent(p.left)} of what ${w.code(p.line)} made beside it are alive: the entries may well be there`,
    zh: (p, w) => `${w.code(p.line)} 在旁分配的对象存活 ${w.percent(p.left)}：条目很可能仍在`,
  } satisfies Message<{ line: string; left: number }>,
  "map-never-shrinks.against-full": {
    en: () => "no profile holds a map's number of entries: one that is full looks the same",
    zh: () => "任何剖析都不含 map 的条目数：装满的 map 看起来也是这样",
  } satisfies Message<None>,
  "map-never-shrinks.fix": {
    en: (p: { line: string }, w) =>
      `export len() of the map at ${w.code(p.line)}; if it is far below its peak, replace the map by a new one`,
    zh: (p, w) => `导出 ${w.code(p.line)} 处 map 的 len()；若远低于峰值，用新 map 替换它`,
  } satisfies Message<{ line: string }>,
} satisfies Messages;
