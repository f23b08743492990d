// Go's profiles as text (`?debug=1`): heap and allocs with the runtime.MemStats tail, goroutine,
// goroutineleak, threadcreate and custom count profiles, block (`--- contention:`) and mutex.
//
// Authority: golang/go src/runtime/pprof/pprof.go (writeHeapInternal, printCountProfile,
// writeProfileInternal, printStackRecord), label.go, pprof_rusage.go, Go 1.22.12, 1.26.8, 1.27.3.
// Not supported: symbols through an appended memory map. The C++ and Java texts are
// formats/pprof-legacy, debug=2 is formats/goroutine-text. See FORMAT.md.

import type { Format } from "../../model/format.ts";
import { detectProfileText } from "./header.ts";
import { ProfileTextReader } from "./reader.ts";

export const profileTextFormat: Format = {
  id: "profile-text",
  detect: (head) => detectProfileText(head),
  open: (ctx) => new ProfileTextReader(ctx),
};
