// How rules name source lines and commands in parameters; report/ decides how they look.

import type { SourceLine } from "../analysis/sites/site.ts";

/** Last two elements of the path and the line: enough to find it, short enough to read. */
export function shortLine(at: SourceLine): string {
  const parts = at.file
    .replaceAll("\\", "/")
    .split("/")
    .filter((x) => x !== "");
  const file = parts.slice(-2).join("/");
  const name = file === "" ? at.function : file;
  return at.line > 0 ? `${name}:${at.line}` : name;
}

/** A live target is looked at again; a folder has to be recorded again. */
export function verifyCommand(target: string, duration: string): string {
  const isLive = /^https?:\/\//.test(target) || target.startsWith("--pid");
  return isLive
    ? `heapwright why ${target} --for ${duration}`
    : `heapwright why http://HOST:PORT --for ${duration}`;
}

/** `github.com/a/b/session.(*Store).Add` → `(*Store).Add`: beside a file name the package says nothing new. */
export function shortFunction(name: string): string {
  const bracket = name.indexOf("[");
  const head = bracket < 0 ? name : name.slice(0, bracket);
  const plain = name.slice(head.lastIndexOf("/") + 1);
  const dot = plain.indexOf(".");
  return dot < 0 ? plain : plain.slice(dot + 1);
}
