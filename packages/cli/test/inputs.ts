// Evidence for the tests, sound and broken. The profiles are recorded ones (core's fixtures); the logs
// are written here, in the form of Go's gctrace.

import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";

const FIXTURES = new URL("../../core/test/fixtures/", import.meta.url);

export const PROFILE_GZ = readFileSync(new URL("pprof/go1.26.heap.pb.gz", FIXTURES));
export const OLDER_GZ = readFileSync(new URL("pprof/go1.22.heap.pb.gz", FIXTURES));
export const PROFILE = gunzipSync(PROFILE_GZ);
export const GOROUTINES = readFileSync(new URL("goroutine-text/go1.26.goroutine.txt", FIXTURES));

/** Number and bytes of a protobuf field of wire type 2. */
export function field(number: number, body: Uint8Array): Buffer {
  return Buffer.concat([varint(number * 8 + 2), varint(body.length), body]);
}

export function varint(value: number): Buffer {
  const out: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) out.push((rest % 128) + 128);
  return Buffer.from([...out, rest]);
}

export interface Heap {
  readonly cycles: number;
  readonly firstMiB: number;
  readonly stepMiB: number;
  /** Another process collects at other times. */
  readonly process?: number;
}

/** gctrace of a service whose marked heap goes up by a step each cycle, two seconds apart. */
export function gctrace({ cycles, firstMiB, stepMiB, process = 0 }: Heap): string {
  let text = "";
  for (let i = 0; i < cycles; i++) {
    const atSec =
      2 + process * 0.7 + i * (2 + process * 0.05) + ((i * 37 * (process + 1)) % 101) / 120;
    const live = firstMiB + Math.round(i * stepMiB);
    // The goal comes from the cycle before; a cycle starts a little below it.
    const goal = 2 * (firstMiB + Math.round(Math.max(0, i - 1) * stepMiB));
    text += `gc ${i + 1} @${atSec.toFixed(3)}s 1%: 0.020+1.5+0.003 ms clock, 0.080+0.2/1.4/0+0.012 ms cpu, ${goal - 2}->${goal - 1}->${live} MB, ${goal} MB goal, 0 MB stacks, 0 MB globals, 4 P\n`;
  }
  return text;
}

/** `heap?debug=1` of one line that holds `kept` sampled objects of 64 KiB and freed none. */
export function heapText(kept: number, numGC: number, lastGCSec = 1_700_000_000): string {
  const size = 65_536;
  const bytes = kept * size;
  return `heap profile: ${kept}: ${bytes} [${kept}: ${bytes}] @ heap/1048576
${kept}: ${bytes} [${kept}: ${bytes}] @ 0x10a0 0x10b0
#	0x10a0	example.test/shop/session.(*Store).Add+0x10	/src/shop/session/store.go:88
#	0x10b0	main.main+0x20	/src/shop/main.go:12


# runtime.MemStats
# Alloc = ${bytes * 2}
# TotalAlloc = ${bytes * 3}
# Sys = ${bytes * 3}
# Lookups = 0
# Mallocs = ${kept * 20}
# Frees = 10
# HeapAlloc = ${bytes * 2}
# HeapSys = ${bytes * 3}
# HeapIdle = 4096
# HeapInuse = ${bytes * 2}
# HeapReleased = 0
# HeapObjects = ${kept * 10}
# Stack = 327680 / 327680
# MSpan = 96000 / 97920
# MCache = 4832 / 15704
# BuckHashSys = 4356
# GCSys = 2500000
# OtherSys = 900000
# NextGC = ${bytes * 3}
# LastGC = ${lastGCSec}000000000
# NumGC = ${numGC}
# NumForcedGC = 0
# GCCPUFraction = 0.01
# DebugGC = false
# MaxRSS = ${bytes * 4}
`;
}
