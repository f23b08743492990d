// Every kind of evidence a reader can return.

import type { GcTraceTable } from "./gc-cycles.ts";
import type { GoroutineTable } from "./goroutines.ts";
import type { MetricsTable } from "./metrics.ts";
import type { ProfileTable } from "./profile.ts";
import type {
  BuildInfoTable,
  CgroupTable,
  GoEnvTable,
  MeminfoTable,
  PodTable,
  ProcCgroupTable,
  ProcLimitsTable,
  ProcStatTable,
  ProcStatusTable,
  SmapsTable,
} from "./system.ts";
import type { TraceTable } from "./trace.ts";

export type EvidenceTable =
  | ProfileTable
  | GoroutineTable
  | GcTraceTable
  | MetricsTable
  | ProcStatusTable
  | ProcStatTable
  | SmapsTable
  | ProcLimitsTable
  | ProcCgroupTable
  | GoEnvTable
  | MeminfoTable
  | CgroupTable
  | BuildInfoTable
  | PodTable
  | TraceTable;

export type EvidenceKind = EvidenceTable["kind"];
