// Profiles made for comparing reports: each has what recordings of Go programs lack.

import type { JsonProfile } from "./pprof-json.ts";

const MAPPINGS = [
  {
    id: 1,
    start: 0x40_0000,
    limit: 0x80_0000,
    file: "/srv/bin/orders",
    build_id: "5f3a",
    has_functions: true,
    has_filenames: true,
    has_line_numbers: true,
    has_inline_frames: true,
  },
  {
    id: 2,
    start: 0x7f00_0000,
    limit: 0x7f10_0000,
    offset: 0x1000,
    file: "/usr/lib/libwork.so.6",
    has_functions: true,
  },
];

const NAMES: readonly (readonly [name: string, file: string, start: number])[] = [
  ["main.main", "/home/dev/orders/main.go", 10],
  ["example.com/orders/store.(*Table[go.shape.int]).Put", "/home/dev/orders/store/table.go", 40],
  ["example.com/orders/store.(*Table[...]).grow.func1", "/home/dev/orders/store/table.go", 88],
  ["runtime.mallocgc", "/usr/local/go/src/runtime/malloc.go", 0],
  ["ns::Outer<int, std::pair<a, b>>::inner(char const*) const", "../src/outer.cc", 7],
  ["(anonymous namespace)::helper", "./src/outer.cc", 0],
  ["com.example.orders.Store$Inner.lambda$put$0(java.lang.Object)", "Store.java", 5],
  ["operator new[]", "", 0],
  ["", "/home/dev/orders/nameless.go", 3],
  ["main.leaf", "/home/dev/orders/main.go", 60],
  ["main.leaf", "/home/dev/orders/other.go", 61],
  ['github.com/a/b/c/v2.Long"Quoted"\\Name', '/home/dev/orders/q"uote.go', 1],
];

const FUNCTIONS = NAMES.map(([name, filename, start_line], i) => ({
  id: i + 1,
  name,
  system_name: i === 4 ? "_ZN2ns5OuterE" : name,
  filename,
  start_line,
}));

const line = (function_id: number, at: number, column = 0) => ({
  function_id,
  line: at,
  column,
});

const LOCATIONS = [
  { id: 1, mapping_id: 1, address: 0x40_1000, lines: [line(1, 15, 3)] },
  { id: 2, mapping_id: 1, address: 0x40_1100, lines: [line(3, 90, 2), line(2, 44, 7)] },
  { id: 3, mapping_id: 1, address: 0x40_1200, lines: [line(4, 1000)] },
  { id: 4, mapping_id: 1, address: 0x40_1300, lines: [line(10, 62), line(11, 63), line(1, 20)] },
  { id: 5, mapping_id: 2, address: 0x7f00_0500, lines: [line(5, 12)] },
  { id: 6, mapping_id: 2, address: 0x7f00_0600, lines: [line(6, 30), line(5, 13)] },
  { id: 7, mapping_id: 2, address: 0x7f00_0700, lines: [] },
  { id: 8, mapping_id: 1, address: 0x40_1400, lines: [line(7, 101)] },
  { id: 9, mapping_id: 1, address: 0x40_1500, lines: [line(8, 0)] },
  { id: 10, mapping_id: 1, address: 0x40_1600, lines: [line(9, 4)] },
  { id: 11, mapping_id: 1, address: 0x40_1700, lines: [line(10, 65)] },
  { id: 12, mapping_id: 1, address: 0x40_1704, lines: [line(10, 65)] },
  { id: 13, mapping_id: 1, address: 0x40_1800, is_folded: true, lines: [line(12, 9)] },
];

type Samples = NonNullable<JsonProfile["samples"]>;

const SAMPLES: Samples = [
  { location_ids: [3, 2, 1], values: [12, 123_456] },
  { location_ids: [3, 2, 2, 1], values: [5, 70_000], labels: { tenant: ["acme"] } },
  { location_ids: [11, 4, 1], values: [100, 1_048_576], labels: { tenant: ["acme", "big corp"] } },
  { location_ids: [12, 4, 1], values: [7, 9_999], labels: { tenant: ["zed"], zone: ["eu-1"] } },
  { location_ids: [7, 6, 5, 1], values: [1, 52_428_800] },
  { location_ids: [5, 6, 1], values: [3, 3_333_333] },
  { location_ids: [9, 8, 1], values: [40, 640] },
  { location_ids: [10, 1], values: [2, 77] },
  { location_ids: [13, 2, 1], values: [6, 6_000_000] },
  { location_ids: [4], values: [9, 90_000] },
  { location_ids: [1], values: [0, 0] },
];

/** The rows with numbers beside them: sizes in bytes, and a label of its own unit. */
const NUMBERED: Samples = SAMPLES.map((sample, i) => ({
  ...sample,
  num_labels: { bytes: [1 << (i * 2)], ...(i % 3 === 0 ? { wait: [i * 1500, 20] } : {}) },
  num_units: { bytes: ["bytes"], wait: ["milliseconds", "milliseconds"] },
}));

const HEAD = {
  mappings: MAPPINGS,
  locations: LOCATIONS,
  functions: FUNCTIONS,
  time_nanos: 1_700_000_000_000_000_000,
} as const;

/** Memory: sizes as labels, several programs in one profile, inlined calls, names of other languages. */
export const MADE_HEAP: JsonProfile = {
  ...HEAD,
  sample_types: [
    { type: "inuse_objects", unit: "count" },
    { type: "inuse_space", unit: "bytes" },
  ],
  samples: NUMBERED,
  period_type: { type: "space", unit: "bytes" },
  period: 524_288,
  comments: ["made for comparing", "#hidden in headers"],
  doc_url: "https://example.com/doc",
};

/** Time: a duration, a default type, frames that the profile itself drops. */
export const MADE_CPU: JsonProfile = {
  ...HEAD,
  sample_types: [
    { type: "samples", unit: "count" },
    { type: "cpu", unit: "nanoseconds" },
  ],
  default_sample_type: "samples",
  samples: SAMPLES.map((sample, i) => ({
    ...sample,
    values: sample.values.map((value) => value * (i + 1) * 37),
  })),
  drop_frames: "runtime\\.malloc.*|operator new.*",
  keep_frames: "runtime\\.mallocgc_keep",
  duration_nanos: 12_345_678_901,
  period_type: { type: "cpu", unit: "nanoseconds" },
  period: 10_000_000,
};

/** A difference: values of both signs, some of which cancel. */
export const MADE_DELTA: JsonProfile = {
  ...MADE_HEAP,
  samples: NUMBERED.map((sample, i) => ({
    ...sample,
    values: sample.values.map((value) => (i % 2 === 0 ? value : -value * 3)),
  })),
};

/** Everything went: no value above zero, as after a base that was larger throughout. */
export const MADE_GONE: JsonProfile = {
  ...MADE_CPU,
  samples: SAMPLES.map((sample) => ({ ...sample, values: sample.values.map((value) => -value) })),
};

/** Nothing but addresses, as of a program without symbols. */
export const MADE_BARE: JsonProfile = {
  sample_types: [{ type: "events", unit: "" }],
  mappings: [{ id: 1, start: 0x1000, limit: 0x9000, file: "/opt/bare" }],
  locations: [0x1000, 0x1010, 0x2000, 0x3000].map((address, i) => ({
    id: i + 1,
    mapping_id: i === 3 ? 0 : 1,
    address,
  })),
  samples: [
    { location_ids: [1, 2, 3], values: [10] },
    { location_ids: [2, 3], values: [20] },
    { location_ids: [4, 3], values: [5] },
    { location_ids: [], values: [4] },
  ],
};
