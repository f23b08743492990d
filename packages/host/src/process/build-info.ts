// How the program was built, from its executable: Go's linker writes toolchain, modules and settings into
// it. Read through /proc/PID/exe, which is right even when the file was replaced since (a deployment), and
// kept as the text of `go version -m`, because an executable has no place in a capture.

import { createReadStream } from "node:fs";
import { buildinfoFormat } from "@heapwright/core/formats/buildinfo/buildinfo.ts";
import type { BuildInfoTable } from "@heapwright/core/model/tables/system.ts";
import { readArtefact } from "../files/read-artefact.ts";
import { onlyFormat } from "../files/registry-lookup.ts";
import { executableOf } from "./identity.ts";
import { problemOf, PROC, type ProcFailure } from "./proc-file.ts";

export type BuildInfoOutcome =
  | { readonly kind: "found"; readonly table: BuildInfoTable; readonly text: string }
  | { readonly kind: "not-go" }
  | { readonly kind: "failed"; readonly failure: ProcFailure };

/** Cost: the whole file is read once, about 0.1 s per 100 MB from the page cache. */
export async function readBuildInfo(pid: number): Promise<BuildInfoOutcome> {
  const path = `${PROC}/${pid}/exe`;
  const outcome = await readArtefact(
    {
      name: "executable",
      bytes: -1,
      fileTimeMs: undefined,
      record: undefined,
      chunks: () => executableChunks(path),
    },
    onlyFormat(buildinfoFormat),
  );
  if ("artefact" in outcome) {
    const { table } = outcome.artefact;
    if (table.kind !== "build-info") return { kind: "not-go" };
    const name = (await executableOf(pid)) ?? "executable";
    return { kind: "found", table, text: goVersionText(name, table) };
  }
  const { reason, diagnostic } = outcome.unread;
  if (reason !== "unreadable") return { kind: "not-go" };
  const code = String(diagnostic.params["cause"] ?? "");
  return { kind: "failed", failure: { ok: false, path, problem: problemOf(code), code } };
}

async function* executableChunks(path: string): AsyncGenerator<Uint8Array> {
  const stream = createReadStream(path, { highWaterMark: 1024 * 1024 });
  for await (const chunk of stream) {
    if (!(chunk instanceof Uint8Array))
      throw new TypeError("a stream without encoding gives bytes");
    yield chunk;
  }
}

/** The form of `go version -m` (cmd/go/internal/version). Module sums are not kept: nothing uses them. */
export function goVersionText(executable: string, table: BuildInfoTable): string {
  const lines = [`${executable}: ${table.goVersion}`];
  if (table.path !== "") lines.push(`\tpath\t${table.path}`);
  if (table.mainModule !== undefined) {
    lines.push(`\tmod\t${table.mainModule.path}\t${table.mainModule.version}\t`);
  }
  for (const { path, version } of table.dependencies) lines.push(`\tdep\t${path}\t${version}\t`);
  for (const [name, value] of table.settings) lines.push(`\tbuild\t${name}=${value}`);
  return `${lines.join("\n")}\n`;
}
