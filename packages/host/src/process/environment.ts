// The few variables of /proc/PID/environ that say how the Go runtime was set. Everything else is dropped
// before anything is written: an environment is where services keep their passwords.
//
// How it can mislead: environ is the state at exec; what a program sets for itself later (os.Setenv,
// debug.SetGCPercent, automemlimit) is not in it.

import { isGoVariable } from "@heapwright/core/model/go-env.ts";

/**
 * NUL-terminated `NAME=value` entries, in the form of the input. Where nothing is kept one entry says
 * so: "the environment was read and sets nothing" is evidence, an empty file is none.
 */
export function keepGoVariables(environ: Uint8Array): Uint8Array {
  const kept: Uint8Array[] = [];
  for (let start = 0; start < environ.length;) {
    const nul = environ.indexOf(0, start);
    const end = nul < 0 ? environ.length : nul;
    const entry = environ.subarray(start, end);
    const equals = entry.indexOf(0x3d);
    const name = equals < 0 ? "" : Buffer.from(entry.subarray(0, equals)).toString("latin1");
    if (isGoVariable(name)) kept.push(entry, Uint8Array.of(0));
    start = end + 1;
  }
  return kept.length > 0 ? Buffer.concat(kept) : Buffer.from("HEAPWRIGHT_NO_GO_VARIABLES=1\0");
}
