// What a capture knows of one of its files that was named by itself: which GC cycle it was taken after,
// which Go built the process. The manifest lies in the file's folder or in one above it.

import { readFileSync, statSync } from "node:fs";
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

export interface Beside {
  readonly record: CapturedRecord;
  /** Of the capture. */
  readonly folder: string;
  /** "go1.26.8", from the build information of the same process. */
  readonly goVersion: string | undefined;
}

const MAX_BUILD_INFO_BYTES = 1024 ** 2;

/** `go version -m` begins with the program's path, a colon and the release. */
function goVersionIn(file: string): string | undefined {
  if ((found(file)?.stats.size ?? Infinity) > MAX_BUILD_INFO_BYTES) return undefined;
  return /^[^\n]*: (go1\.\d+\S*)/.exec(readFileSync(file, "utf8"))?.[1];
}

/** Undefined where there is no manifest, or none that knows the file. */
export async function recordBeside(file: string): Promise<Beside | undefined> {
  const own = found(path.resolve(file));
  if (own === undefined) return undefined;
  let folder = path.dirname(own.absolute);
  for (let i = 0; i < MOST_FOLDERS; i++) {
    const manifests = ["capture.jsonl", "capture.json"]
      .map((name) => found(path.join(folder, name)))
      .filter((manifest) => manifest !== undefined);
    if (manifests.length > 0) {
      const { records, missing } = await readManifests([...manifests, own]);
      const record = records.get(own.absolute);
      if (record === undefined) return undefined;
      // Only this file and the manifests were named, so all others count as missing.
      const built = missing.find(
        (other) => other.record.source === "build-info" && other.record.process === record.process,
      );
      const goVersion =
        built === undefined ? undefined : goVersionIn(path.join(folder, built.record.file));
      return { record, folder, goVersion };
    }
    folder = path.dirname(folder);
  }
  return undefined;
}
