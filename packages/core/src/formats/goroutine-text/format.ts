// Goroutine dumps: goroutine?debug=2, goroutineleak?debug=2, and the tracebacks of a panic, a fatal
// error or SIGQUIT, alone or within a log.
//
// Authority: golang/go src/runtime/traceback.go (goroutineheader, traceback2, printArgs,
// printcreatedby, printAncestorTraceback, printOneCgoTraceback), src/runtime/pprof/pprof.go
// writeGoroutineStacks; Go 1.22.12, 1.26.8, 1.27.3, and texts of 1.15.
// Not supported: lines behind a log collector's prefix, register dumps, "runtime stack:" (counted as
// foreign lines), addresses of frames. See FORMAT.md.

import type { Format } from "../../model/format.ts";
import { detectGoroutineText } from "./header.ts";
import { GoroutineTextReader } from "./reader.ts";

export const goroutineTextFormat: Format = {
  id: "goroutine-text",
  detect: (head) => detectGoroutineText(head),
  open: (ctx) => new GoroutineTextReader(ctx),
};
