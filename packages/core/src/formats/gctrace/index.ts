// GODEBUG=gctrace=1 output, bare or as log collectors wrap it, torn by the application's own lines.
// Authority: runtime/mgc.go, Go 1.5 to 1.27 (grammar.ts). Not supported: Go ≤ 1.4. See FORMAT.md.

import type { Format } from "../../model/format.ts";
import { detectGcTrace, FORMAT_ID } from "./detect.ts";
import { GcTraceReader } from "./reader.ts";

export const gctrace: Format = {
  id: FORMAT_ID,
  detect: (head) => detectGcTrace(head),
  open: (ctx) => new GcTraceReader(ctx),
};
