// Every rule, in the order in which they are evaluated. A new rule is one folder and one line here.

import type { Messages } from "../model/message.ts";
import { messages as profilerOverheadMessages } from "./build/profiler-overhead/messages.ts";
import { profilerOverhead } from "./build/profiler-overhead/rule.ts";
import { messages as raceBuildMessages } from "./build/race-build/messages.ts";
import { raceBuild } from "./build/race-build/rule.ts";
import { messages as forecastMessages } from "./container/no-limit-oom-forecast/messages.ts";
import { noLimitOomForecast } from "./container/no-limit-oom-forecast/rule.ts";
import { messages as workingSetMessages } from "./container/working-set-over-limit/messages.ts";
import { workingSetOverLimit } from "./container/working-set-over-limit/rule.ts";
import { messages as pageCacheMessages } from "./container/page-cache/messages.ts";
import { pageCache } from "./container/page-cache/rule.ts";
import { messages as churnMessages } from "./gc/churn/messages.ts";
import { churn } from "./gc/churn/rule.ts";
import { messages as gogcOffMessages } from "./gc/gogc-off/messages.ts";
import { gogcOff } from "./gc/gogc-off/rule.ts";
import { messages as limitThrashMessages } from "./gc/limit-thrash/messages.ts";
import { limitThrash } from "./gc/limit-thrash/rule.ts";
import { messages as minHeapMessages } from "./gc/min-heap-regime/messages.ts";
import { minHeapRegime } from "./gc/min-heap-regime/rule.ts";
import { messages as finalizerMessages } from "./goroutines/finalizer-blocked/messages.ts";
import { finalizerBlocked } from "./goroutines/finalizer-blocked/rule.ts";
import { messages as goroutineLeakMessages } from "./goroutines/goroutine-leak/messages.ts";
import { goroutineLeak } from "./goroutines/goroutine-leak/rule.ts";
import { messages as cachePlateauMessages } from "./heap/cache-plateau/messages.ts";
import { cachePlateau } from "./heap/cache-plateau/rule.ts";
import { messages as contextLeakMessages } from "./heap/context-leak/messages.ts";
import { contextLeak } from "./heap/context-leak/rule.ts";
import { messages as fragmentationMessages } from "./heap/fragmentation/messages.ts";
import { fragmentation } from "./heap/fragmentation/rule.ts";
import { growthMessages } from "./heap/growth-messages.ts";
import { messages as heapLeakMessages } from "./heap/heap-leak/messages.ts";
import { heapLeak } from "./heap/heap-leak/rule.ts";
import { messages as inflightBurstMessages } from "./heap/inflight-burst/messages.ts";
import { inflightBurst } from "./heap/inflight-burst/rule.ts";
import { messages as mapNeverShrinksMessages } from "./heap/map-never-shrinks/messages.ts";
import { mapNeverShrinks } from "./heap/map-never-shrinks/rule.ts";
import { messages as perConnectionBuffersMessages } from "./heap/per-connection-buffers/messages.ts";
import { perConnectionBuffers } from "./heap/per-connection-buffers/rule.ts";
import { messages as poolBloatMessages } from "./heap/pool-bloat/messages.ts";
import { poolBloat } from "./heap/pool-bloat/rule.ts";
import { messages as scavengerLagMessages } from "./heap/scavenger-lag/messages.ts";
import { scavengerLag } from "./heap/scavenger-lag/rule.ts";
import { messages as timerLeakMessages } from "./heap/timer-leak/messages.ts";
import { timerLeak } from "./heap/timer-leak/rule.ts";
import { messages as nativeGrowthMessages } from "./native/native-growth/messages.ts";
import { nativeGrowth } from "./native/native-growth/rule.ts";
import { messages as mmapFileMessages } from "./process/mmap-file/messages.ts";
import { mmapFile } from "./process/mmap-file/rule.ts";
import { messages as unexplainedMessages } from "./process/unexplained-growth/messages.ts";
import { unexplainedGrowth } from "./process/unexplained-growth/rule.ts";
import { messages as assistBoundLatencyMessages } from "./trace/assist-bound-latency/messages.ts";
import { assistBoundLatency } from "./trace/assist-bound-latency/rule.ts";
import { messages as gcThrashMessages } from "./trace/gc-thrash/messages.ts";
import { gcThrash } from "./trace/gc-thrash/rule.ts";
import { messages as idleGcTheftMessages } from "./trace/idle-gc-theft/messages.ts";
import { idleGcTheft } from "./trace/idle-gc-theft/rule.ts";
import { messages as longStwMessages } from "./trace/long-stw/messages.ts";
import { longStw } from "./trace/long-stw/rule.ts";
import { messages as sweepDebtMessages } from "./trace/sweep-debt/messages.ts";
import { sweepDebt } from "./trace/sweep-debt/rule.ts";
import { messages as userStwMessages } from "./trace/user-stw/messages.ts";
import { userStw } from "./trace/user-stw/rule.ts";
import type { Rule } from "./rule.ts";

export const RULES: readonly Rule[] = [
  heapLeak,
  contextLeak,
  timerLeak,
  finalizerBlocked,
  goroutineLeak,
  churn,
  limitThrash,
  minHeapRegime,
  noLimitOomForecast,
  nativeGrowth,
  fragmentation,
  scavengerLag,
  pageCache,
  cachePlateau,
  raceBuild,
  profilerOverhead,
  gogcOff,
  unexplainedGrowth,
  mmapFile,
  workingSetOverLimit,
  assistBoundLatency,
  gcThrash,
  idleGcTheft,
  longStw,
  sweepDebt,
  userStw,
  perConnectionBuffers,
  inflightBurst,
  poolBloat,
  mapNeverShrinks,
];

export const RULE_MESSAGES: Messages = {
  ...growthMessages,
  ...heapLeakMessages,
  ...contextLeakMessages,
  ...timerLeakMessages,
  ...finalizerMessages,
  ...goroutineLeakMessages,
  ...churnMessages,
  ...limitThrashMessages,
  ...minHeapMessages,
  ...forecastMessages,
  ...nativeGrowthMessages,
  ...fragmentationMessages,
  ...scavengerLagMessages,
  ...pageCacheMessages,
  ...cachePlateauMessages,
  ...raceBuildMessages,
  ...profilerOverheadMessages,
  ...gogcOffMessages,
  ...unexplainedMessages,
  ...mmapFileMessages,
  ...workingSetMessages,
  ...assistBoundLatencyMessages,
  ...gcThrashMessages,
  ...idleGcTheftMessages,
  ...longStwMessages,
  ...sweepDebtMessages,
  ...userStwMessages,
  ...perConnectionBuffersMessages,
  ...inflightBurstMessages,
  ...poolBloatMessages,
  ...mapNeverShrinksMessages,
};
