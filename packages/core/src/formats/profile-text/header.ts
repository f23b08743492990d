// The first line of a debug=1 profile: which of the three grammars follows.

import type { Detection } from "../../model/format.ts";
import type { ProfileKind } from "../../model/tables/profile.ts";
import { textOf } from "../../model/builders/ascii.ts";

export type Header =
  | {
      readonly grammar: "heap";
      readonly inuseObjects: number;
      readonly inuseBytes: number;
      readonly allocObjects: number;
      readonly allocBytes: number;
      /** As printed: twice the MemProfileRate. */
      readonly doubleRate: number;
    }
  | {
      readonly grammar: "count";
      readonly profile: string;
      readonly kind: ProfileKind;
      readonly total: number;
    }
  | { readonly grammar: "contention"; readonly kind: "block" | "mutex" };

const HEAP = /^heap profile: *(-?\d+): *(-?\d+) *\[ *(-?\d+): *(-?\d+)\] *@ *heap\/(\d+)$/;
const COUNT = /^(.+) profile: total (\d+)$/;
const CONTENTION = /^--- (contention|mutex):$/;

const COUNT_KINDS: Readonly<Record<string, ProfileKind>> = {
  goroutine: "goroutine",
  goroutineleak: "goroutineleak",
  threadcreate: "threadcreate",
};

export function parseHeader(line: string): Header | undefined {
  const heap = HEAP.exec(line);
  if (heap !== null) {
    const [inuseObjects = 0, inuseBytes = 0, allocObjects = 0, allocBytes = 0, doubleRate = 0] =
      heap.slice(1).map(Number);
    return { grammar: "heap", inuseObjects, inuseBytes, allocObjects, allocBytes, doubleRate };
  }
  const contention = CONTENTION.exec(line);
  if (contention !== null) {
    return { grammar: "contention", kind: contention[1] === "mutex" ? "mutex" : "block" };
  }
  const count = COUNT.exec(line);
  if (count === null) return undefined;
  const profile = count[1] ?? "";
  const kind = Object.hasOwn(COUNT_KINDS, profile) ? (COUNT_KINDS[profile] ?? "other") : "other";
  return { grammar: "count", profile, kind, total: Number(count[2]) };
}

/** Longer than any of Go's first lines, short enough to decode for any input. */
const LONGEST_HEAD = 4096;

export function detectProfileText(head: Uint8Array): Detection | undefined {
  const text = textOf(head, 0, Math.min(head.length, LONGEST_HEAD)).trimStart();
  const lines = text.split(/\r?\n/);
  const header = parseHeader(lines[0] ?? "");
  if (header === undefined) return undefined;
  const certain: Detection = { format: "profile-text", strength: "certain" };
  const likely: Detection = { format: "profile-text", strength: "likely" };
  const next = lines.slice(1).find((line) => line !== "") ?? "";
  switch (header.grammar) {
    case "heap":
      return certain;
    case "contention":
      if (next.startsWith("cycles/second=")) return certain;
      return next === "" ? likely : undefined;
    case "count":
      if (header.kind !== "other") return certain;
      // Any program may print "… profile: total 3"; a row of ours behind it settles it.
      return /^\d+ @(?: 0x[0-9a-f]+)*$/.test(next) ? likely : undefined;
  }
}
