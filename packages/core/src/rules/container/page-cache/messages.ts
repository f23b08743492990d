import type { Message, Messages } from "../../../model/message.ts";
import type { Quantity } from "../../../model/quantity.ts";

type None = Record<string, never>;

export const messages = {
  "page-cache.headline": {
    en: (p: { file: Quantity; charge: Quantity }, w) =>
      `${w.value(p.file)} of the ${w.value(p.charge)} charged is page cache, which the kernel takes back`,
    zh: (p, w) => `计入的 ${w.value(p.charge)} 中有 ${w.value(p.file)} 是页缓存，内核可以收回`,
  } satisfies Message<{ file: Quantity; charge: Quantity }>,
  "page-cache.active": {
    en: () =>
      "working set counts active file pages, so it looks near the limit; judge by anonymous memory",
    zh: () => "working set 把活跃文件页计算在内，所以看似接近上限；应以匿名内存判断",
  } satisfies Message<None>,
} satisfies Messages;
