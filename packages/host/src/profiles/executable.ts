// Is a file a program: what `go tool pprof` takes its first argument for when there are several.
// Authority: golang/go src/cmd/internal/objfile (Go 1.26), by magic numbers alone.

import { closeSync, openSync, readSync } from "node:fs";

const MAGIC: readonly (readonly number[])[] = [
  [0x7f, 0x45, 0x4c, 0x46], // ELF
  [0xfe, 0xed, 0xfa, 0xce], // Mach-O, 32 bit
  [0xfe, 0xed, 0xfa, 0xcf],
  [0xce, 0xfa, 0xed, 0xfe],
  [0xcf, 0xfa, 0xed, 0xfe],
  [0x4d, 0x5a], // PE
  [0x00, 0x61, 0x73, 0x6d], // WebAssembly
  [0x01, 0xf7], // XCOFF, 64 bit
];

/** False also for what is not there. */
export function isExecutableFile(path: string): boolean {
  const head = Buffer.alloc(4);
  let fd: number;
  try {
    fd = openSync(path, "r");
  } catch (error) {
    if (error instanceof Error && "code" in error) return false;
    throw error;
  }
  try {
    readSync(fd, head, 0, head.length, 0);
  } catch (error) {
    if (error instanceof Error && "code" in error) return false;
    throw error;
  } finally {
    closeSync(fd);
  }
  return MAGIC.some((magic) => magic.every((byte, i) => head[i] === byte));
}
