// Field numbers of the Perfetto messages that are written here.
// Authority: google/perfetto protos/perfetto/trace/**.proto, as compiled in the PyPI package perfetto
// 0.59.1 (perfetto.protos.perfetto.trace.perfetto_trace_pb2); the tests compare both.

export const TRACE = { packet: 1 } as const;

export const PACKET = {
  clockSnapshot: 6,
  timestamp: 8,
  trustedPacketSequenceId: 10,
  trackEvent: 11,
  internedData: 12,
  sequenceFlags: 13,
  timestampClockId: 58,
  tracePacketDefaults: 59,
  trackDescriptor: 60,
  firstPacketOnSequence: 87,
} as const;

export const INCREMENTAL_STATE_CLEARED = 1;
export const NEEDS_INCREMENTAL_STATE = 2;

export const CLOCK_SNAPSHOT = { clocks: 1, primaryTraceClock: 2 } as const;
export const CLOCK = { clockId: 1, timestamp: 2 } as const;
/** perfetto.protos.BuiltinClock */
export const CLOCK_REALTIME = 1;
export const CLOCK_MONOTONIC = 3;

export const PACKET_DEFAULTS = { timestampClockId: 58 } as const;

export const DESCRIPTOR = {
  uuid: 1,
  name: 2,
  parentUuid: 5,
  counter: 8,
  childOrdering: 11,
  siblingOrderRank: 12,
} as const;
export const ORDER_LEXICOGRAPHIC = 1;
export const ORDER_CHRONOLOGICAL = 2;
export const ORDER_EXPLICIT = 3;

export const COUNTER = { unit: 3 } as const;
export const UNIT_COUNT = 2;
export const UNIT_SIZE_BYTES = 3;

export const EVENT = {
  debugAnnotations: 4,
  type: 9,
  nameIid: 10,
  trackUuid: 11,
  name: 23,
  counterValue: 30,
  callstackIid: 56,
} as const;
export const SLICE_BEGIN = 1;
export const SLICE_END = 2;
export const INSTANT = 3;
export const COUNTER_VALUE = 4;

export const ANNOTATION = { nameIid: 1, uintValue: 3, stringValue: 6 } as const;

export const INTERNED = {
  eventNames: 2,
  debugAnnotationNames: 3,
  functionNames: 5,
  frames: 6,
  callstacks: 7,
  mappingPaths: 17,
  sourcePaths: 18,
  mappings: 19,
} as const;
/** InternedString, EventName, DebugAnnotationName. */
export const NAMED = { iid: 1, text: 2 } as const;
export const FRAME = {
  iid: 1,
  functionNameId: 2,
  mappingId: 3,
  relPc: 4,
  sourcePathIid: 5,
  lineNumber: 6,
} as const;
export const CALLSTACK = { iid: 1, frameIds: 2 } as const;
export const MAPPING = { iid: 1, pathStringIds: 7 } as const;
