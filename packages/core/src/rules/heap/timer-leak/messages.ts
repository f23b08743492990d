import type { Message, Messages } from "../../../model/message.ts";
import type { Quantity } from "../../../model/quantity.ts";

type None = Record<string, never>;
type Call = { line: string; call: string };

export const messages = {
  "timer-leak.headline-unfired": {
    en: (p: Call, w) =>
      `${w.code(p.line)}  every ${w.code(p.call)} stays in memory until it fires, needed or not`,
    zh: (p, w) =>
      `${w.code(p.line)}  每个 ${w.code(p.call)} 无论是否还需要，都会留在内存中直到触发`,
  } satisfies Message<Call>,
  "timer-leak.headline-unstopped": {
    en: (p: Call, w) =>
      `${w.code(p.line)}  tickers of ${w.code(p.call)} are never stopped, and only Stop frees them`,
    zh: (p, w) =>
      `${w.code(p.line)}  ${w.code(p.call)} 的 ticker 从未停止，而只有 Stop 才能释放它们`,
  } satisfies Message<Call>,
  "timer-leak.headline-active": {
    en: (p: Call, w) =>
      `${w.code(p.line)}  timers of ${w.code(p.call)} wait, with all that their functions refer to`,
    zh: (p, w) => `${w.code(p.line)}  ${w.code(p.call)} 的定时器仍在等待，并保留其函数引用的一切`,
  } satisfies Message<Call>,
  "timer-leak.headline-referenced": {
    en: (p: Call, w) =>
      `${w.code(p.line)}  timers of ${w.code(p.call)} are still referred to: something keeps them`,
    zh: (p, w) => `${w.code(p.line)}  ${w.code(p.call)} 的定时器仍被引用：有东西在保留它们`,
  } satisfies Message<Call>,
  "timer-leak.headline-unknown": {
    en: (p: Call, w) => `${w.code(p.line)}  timers of ${w.code(p.call)} pile up`,
    zh: (p, w) => `${w.code(p.line)}  ${w.code(p.call)} 的定时器不断堆积`,
  } satisfies Message<Call>,
  "timer-leak.share": {
    en: (p: { share: Quantity; alone: Quantity }, w) =>
      p.share.value > p.alone.value
        ? `timers and what is allocated with them are ${w.full(p.share)} of it, timers alone ${w.value(p.alone)}`
        : `timers are ${w.full(p.share)} of it`,
    zh: (p, w) =>
      p.share.value > p.alone.value
        ? `定时器及与之一同分配的对象占其中 ${w.full(p.share)}，仅定时器占 ${w.value(p.alone)}`
        : `定时器占其中 ${w.full(p.share)}`,
  } satisfies Message<{ share: Quantity; alone: Quantity }>,
  "timer-leak.units": {
    en: (p: { units: Quantity }, w) =>
      `${w.full(p.units)} more timers are live in the later of two profiles`,
    zh: (p, w) => `两份剖析中，后一份多出 ${w.full(p.units)} 个存活的定时器`,
  } satisfies Message<{ units: Quantity }>,
  "timer-leak.units-live": {
    en: (p: { units: Quantity }, w) => `${w.full(p.units)} timers are live`,
    zh: (p, w) => `存活的定时器有 ${w.full(p.units)} 个`,
  } satisfies Message<{ units: Quantity }>,
  "timer-leak.for-version": {
    en: (p: { version: string }) =>
      `${p.version}: before Go 1.23 the collector takes no timer that has not fired or been stopped`,
    zh: (p) => `${p.version}：Go 1.23 之前，未触发且未停止的定时器不会被回收`,
  } satisfies Message<{ version: string }>,
  "timer-leak.for-setting": {
    en: (p: { version: string }) =>
      `${p.version} with asynctimerchan=1 (the default of a go.mod below 1.23): no timer is collected before it has fired or been stopped`,
    zh: (p) =>
      `${p.version} 且 asynctimerchan=1（go.mod 低于 1.23 时的默认值）：未触发且未停止的定时器不会被回收`,
  } satisfies Message<{ version: string }>,
  "timer-leak.against-fires": {
    en: () => "growth ends when as many fire as are made: after the duration given to the timer",
    zh: () => "当触发数与创建数相等时增长即停止：即经过定时器所设时长之后",
  } satisfies Message<None>,
  "timer-leak.against-version": {
    en: () =>
      "Go version or asynctimerchan not known: whether timers that nobody refers to are collected is open",
    zh: () => "不知道 Go 版本或 asynctimerchan：无人引用的定时器是否会被回收尚无定论",
  } satisfies Message<None>,
  "timer-leak.fix-unfired": {
    en: (p: Call, w) =>
      `at ${w.code(p.line)} make one time.NewTimer and Reset it, with Stop when done; or set go 1.23 or later in go.mod and remove asynctimerchan`,
    zh: (p, w) =>
      `在 ${w.code(p.line)} 改用一个 time.NewTimer 并反复 Reset，用完 Stop；或在 go.mod 中写 go 1.23 以上并去掉 asynctimerchan`,
  } satisfies Message<Call>,
  "timer-leak.fix-unstopped": {
    en: (p: Call, w) =>
      `call Stop on every ticker of ${w.code(p.line)}; time.Tick cannot be stopped`,
    zh: (p, w) => `对 ${w.code(p.line)} 的每个 ticker 调用 Stop；time.Tick 无法停止`,
  } satisfies Message<Call>,
  "timer-leak.fix-active": {
    en: (p: Call, w) =>
      `stop the timer of ${w.code(p.line)} once it is not needed; one timer over a queue of deadlines costs less`,
    zh: (p, w) => `不再需要时停止 ${w.code(p.line)} 的定时器；用一个定时器管理截止时间队列更省`,
  } satisfies Message<Call>,
  "timer-leak.fix-referenced": {
    en: (p: Call, w) =>
      `find what refers to the timers of ${w.code(p.line)}: a struct that is kept, or a goroutine that waits for one`,
    zh: (p, w) => `找出谁引用了 ${w.code(p.line)} 的定时器：被保留的结构体，或等待它的 goroutine`,
  } satisfies Message<Call>,
  "timer-leak.fix-unknown": {
    en: (p: Call, w) =>
      `stop the timers of ${w.code(p.line)} when they are not needed any more; below Go 1.23 nothing else frees them before they fire`,
    zh: (p, w) => `不再需要时停止 ${w.code(p.line)} 的定时器；Go 1.23 之前，触发前别无他法释放`,
  } satisfies Message<Call>,
  "timer-leak.verify": {
    en: (p: { line: string; command: string }, w) =>
      `${w.code(p.command)}     expect no growth of timers at ${w.code(p.line)}`,
    zh: (p, w) => `${w.code(p.command)}     预期 ${w.code(p.line)} 的定时器不再增长`,
  } satisfies Message<{ line: string; command: string }>,
} satisfies Messages;
