import type { Message, Messages } from "../../../model/message.ts";
import type { Quantity } from "../../../model/quantity.ts";

type None = Record<string, never>;

export const messages = {
  "native-growth.headline": {
    en: (p: { growth: Quantity }, w) =>
      `memory outside Go grew ${w.full(p.growth)}: cgo or mmap, not the Go heap`,
    zh: (p, w) => `Go 之外的内存增长 ${w.full(p.growth)}：来自 cgo 或 mmap，而非 Go 堆`,
  } satisfies Message<{ growth: Quantity }>,
  "native-growth.trend": {
    en: (p: { slope: Quantity; seconds: number }, w) =>
      `anonymous memory that Go does not account for grows ${w.full(p.slope)} over ${w.duration(p.seconds)}`,
    zh: (p, w) => `Go 未记账的匿名内存在 ${w.duration(p.seconds)}内以 ${w.full(p.slope)} 增长`,
  } satisfies Message<{ slope: Quantity; seconds: number }>,
  "native-growth.now-size": {
    en: (p: { native: Quantity; rss: Quantity }, w) =>
      `native is ${w.full(p.native)} of ${w.value(p.rss)} RSS`,
    zh: (p, w) => `RSS ${w.value(p.rss)} 中原生内存为 ${w.full(p.native)}`,
  } satisfies Message<{ native: Quantity; rss: Quantity }>,
  "native-growth.limit": {
    en: (p: { limit: Quantity; left: Quantity; source: string }, w) =>
      `the limit of ${w.value(p.limit)} (${p.source}) is reached in ${w.full(p.left)}; GOMEMLIMIT does not count native memory`,
    zh: (p, w) =>
      `${w.full(p.left)}后达到上限 ${w.value(p.limit)}（${p.source}）；GOMEMLIMIT 不计原生内存`,
  } satisfies Message<{ limit: Quantity; left: Quantity; source: string }>,
  "native-growth.for-heap-flat": {
    en: () => "the Go heap does not grow meanwhile",
    zh: () => "同时 Go 堆没有增长",
  } satisfies Message<None>,
  "native-growth.against-huge": {
    en: (p: { growth: Quantity }, w) =>
      `huge pages grew ${w.value(p.growth)}: they re-back holes that Go returned`,
    zh: (p, w) => `透明大页增长 ${w.value(p.growth)}：它们会重新填上 Go 已归还的空洞`,
  } satisfies Message<{ growth: Quantity }>,
  "native-growth.against-no-smaps": {
    en: () => "no smaps: memory that Go had mapped and touched only now looks the same",
    zh: () => "没有 smaps：Go 早已映射、此刻才触碰的内存看起来也一样",
  } satisfies Message<None>,
  "native-growth.race": {
    en: () => "native memory: not judged in a -race build, whose shadow memory is native",
    zh: () => "原生内存：-race 构建的影子内存属于原生内存，不作判断",
  } satisfies Message<None>,
  "native-growth.not": {
    en: (p: { change: Quantity }, w) => `native memory: change ${w.full(p.change)}`,
    zh: (p, w) => `原生内存：变化 ${w.full(p.change)}`,
  } satisfies Message<{ change: Quantity }>,
  "native-growth.not-mapped": {
    en: (p: { native: Quantity }, w) =>
      `native memory: at most ${w.value(p.native)} by the memory map, less than RSS without Go's totals seemed to grow`,
    zh: (p, w) => `原生内存：按内存映射最多 ${w.value(p.native)}，少于 RSS 减去 Go 总量看似的增长`,
  } satisfies Message<{ native: Quantity }>,
  "native-growth.no-line": {
    en: (p: { change: Quantity }, w) =>
      `native memory: change ${w.full(p.change)}, but not in a line; a step, or level by now`,
    zh: (p, w) => `原生内存：变化 ${w.full(p.change)}，但不呈直线；是一次跃升，或已经持平`,
  } satisfies Message<{ change: Quantity }>,
  "native-growth.now": {
    en: () =>
      "no Go setting bounds it; a restart frees it. With glibc, MALLOC_ARENA_MAX=2 is worth a try",
    zh: () => "没有 Go 设置能限制它；重启可释放。使用 glibc 时可试 MALLOC_ARENA_MAX=2",
  } satisfies Message<None>,
  "native-growth.fix": {
    en: () =>
      "look at what the service does through cgo, unix.Mmap and drivers: every C allocation and map needs its free",
    zh: () => "检查服务经由 cgo、unix.Mmap 与驱动所做的事：每次 C 分配与映射都需要释放",
  } satisfies Message<None>,
  "native-growth.verify": {
    en: (p: { command: string }, w) => `${w.code(p.command)}     expect native level`,
    zh: (p, w) => `${w.code(p.command)}     预期原生内存持平`,
  } satisfies Message<{ command: string }>,
} satisfies Messages;
