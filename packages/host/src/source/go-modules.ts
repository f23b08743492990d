// What go.mod and go.work say of where modules are on this disk.
//
// Authority: go.dev/ref/mod (module, replace; go.work use) and golang.org/x/mod/modfile, Go 1.26. Read are
// the directives that name places; everything else is passed over. The version on the left of a
// replacement is not compared: a program is built with one version of a module.

import { readFileSync } from "node:fs";
import path from "node:path";
import {
  escapeModulePath,
  type ModuleFolder,
  type SourceFolder,
} from "@heapwright/core/analysis/source/source-paths.ts";
import { errnoOf } from "../bytes/errno.ts";

/** Folders above a given one in which its go.mod or go.work may lie. */
const MOST_PARENTS = 12;
/** Modules of one file; the largest workspaces of the public kind have some 200. */
const MOST_MODULES = 1000;

export function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    if (errnoOf(error) === "") throw error;
    return undefined;
  }
}

/** Words behind a directive, written alone or in its block, without comments and quotes. */
export function directives(text: string, name: string): string[][] {
  const out: string[][] = [];
  let block = "";
  for (const line of text.split("\n")) {
    const words = (line.replace(/\/\/.*$/, "").match(/"[^"]*"|`[^`]*`|[()]|[^\s()"`]+/g) ?? []).map(
      (word) => word.replace(/^["`]|["`]$/g, ""),
    );
    const [first] = words;
    if (first === undefined) continue;
    if (block !== "") {
      if (first === ")") block = "";
      else if (block === name) out.push(words);
    } else if (words[1] === "(") block = first;
    else if (first === name) out.push(words.slice(1));
    if (out.length >= MOST_MODULES) break;
  }
  return out;
}

function moduleOf(text: string): string | undefined {
  return directives(text, "module")[0]?.[0];
}

function above(start: string, file: string): { folder: string; text: string } | undefined {
  let at = start;
  for (let i = 0; i < MOST_PARENTS; i++) {
    const text = textOf(path.join(at, file));
    if (text !== undefined) return { folder: at, text };
    const parent = path.dirname(at);
    if (parent === at) return undefined;
    at = parent;
  }
  return undefined;
}

/** `replace a [v1] => ./b`, `=> b v2`; the second lies in the module cache. */
function replaced(folder: string, text: string, cache: string | undefined): ModuleFolder[] {
  const out: ModuleFolder[] = [];
  for (const words of directives(text, "replace")) {
    const arrow = words.indexOf("=>");
    const [module] = words;
    const to = words[arrow + 1];
    const version = words[arrow + 2];
    if (arrow < 1 || module === undefined || to === undefined) continue;
    if (version === undefined) out.push({ module, path: path.resolve(folder, to) });
    else if (cache !== undefined) {
      out.push({ module, path: path.join(cache, `${escapeModulePath(to)}@${version}`) });
    }
  }
  return out;
}

/** The folder with the go.mod that governs `folder`, its module, and where it says that others are. */
export function sourceFolderAt(folder: string, moduleCache?: string): SourceFolder {
  const start = path.resolve(folder);
  const elsewhere: ModuleFolder[] = [];
  const mod = above(start, "go.mod");
  if (mod !== undefined) elsewhere.push(...replaced(mod.folder, mod.text, moduleCache));
  const work = above(start, "go.work");
  if (work !== undefined) {
    elsewhere.push(...replaced(work.folder, work.text, moduleCache));
    for (const [used] of directives(work.text, "use")) {
      if (used === undefined) continue;
      const at = path.resolve(work.folder, used);
      const text = textOf(path.join(at, "go.mod"));
      if (text === undefined) continue;
      const module = moduleOf(text);
      if (module !== undefined) elsewhere.push({ module, path: at });
      elsewhere.push(...replaced(at, text, moduleCache));
    }
  }
  const module = mod === undefined ? undefined : moduleOf(mod.text);
  const isGoverned = mod !== undefined && module !== undefined;
  return { path: isGoverned ? mod.folder : start, module, elsewhere };
}
