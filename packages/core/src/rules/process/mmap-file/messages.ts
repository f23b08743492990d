import type { Message, Messages } from "../../../model/message.ts";
import type { Quantity } from "../../../model/quantity.ts";

type None = Record<string, never>;

export const messages = {
  "mmap-file.headline": {
    en: (p: { file: Quantity; rss: Quantity }, w) =>
      `${w.value(p.file)} of ${w.value(p.rss)} RSS are pages of mapped files, which the kernel can drop`,
    zh: (p, w) => `RSS ${w.value(p.rss)} 中有 ${w.value(p.file)} 是映射文件的页，内核可以丢弃`,
  } satisfies Message<{ file: Quantity; rss: Quantity }>,
  "mmap-file.fact": {
    en: () => "they count in RSS and in memory.current, and are no leak of the Go heap",
    zh: () => "它们计入 RSS 与 memory.current，但不是 Go 堆泄漏",
  } satisfies Message<None>,
} satisfies Messages;
