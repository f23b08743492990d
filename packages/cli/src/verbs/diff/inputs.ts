// The profiles that were named: each path read by itself, so that the order is the user's and a file
// named twice is two.

import { statSync } from "node:fs";
import path from "node:path";
import type { Artefact, Unread } from "@heapwright/core/evidence/artefact.ts";
import { describeDiagnostic } from "@heapwright/core/report/diagnostics.ts";
import type { Voice } from "@heapwright/core/report/say.ts";
import { printable } from "@heapwright/core/report/wording.ts";
import { readEvidence } from "@heapwright/host/files/read-evidence.ts";
import { UnreadableError } from "../../usage-error.ts";

export interface DiffInputs {
  readonly profiles: readonly Artefact[];
  /** What else lay in the folders named: it dates the profiles. */
  readonly beside: readonly Artefact[];
  /** What was wrong with them, in words. */
  readonly damage: readonly string[];
}

function isHeapProfile({ table }: Artefact): boolean {
  return (
    table.kind === "profile" &&
    (table.profileKind === "heap" || table.profileKind === "allocs") &&
    !table.isDelta
  );
}

/** Heap profiles of a folder in the encoding that most of them have; text copies of the same are left. */
function heapsOf(artefacts: readonly Artefact[]): Artefact[] {
  const heaps = artefacts.filter(isHeapProfile);
  const of = (encoding: string): Artefact[] =>
    heaps.filter(({ table }) => table.kind === "profile" && table.encoding === encoding);
  const protos = of("proto");
  const texts = of("text");
  return texts.length > protos.length ? texts : protos;
}

/** @throws UnreadableError when one that was named holds no profile */
export async function readProfiles(
  targets: readonly string[],
  voice: Voice,
  onFile: (name: string) => void,
): Promise<DiffInputs> {
  const profiles: Artefact[] = [];
  const damage: string[] = [];
  const beside: Artefact[] = [];
  for (const target of targets) {
    const isFolder = statSync(target, { throwIfNoEntry: false })?.isDirectory() === true;
    const { artefacts, unread } = await readEvidence([target], { onFile });
    const found = isFolder
      ? heapsOf(artefacts)
      : artefacts.filter(({ table }) => table.kind === "profile");
    if (found.length === 0) throw noProfile(target, isFolder, unread, artefacts);
    if (isFolder) beside.push(...artefacts.filter((a) => !found.includes(a)));
    for (const artefact of found) {
      const name = isFolder ? path.posix.join(target, artefact.name) : target;
      profiles.push({ ...artefact, name });
      for (const d of artefact.diagnostics) {
        if (d.severity === "note") continue;
        const colon = voice.lang === "zh" ? "：" : ": ";
        damage.push(`${printable(name)}${colon}${describeDiagnostic(d, voice)}`);
      }
    }
  }
  return { profiles, beside, damage };
}

function noProfile(
  target: string,
  isFolder: boolean,
  unread: readonly Unread[],
  artefacts: readonly Artefact[],
): UnreadableError {
  const name = printable(target);
  if (isFolder) {
    return new UnreadableError(
      `${name} holds no heap profile; name the files to compare: heapwright diff A B`,
      `${name} 中没有堆剖析；请给出要比较的文件：heapwright diff A B`,
    );
  }
  const [other] = artefacts;
  if (other !== undefined) {
    return new UnreadableError(
      `${name} is no profile but ${other.table.kind}; heapwright why ${name} reads it`,
      `${name} 不是剖析，而是 ${other.table.kind}；heapwright why ${name} 可以读取`,
    );
  }
  const [why] = unread;
  if (why === undefined) return new UnreadableError(`${name} is empty`, `${name} 是空的`);
  return new UnreadableError(
    `${name} is no profile that can be read: ${describeDiagnostic(why.diagnostic, { lang: "en" })}`,
    `${name} 不是可读取的剖析：${describeDiagnostic(why.diagnostic, { lang: "zh" })}`,
  );
}
