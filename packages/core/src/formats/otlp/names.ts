// Attribute keys by which pprof's own fields travel in OTLP (opentelemetry.io semantic conventions,
// registry "pprof" and "process", 2026-08).

export const IS_FOLDED = "pprof.location.is_folded";
/** In the order of the bits of MappingColumns.flags. */
export const MAPPING_FLAGS: readonly string[] = [
  "pprof.mapping.has_functions",
  "pprof.mapping.has_filenames",
  "pprof.mapping.has_line_numbers",
  "pprof.mapping.has_inline_frames",
];
export const COMMENT = "pprof.profile.comment";
export const DOC_URL = "pprof.profile.doc_url";
export const DROP_FRAMES = "pprof.profile.drop_frames";
export const KEEP_FRAMES = "pprof.profile.keep_frames";
/** Of the scope: the sample types are profiles, so none of them can hold what concerns all. */
export const DEFAULT_TYPE = "pprof.scope.default_sample_type";

/** Where a build id may stand; the first that is there. pprof's is the linker's. */
export const BUILD_IDS: readonly string[] = [
  "process.executable.build_id.gnu",
  "process.executable.build_id.go",
  "process.executable.build_id.htlhash",
];
export const BUILD_ID = "process.executable.build_id.gnu";
