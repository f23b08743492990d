// A trace that comes through a pipe, and a file that is none.

import { createReadStream, createWriteStream, statSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { pipeline } from "node:stream/promises";
import { describeUnknown, detectFormat } from "@heapwright/core/formats/registry.ts";
import { formatName } from "@heapwright/core/report/format-names.ts";
import { words, type Words } from "../../command-line/words.ts";

/** Standard input, a named pipe, or what a shell gives for `<(command)`. */
export function isPipe(file: string): boolean {
  return file === "-" || !statSync(file).isFile();
}

/**
 * A trace is read more than once and at several places, so a pipe's bytes are put into a file first, which is
 * removed again.
 */
export async function fromPipe<T>(file: string, work: (file: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(path.join(os.tmpdir(), "heapwright-"));
  try {
    const kept = path.join(folder, "stdin");
    await pipeline(file === "-" ? process.stdin : createReadStream(file), createWriteStream(kept));
    return await work(kept);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** What it is instead, and the verb for it. */
export async function whatInstead(file: string): Promise<Words> {
  const { headOf, PROFILE_FORMATS } = await import("../../profile-source.ts");
  const head = await headOf({ is: "file", path: file });
  const name = path.basename(file);
  const found = detectFormat(head, name);
  if (found === undefined) {
    return describeUnknown(head) === "html"
      ? words(
          "it is a web page. Was the address /debug/pprof/trace?seconds=5, and did the service answer with one?",
          "它是网页。地址是否为 /debug/pprof/trace?seconds=5，服务是否返回了跟踪？",
        )
      : words(
          "it is in no format that is known here. Record one with: curl -o app.trace 'http://HOST:PORT/debug/pprof/trace?seconds=5'",
          "其格式未知。可这样记录：curl -o app.trace 'http://HOST:PORT/debug/pprof/trace?seconds=5'",
        );
  }
  const { id } = found.format;
  const verb = PROFILE_FORMATS.test(id) ? "show" : "why";
  return words(
    `it is ${formatName(id, "en")}. Try: heapwright ${verb} ${name}`,
    `它是${formatName(id, "zh")}。请用：heapwright ${verb} ${name}`,
  );
}
