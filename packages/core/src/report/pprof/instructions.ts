// The two reports that show instructions. Apart from the others, so that `-top` does not load them.

import { writeDisassembly } from "./disasm.ts";
import type { Report } from "./report.ts";
import type { Sink } from "./sink.ts";
import { writeWebList } from "./weblist-page.ts";

export function writeInstructions(report: Report, out: Sink): void {
  if (report.format === "weblist") writeWebList(report, out);
  else writeDisassembly(report, out);
}
