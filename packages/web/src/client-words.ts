// The labels that the script needs too, apart from the others: the rest of the catalogue stays out of it.

import type { Lang } from "@heapwright/core/model/message.ts";

const en = {
  copied: "Copied",
  hits: (n: string, value: string) => `${n} boxes, ${value}`,
  noHits: "nothing found",
  oneSample: "1 sample",
  samples: (n: string) => `${n} samples`,
  assists: (n: string) => (n === "1" ? "1 assist" : `${n} assists`),
  onCore: (time: string) => `${time} on a core`,
  ofAll: (percent: string) => `${percent} %`,
  smaller: (n: string) => `${n} smaller`,
  putBack: "Put back",
};

export type ClientWords = typeof en;

const zh: ClientWords = {
  copied: "已复制",
  hits: (n, value) => `${n} 个方框，${value}`,
  noHits: "没有找到",
  oneSample: "1 个样本",
  samples: (n) => `${n} 个样本`,
  assists: (n) => `${n} 次辅助`,
  onCore: (time) => `${time} 在核上`,
  ofAll: (percent) => `${percent} %`,
  smaller: (n) => `${n} 个较小的`,
  putBack: "恢复",
};

export const CLIENT_WORDS: Readonly<Record<Lang, ClientWords>> = { en, zh };
