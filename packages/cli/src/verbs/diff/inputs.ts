// The profiles that were named: each path read by itself, so that the order is the user's and a file
// named twice is two.

import { statSync } from "node:fs";
import path from "node:path";
import type { Artefact } from "@heapwright/core/evidence/artefact.ts";
import type { Voice } from "@heapwright/core/report/say.ts";
import { printable } from "@heapwright/core/report/wording.ts";
import { readEvidence } from "@heapwright/host/files/read-evidence.ts";
import {
  damageSentences,
  loadProfileArtefact,
  type ProfileArtefact,
} from "../../profile-source.ts";
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

/** Without a heap profile: the profiles of the only kind that lies there. */
function onlyKindOf(artefacts: readonly Artefact[]): {
  readonly found: Artefact[];
  readonly kinds: readonly string[];
} {
  const kinds = new Set<string>();
  const found = artefacts.filter(({ table }) => {
    if (table.kind !== "profile") return false;
    kinds.add(table.profileKind);
    return true;
  });
  return { found: kinds.size === 1 ? found : [], kinds: [...kinds].toSorted() };
}

/** @throws UnreadableError when one that was named holds no profile */
export async function readProfiles(
  targets: readonly string[],
  voice: Voice,
  onFile: (name: string) => void,
): Promise<DiffInputs> {
  const read: ProfileArtefact[] = [];
  const beside: Artefact[] = [];
  for (const target of targets) {
    if (statSync(target, { throwIfNoEntry: false })?.isDirectory() !== true) {
      onFile(target);
      read.push(await loadProfileArtefact(target, voice.lang));
      continue;
    }
    const { artefacts } = await readEvidence([target], { onFile });
    const heaps = heapsOf(artefacts);
    const other = onlyKindOf(heaps.length > 0 ? [] : artefacts);
    const found = heaps.length > 0 ? heaps : other.found;
    if (found.length === 0) {
      const kinds = other.kinds.join(", ");
      throw kinds === ""
        ? new UnreadableError(
            `${printable(target)} holds no profile; name the files to compare: heapwright diff A B`,
            `${printable(target)} 中没有剖析；请给出要比较的文件：heapwright diff A B`,
          )
        : new UnreadableError(
            `${printable(target)} holds no heap profile and several other kinds (${kinds}); name the files of one: heapwright diff A B`,
            `${printable(target)} 中没有堆剖析，另有多种（${kinds}）；请给出其中一种的文件：heapwright diff A B`,
          );
    }
    beside.push(...artefacts.filter((a) => !found.includes(a)));
    for (const artefact of found) {
      const name = path.posix.join(target, artefact.name);
      const damage = damageSentences(name, artefact.diagnostics, voice.lang);
      read.push({ artefact: { ...artefact, name }, damage, captureFolder: target });
    }
  }
  // A manifest knows a process by its pid, which two captures may have of two processes.
  const isOneCapture = new Set(read.map(({ captureFolder }) => captureFolder)).size === 1;
  return {
    profiles: read.map(({ artefact }) =>
      isOneCapture ? artefact : { ...artefact, record: undefined },
    ),
    beside,
    damage: read.flatMap(({ damage }) => damage),
  };
}
