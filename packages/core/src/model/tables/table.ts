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
  TraceHeaderTable,
} from "./system.ts";

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
  | TraceHeaderTable;

export type EvidenceKind = EvidenceTable["kind"];
