// The capture's record of one file that was named by itself: which GC cycle it was taken after, for
// instance. The manifest lies in the file's folder or in one above it.

import { statSync } from "node:fs";
import path from "node:path";
import type { CapturedRecord } from "@heapwright/core/evidence/capture-record.ts";
import { readManifests } from "./manifest.ts";
import type { FoundFile } from "./walk.ts";

/** Captures put files in folders of their own, one deep. */
const MOST_FOLDERS = 2;

function found(absolute: string): FoundFile | undefined {
  const stats = statSync(absolute, { throwIfNoEntry: false });
  return stats?.isFile() === true ? { absolute, name: path.basename(absolute), stats } : undefined;
}

/** Undefined where there is no manifest, or none that knows the file. */
export async function recordBeside(file: string): Promise<CapturedRecord | undefined> {
  const own = found(path.resolve(file));
  if (own === undefined) return undefined;
  let folder = path.dirname(own.absolute);
  for (let i = 0; i < MOST_FOLDERS; i++) {
    const manifests = ["capture.jsonl", "capture.json"]
      .map((name) => found(path.join(folder, name)))
      .filter((manifest) => manifest !== undefined);
    if (manifests.length > 0) {
      const { records } = await readManifests([...manifests, own]);
      return records.get(own.absolute);
    }
    folder = path.dirname(folder);
  }
  return undefined;
}
