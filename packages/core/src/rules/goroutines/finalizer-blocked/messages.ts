import type { Message, Messages } from "../../../model/message.ts";
import type { Quantity } from "../../../model/quantity.ts";

type None = Record<string, never>;
type Place = { line: string; wait: string; kind: string };
type Queue = { kind: string; before: number; after: number; seconds: number };

const zhKind = (kind: string) => (kind === "cleanups" ? "清理函数" : "终结器");
const oneOf = (kind: string) => (kind === "cleanups" ? "a cleanup" : "a finalizer");

export const messages = {
  "finalizer-blocked.headline": {
    en: (p: Place, w) =>
      `${w.code(p.line)}  ${oneOf(p.kind)} waits here (${p.wait}); the ${p.kind} behind it do not run`,
    zh: (p, w) =>
      `${w.code(p.line)}  一个${zhKind(p.kind)}在此等待（${p.wait}）；排在其后的${zhKind(p.kind)}都无法运行`,
  } satisfies Message<Place>,
  "finalizer-blocked.headline-slow": {
    en: (p: Place, w) =>
      `${w.code(p.line)}  ${p.kind} spend their time here (${p.wait}) and are queued faster than they are run`,
    zh: (p, w) =>
      `${w.code(p.line)}  ${zhKind(p.kind)}的时间都花在这里（${p.wait}），入队比执行更快`,
  } satisfies Message<Place>,
  "finalizer-blocked.headline-still": {
    en: (p: { kind: string }) => `${p.kind} are queued and none is run any more`,
    zh: (p) => `${zhKind(p.kind)}不断入队，却不再有一个被执行`,
  } satisfies Message<{ kind: string }>,
  "finalizer-blocked.headline-behind": {
    en: (p: { kind: string }) => `${p.kind} are queued faster than they are run`,
    zh: (p) => `${zhKind(p.kind)}入队比执行更快`,
  } satisfies Message<{ kind: string }>,
  "finalizer-blocked.stands": {
    en: (p: { snapshots: number; seconds: number; minutes: number }, w) =>
      p.snapshots >= 2
        ? `the same stack in all ${w.count(p.snapshots)} goroutine snapshots over ${w.duration(p.seconds)}`
        : `the dump shows it waiting for ${w.count(p.minutes)} min`,
    zh: (p, w) =>
      p.snapshots >= 2
        ? `${w.duration(p.seconds)}内的全部 ${w.count(p.snapshots)} 份 goroutine 快照中都是同一调用栈`
        : `转储显示它已等待 ${w.count(p.minutes)} 分钟`,
  } satisfies Message<{ snapshots: number; seconds: number; minutes: number }>,
  "finalizer-blocked.queue-still": {
    en: (p: Queue, w) =>
      `${w.count(p.after)} ${p.kind} wait (${w.count(p.before)} at first); none was run for ${w.duration(p.seconds)}`,
    zh: (p, w) =>
      `${w.count(p.after)} 个${zhKind(p.kind)}在等待（起初 ${w.count(p.before)} 个）；${w.duration(p.seconds)}内一个也没有执行`,
  } satisfies Message<Queue>,
  "finalizer-blocked.queue-behind": {
    en: (p: Queue, w) =>
      `${w.count(p.after)} ${p.kind} wait, ${w.count(p.before)} did ${w.duration(p.seconds)} before`,
    zh: (p, w) =>
      `${w.count(p.after)} 个${zhKind(p.kind)}在等待，${w.duration(p.seconds)}之前是 ${w.count(p.before)} 个`,
  } satisfies Message<Queue>,
  "finalizer-blocked.grows": {
    en: (p: { slope: Quantity }, w) => `marked heap grows ${w.full(p.slope)}`,
    zh: (p, w) => `标记堆以 ${w.full(p.slope)} 增长`,
  } satisfies Message<{ slope: Quantity }>,
  "finalizer-blocked.for-objects": {
    en: (p: { line: string; objects: Quantity; queued: number }, w) =>
      `about as many objects of ${w.code(p.line)} live (${w.full(p.objects)}) as wait in the queue (${w.count(p.queued)})`,
    zh: (p, w) =>
      `${w.code(p.line)} 存活的对象数（${w.full(p.objects)}）与队列中等待的数目（${w.count(p.queued)}）相当`,
  } satisfies Message<{ line: string; objects: Quantity; queued: number }>,
  "finalizer-blocked.for-age": {
    en: (p: { minutes: number }, w) =>
      `the dump shows one wait of ${w.count(p.minutes)} min, not many short ones`,
    zh: (p, w) => `转储显示的是一次长达 ${w.count(p.minutes)} 分钟的等待，而非多次短暂等待`,
  } satisfies Message<{ minutes: number }>,
  "finalizer-blocked.against-queue": {
    en: () => "length of the queue not known (runtime/metrics of Go ≥ 1.26 have it)",
    zh: () => "队列长度未知（Go ≥ 1.26 的 runtime/metrics 提供）",
  } satisfies Message<None>,
  "finalizer-blocked.against-place": {
    en: () => "not known where: no goroutine profile shows the goroutine that runs them",
    zh: () => "位置未知：没有 goroutine 剖析显示执行它们的 goroutine",
  } satisfies Message<None>,
  "finalizer-blocked.against-cleanups": {
    en: () =>
      "up to GOMAXPROCS/4 goroutines run cleanups: others may go on; a cleanup keeps its argument, not the object",
    zh: () =>
      "最多有 GOMAXPROCS/4 个 goroutine 执行清理函数：其余可能仍在运行；清理函数只保留其参数，不保留对象",
  } satisfies Message<None>,
  "finalizer-blocked.against-growth": {
    en: () => "no growth of the live heap was seen yet",
    zh: () => "尚未看到活跃堆增长",
  } satisfies Message<None>,
  "finalizer-blocked.now": {
    en: () => "a restart frees what waits; GOMEMLIMIT and a forced GC free nothing of it",
    zh: () => "重启可释放等待中的对象；GOMEMLIMIT 与强制 GC 都释放不了",
  } satisfies Message<None>,
  "finalizer-blocked.fix": {
    en: (p: { line: string; kind: string }, w) =>
      `do not wait at ${w.code(p.line)}: hand the work to a goroutine or use a timeout, and close what is used explicitly instead of by ${p.kind}`,
    zh: (p, w) =>
      `不要在 ${w.code(p.line)} 等待：把工作交给另一个 goroutine 或设超时，并显式关闭资源，而不是依赖${zhKind(p.kind)}`,
  } satisfies Message<{ line: string; kind: string }>,
  "finalizer-blocked.fix-unplaced": {
    en: (p: { kind: string }) =>
      `find what blocks: a goroutine dump shows the goroutine that runs ${p.kind} while it is in the program's code`,
    zh: (p) =>
      `找出阻塞之处：执行${zhKind(p.kind)}的 goroutine 处于程序代码中时，goroutine 转储会显示它`,
  } satisfies Message<{ kind: string }>,
  "finalizer-blocked.verify": {
    en: (p: { command: string }, w) => `${w.code(p.command)}     expect a queue that drains`,
    zh: (p, w) => `${w.code(p.command)}     预期队列能排空`,
  } satisfies Message<{ command: string }>,
} satisfies Messages;
