// What a recorded program counted itself: the numbers that the readings of it are compared with.

import { readFileSync } from "node:fs";
import { corpus } from "./corpus.ts";

export interface RecordedTruth {
  readonly liveHeapMiB: number;
  readonly nativeMiB: number;
  readonly shmemMiB: number;
}

export function recordedTruth(relative: string): RecordedTruth {
  const path = corpus(relative);
  if (path === undefined) throw new Error(`${relative} is not in the corpora`);
  const facts: unknown = JSON.parse(readFileSync(path, "utf8"));
  const mib = (kind: string): number => {
    const bytes = member(member(facts, "bytes"), kind);
    if (typeof bytes !== "number") throw new Error(`${relative} has no bytes.${kind}`);
    return bytes / 1024 ** 2;
  };
  return { liveHeapMiB: mib("heap"), nativeMiB: mib("native"), shmemMiB: mib("shmem") };
}

function member(of: unknown, key: string): unknown {
  return typeof of === "object" && of !== null ? Reflect.get(of, key) : undefined;
}
