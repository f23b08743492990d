// How V8 compiles for one report of a small profile. Such a report is done in a tenth of a second, of which
// the compiler's threads work longer than the report itself: they put every function that a loop calls into
// the loop, which pays after a million rounds and not after ten thousand. Without that, loops are compiled
// sooner, and a machine that is busy has less to do: `-top` of 10 k samples (Node 20, two cores, both
// busy) 260 -> 200 ms of CPU in all threads, 110 -> 100 ms in the main one.
//
// How it can mislead: a small file that expands to a large profile is read by code that is less fast.

import { existsSync, statSync } from "node:fs";
import { setFlagsFromString } from "node:v8";

/** Of all files together, as they are stored; about 25 k samples. */
const SMALL_BYTES = 1024 * 1024;
/** Bytecode that is put into one function beyond what is smaller than a call; V8's own number is 920. */
const LITTLE_INLINING = "--max-inlined-bytecode-size-cumulative=100";
/** V8 says so on standard error where it does not know a flag; this is what the one above was measured with. */
const MEASURED_V8 = /^11\./;

/** What is no file (an address) may be of any size. */
function areSmall(files: readonly string[]): boolean {
  let bytes = 0;
  for (const file of files) {
    if (!existsSync(file)) return false;
    bytes += statSync(file).size;
  }
  return bytes <= SMALL_BYTES;
}

/** To be called before the profiles are read. */
export function compileForOneReport(files: readonly string[]): void {
  if (MEASURED_V8.test(process.versions.v8) && areSmall(files)) setFlagsFromString(LITTLE_INLINING);
}
