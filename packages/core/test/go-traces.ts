// Execution traces for tests, and Go's own tool to compare with: cases of the public corpus, and
// traces recorded here and now by the programs of lab/traces with the Go that is installed.

import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { corpus } from "./corpus.ts";
import { bytesOf } from "./reading.ts";
import { filesBelow } from "./system-fixtures.ts";

const LAB = fileURLToPath(new URL("../../../lab/", import.meta.url));
const MAX_OUTPUT = 1 << 30;

export const hasGo = spawnSync("go", ["version"]).status === 0;

export interface NamedTrace {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** Traces of the corpus that Go 1.22 and later wrote, sound or not. */
export function corpusTraces(): NamedTrace[] {
  const folder = corpus("go-trace/golang-exp/binary");
  if (folder === undefined) return [];
  return filesBelow(folder).map((path) => ({
    name: path.slice(folder.length + 1),
    bytes: bytesOf(path),
  }));
}

/** A scratch folder that is gone when the callback returns. */
export function inFolder<T>(use: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), "heapwright-trace-"));
  try {
    return use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Records a program of lab/traces. */
export function freshTrace(program: string, ms: number, godebug = ""): NamedTrace {
  return inFolder((folder) => {
    const binary = join(folder, "program");
    const built = spawnSync("go", ["build", "-o", binary, `./traces/${program}`], {
      cwd: LAB,
      env: { ...process.env, GOFLAGS: "-mod=mod" },
      encoding: "utf8",
    });
    if (built.status !== 0) throw new Error(built.stderr);
    const out = join(folder, "trace");
    const ran = spawnSync(binary, [out, String(ms)], {
      env: { ...process.env, GODEBUG: godebug },
      encoding: "utf8",
    });
    if (ran.status !== 0) throw new Error(ran.stderr);
    return { name: `${program} ${godebug}`.trim(), bytes: bytesOf(out) };
  });
}

export interface GoOutput {
  readonly status: number | null;
  readonly stdout: Uint8Array;
  readonly stderr: string;
}

/** `go tool TOOL ARGS… FILE`, the file holding the bytes. */
export function goTool(args: readonly string[], bytes: Uint8Array): GoOutput {
  return inFolder((folder) => {
    const file = join(folder, "input");
    writeFileSync(file, bytes);
    const ran = spawnSync("go", ["tool", ...args, file], {
      maxBuffer: MAX_OUTPUT,
      env: { ...process.env, TZ: "UTC" },
    });
    return {
      status: ran.status,
      stdout: new Uint8Array(ran.stdout),
      stderr: ran.stderr.toString("utf8"),
    };
  });
}

/** Pushes bytes in pieces that are overwritten after the push: nothing may keep them. */
export function pushAll(
  to: { push(chunk: Uint8Array): void },
  bytes: Uint8Array,
  size = 1 << 16,
): void {
  for (let at = 0; at < bytes.length; at += size) {
    const chunk = bytes.slice(at, at + size);
    to.push(chunk);
    chunk.fill(0xee);
  }
}

/** Collects chunks that their writer uses again. */
export class Gathered {
  readonly #chunks: Uint8Array[] = [];
  readonly write = (chunk: Uint8Array): void => {
    this.#chunks.push(chunk.slice());
  };

  bytes(): Uint8Array {
    return new Uint8Array(Buffer.concat(this.#chunks));
  }

  text(): string {
    return Buffer.concat(this.#chunks).toString("utf8");
  }
}

export function readText(path: string): string {
  return readFileSync(path, "utf8");
}
