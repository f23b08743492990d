import type { FormatLookup } from "./read-artefact.ts";
import { smapsFormat } from "@heapwright/core/formats/smaps/smaps.ts";
import { procStatusFormat } from "@heapwright/core/formats/proc-status/proc-status.ts";
import { procStatFormat } from "@heapwright/core/formats/proc-stat/proc-stat.ts";
import { environFormat } from "@heapwright/core/formats/environ/environ.ts";
import { cgroupFormat } from "@heapwright/core/formats/cgroup/cgroup.ts";
import { traceFormat } from "@heapwright/core/formats/trace/trace.ts";
import { pprofFormat } from "@heapwright/core/formats/pprof/format.ts";
import { buildinfoFormat } from "@heapwright/core/formats/buildinfo/buildinfo.ts";
const formats = [
  traceFormat,
  buildinfoFormat,
  pprofFormat,
  smapsFormat,
  procStatusFormat,
  procStatFormat,
  cgroupFormat,
  environFormat,
];
export const registryLookup: FormatLookup = {
  detect: (head, name) => formats.find((f) => f.detect(head, name) !== undefined),
  describe: () => "",
};
