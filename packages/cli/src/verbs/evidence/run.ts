// `heapwright evidence ID`: the bytes or rows behind a number.

import { existsSync } from "node:fs";
import type { Artefact } from "@heapwright/core/evidence/artefact.ts";
import { describeEvidence } from "@heapwright/core/report/evidence-rows.ts";
import { voiceOf } from "@heapwright/core/report/say.ts";
import { printable } from "@heapwright/core/report/wording.ts";
import { readEvidence } from "@heapwright/host/files/read-evidence.ts";
import { EXIT } from "../../exit-codes.ts";
import { lastPaths } from "../../last-target.ts";
import type { SharedFlags } from "../../flags.ts";
import { UnreadableError, UsageError } from "../../usage-error.ts";

export async function evidence(
  id: string,
  given: readonly string[],
  flags: SharedFlags,
): Promise<number> {
  // Copied as `why --evidence` prints it, in brackets.
  const bare = id
    .trim()
    .replace(/^\[/, "")
    .replace(/^([^[]*)\]$/, "$1");
  const match = /^([0-9a-f]{4,8})(?::(.+))?$/.exec(bare);
  if (match?.[1] === undefined)
    throw new UsageError(
      `${JSON.stringify(id)} is no evidence id. They look like 9f31c2aa:stack:4be07c; heapwright why --evidence prints them`,
      `${JSON.stringify(id)} 不是证据编号。编号形如 9f31c2aa:stack:4be07c；heapwright why --evidence 会列出`,
    );
  const paths = given.length > 0 ? given : lastPaths();
  if (paths === undefined)
    throw new UsageError(
      "no earlier answer is known here. Name the folder: heapwright evidence ID FOLDER",
      "这里没有先前的回答。请给出文件夹：heapwright evidence ID FOLDER",
    );
  for (const p of paths)
    if (!existsSync(p))
      throw new UnreadableError(
        given.length > 0
          ? `${p} does not exist`
          : `the last answer was made from ${p}, which is gone. Name the folder: heapwright evidence ID FOLDER`,
        given.length > 0
          ? `${p} 不存在`
          : `上一次回答来自 ${p}，它已不存在。请给出文件夹：heapwright evidence ID FOLDER`,
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
  const texts = [...artefacts.values()].map((a) => describeEvidence(a, match[2], voice));
  const found = texts.filter((t) => t !== undefined);
  if (found.length === 0) {
    const names = [...artefacts.values()].map((a) => `${printable(a.name)} (${a.id})`).join(", ");
    process.stderr.write(
      `heapwright: ${names} has no row ${match[2] ?? ""}. What it holds: heapwright evidence ${prefix}\n`,
    );
    return EXIT.unreadable;
  }
  for (const text of found) process.stdout.write(text);
  return EXIT.ok;
}
