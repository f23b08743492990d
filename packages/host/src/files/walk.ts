// Which files a folder holds, with bounds: evidence folders are copied from anywhere, and a link to / must
// not become a walk over the machine.

import type { Stats } from "node:fs";
import { readdir, realpath, stat } from "node:fs/promises";
import path from "node:path";
import type { Diagnostic } from "@heapwright/core/model/diagnostic.ts";
import type { Unread } from "@heapwright/core/evidence/artefact.ts";
import { errnoOf } from "../bytes/errno.ts";
import { compareNames } from "./natural-order.ts";

export interface FoundFile {
  readonly absolute: string;
  /** Relative to the path given, with forward slashes. */
  readonly name: string;
  readonly stats: Stats;
}

export interface Walk {
  readonly files: readonly FoundFile[];
  readonly unread: readonly Unread[];
  readonly diagnostics: readonly Diagnostic[];
}

export interface WalkLimits {
  readonly maxFiles: number;
  readonly maxDepth: number;
}

/** Thousands of files that are no evidence. */
const SKIPPED_FOLDERS = new Set(["node_modules", ".git"]);

export async function walk(paths: readonly string[], limits: WalkLimits): Promise<Walk> {
  const state = new WalkState(limits);
  // One path: names relative to it. Several: each keeps what the user typed, so that names differ.
  for (const each of paths) {
    const prefix = paths.length === 1 ? "" : path.normalize(each).split(path.sep).join("/");
    await state.enter(path.resolve(each), prefix, 0);
  }
  state.files.sort((a, b) => compareNames(a.name, b.name));
  state.unread.sort((a, b) => compareNames(a.name, b.name));
  return state;
}

class WalkState implements Walk {
  readonly files: FoundFile[] = [];
  readonly unread: Unread[] = [];
  readonly diagnostics: Diagnostic[] = [];
  readonly #limits: WalkLimits;
  /** Real paths of folders and files seen: a loop of links, or one file given twice. */
  readonly #seen = new Set<string>();
  #isFull = false;

  constructor(limits: WalkLimits) {
    this.#limits = limits;
  }

  async enter(absolute: string, name: string, depth: number): Promise<void> {
    if (this.#isFull) return;
    let stats: Stats;
    try {
      const real = await realpath(absolute);
      if (this.#seen.has(real)) return;
      this.#seen.add(real);
      stats = await stat(absolute);
    } catch (error) {
      return this.#fail(name === "" ? absolute : name, error);
    }
    if (stats.isDirectory()) return this.#folder(absolute, name, depth);
    if (!stats.isFile()) {
      return this.#note(name, "unreadable", "files.not-a-file", { kind: kindOf(stats) });
    }
    if (this.files.length >= this.#limits.maxFiles) {
      this.#isFull = true;
      this.diagnostics.push({
        code: "files.too-many",
        severity: "damage",
        count: 1,
        params: { limit: this.#limits.maxFiles },
      });
      return;
    }
    this.files.push({ absolute, name: name === "" ? path.basename(absolute) : name, stats });
  }

  async #folder(absolute: string, name: string, depth: number): Promise<void> {
    if (depth > this.#limits.maxDepth) {
      return this.#note(name, "unreadable", "files.too-deep", { limit: this.#limits.maxDepth });
    }
    let entries: string[];
    try {
      entries = await readdir(absolute);
    } catch (error) {
      return this.#fail(name === "" ? absolute : name, error);
    }
    for (const entry of entries.sort(compareNames)) {
      if (SKIPPED_FOLDERS.has(entry)) continue;
      await this.enter(
        path.join(absolute, entry),
        name === "" ? entry : `${name}/${entry}`,
        depth + 1,
      );
    }
  }

  #fail(name: string, error: unknown): void {
    const code = errnoOf(error);
    if (code === "") throw error;
    this.#note(name, "unreadable", code === "ENOENT" ? "files.missing" : "files.unreadable", {
      cause: code,
    });
  }

  #note(name: string, reason: Unread["reason"], code: string, params: Diagnostic["params"]): void {
    this.unread.push({
      name,
      bytes: 0,
      reason,
      diagnostic: { code, severity: "warning", count: 1, params },
    });
  }
}

function kindOf(stats: Stats): string {
  if (stats.isFIFO()) return "pipe";
  if (stats.isSocket()) return "socket";
  return "device";
}
