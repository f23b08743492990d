import type { Message, Messages } from "../model/message.ts";

export const lastRunMessages = {
  "link.replaced": {
    en: (p: { name: string; kept: number; left: number }, w) =>
      `${w.code(p.name)}: the process was replaced while it was watched; ${w.count(p.kept)} samples of the last run are used, ${w.count(p.left)} before it are not`,
    zh: (p, w) =>
      `${w.code(p.name)}：观察期间进程被替换；使用最后一次运行的 ${w.count(p.kept)} 个样本，之前的 ${w.count(p.left)} 个不用`,
  } satisfies Message<{ name: string; kept: number; left: number }>,
} satisfies Messages;
