// What the first megabytes of a trace say, in one line that is replaced as more is known.

import type { FirstLook } from "../../model/tables/trace.ts";
import type { Voice } from "../say.ts";

/** What matters most stands first: a narrow terminal cuts the rest. */
export function wordsOfFirstLook(look: FirstLook, { lang, words }: Voice): string {
  const { heapLiveBytes, heapGoalBytes } = look;
  const first = words.bytes(look.bytes);
  const parts: string[] = [];
  if (lang === "zh") {
    if (heapLiveBytes !== undefined) parts.push(`堆 ${words.bytes(heapLiveBytes)}`);
    if (heapGoalBytes !== undefined) parts.push(`目标 ${words.bytes(heapGoalBytes)}`);
    parts.push(`${words.count(look.cycles)} 个 GC 周期`);
    parts.push(`${words.count(look.stops)} 次 STW`, `${words.count(look.assists)} 次辅助`);
    return `目前（前 ${first}）：${parts.join("，")}`;
  }
  if (heapLiveBytes !== undefined) parts.push(`heap ${words.bytes(heapLiveBytes)}`);
  if (heapGoalBytes !== undefined) parts.push(`goal ${words.bytes(heapGoalBytes)}`);
  const counted = (n: number, what: string): string =>
    `${words.count(n)} ${what}${n === 1 ? "" : "s"}`;
  parts.push(counted(look.cycles, "GC cycle"), counted(look.stops, "stop"));
  parts.push(counted(look.assists, "assist"));
  return `so far (first ${first}): ${parts.join(", ")}`;
}
