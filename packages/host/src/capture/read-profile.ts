// A profile that was just fetched, read for what the capture itself needs of it: its mappings.

import { pprofFormat } from "@heapwright/core/formats/pprof/format.ts";
import type { ProfileTable } from "@heapwright/core/model/tables/profile.ts";
import { readArtefact } from "../files/read-artefact.ts";
import { onlyFormat } from "../files/registry-lookup.ts";

/** Undefined when the bytes are no profile; whoever reads the folder later says what is wrong. */
export async function readProfile(bytes: Uint8Array): Promise<ProfileTable | undefined> {
  const outcome = await readArtefact(
    {
      name: "heap.pb.gz",
      bytes: bytes.length,
      fileTimeMs: undefined,
      record: undefined,
      chunks: () => once(bytes),
    },
    onlyFormat(pprofFormat),
  );
  return "artefact" in outcome && outcome.artefact.table.kind === "profile"
    ? outcome.artefact.table
    : undefined;
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
