// `heapwright evidence ID`: the bytes or rows behind a number.

import type { Artefact } from "@heapwright/core/evidence/artefact.ts";
import { describeEvidence } from "@heapwright/core/report/evidence-rows.ts";
import { voiceOf } from "@heapwright/core/report/say.ts";
import { readEvidence } from "@heapwright/host/files/read-evidence.ts";
import { EXIT } from "../exit-codes.ts";
import { lastPaths } from "../last-target.ts";
import type { SharedFlags } from "../flags.ts";
import { UsageError } from "../usage-error.ts";

export async function evidence(
  id: string,
  given: readonly string[],
  flags: SharedFlags,
): Promise<number> {
  const match = /^([0-9a-f]{4,8})(?::(.+))?$/.exec(id.trim());
  if (match?.[1] === undefined)
    throw new UsageError(
      `${JSON.stringify(id)} is no evidence id. They look like 9f31c2aa:stack:4be07c; heapwright why --evidence prints them`,
    );
  const paths = given.length > 0 ? given : lastPaths();
  if (paths === undefined)
    throw new UsageError(
      "no earlier answer is known here. Name the folder: heapwright evidence ID FOLDER",
    );
  const folder = await readEvidence(paths);
  const prefix = match[1];
  const artefacts = new Map<string, Artefact>();
  for (const a of folder.artefacts) if (a.id.startsWith(prefix)) artefacts.set(a.id, a);
  if (artefacts.size === 0) {
    process.stderr.write(
      `heapwright: no artefact ${prefix} in ${paths.join(", ")}. Ids are the first digits of the sha256 of the decoded file\n`,
    );
    return EXIT.unreadable;
  }
  const voice = voiceOf(flags.lang);
  for (const a of artefacts.values()) {
    const text = describeEvidence(a, match[2], voice);
    if (text === undefined) {
      process.stderr.write(`heapwright: ${a.name} (${a.id}) has no row ${match[2] ?? ""}\n`);
      return EXIT.unreadable;
    }
    process.stdout.write(text);
  }
  return EXIT.ok;
}
