// Frames that a legacy profiler leaves at the leaf and that say nothing: the allocator, the lock, the
// signal handler. Facts from google/pprof profile/legacy_profile.go (addLegacyFrameInfo, 2026-07);
// whoever symbolises the profile drops them with these.

import type { ValueType } from "../../model/tables/profile.ts";

const POSIX =
  "calloc cfree malloc free memalign do_memalign (__)?posix_memalign pvalloc valloc realloc";
const TCMALLOC =
  "tcmalloc::.* tc_calloc tc_cfree tc_malloc tc_free tc_memalign tc_posix_memalign tc_pvalloc " +
  "tc_valloc tc_realloc tc_new tc_delete tc_newarray tc_deletearray tc_new_nothrow tc_newarray_nothrow";
const OS_X =
  "malloc_zone_malloc malloc_zone_calloc malloc_zone_valloc malloc_zone_realloc " +
  "malloc_zone_memalign malloc_zone_free";
const GO = "runtime\\..*";
const OTHERS =
  "BaseArena::.* (::)?do_malloc_no_errno (::)?do_malloc_pages (::)?do_malloc DoSampledAllocation " +
  "MallocedMemBlock::MallocedMemBlock _M_allocate __builtin_(vec_)?delete __builtin_(vec_)?new " +
  "__gnu_cxx::new_allocator::allocate __libc_malloc __malloc_alloc_template::allocate allocate cpp_alloc";

const ALLOCATORS = [
  ...[POSIX, TCMALLOC, OS_X, GO, OTHERS].flatMap((list) => list.split(" ")),
  // Its space keeps it out of the lists above.
  "operator new(\\[\\])?",
  "simple_alloc::allocate",
].join("|");

/** The Go runtime's frames in the middle of a stack. */
const KEPT = "runtime\\.panic|runtime\\.reflectcall|runtime\\.call[0-9]*";

const SIGNAL_HANDLERS =
  "ProfileData::Add|ProfileData::prof_handler|CpuProfiler::prof_handler|__pthread_sighandler|__restore";

const LOCKS = (
  "RecordLockProfileData (base::)?RecordLockProfileData.* (base::)?SubmitMutexProfileData.* " +
  "(base::)?SubmitSpinLockProfileData.* (base::Mutex::)?AwaitCommon.* (base::Mutex::)?Unlock.* " +
  "(base::Mutex::)?UnlockSlow.* (base::Mutex::)?ReaderUnlock.* (base::MutexLock::)?~MutexLock.* " +
  "(Mutex::)?AwaitCommon.* (Mutex::)?Unlock.* (Mutex::)?UnlockSlow.* (Mutex::)?ReaderUnlock.* " +
  "(MutexLock::)?~MutexLock.* (SpinLock::)?Unlock.* (SpinLock::)?SlowUnlock.* (SpinLockHolder::)?~SpinLockHolder.*"
)
  .split(" ")
  .join("|");

const HEAPS = new Set([
  "objects space",
  "inuse_objects inuse_space",
  "alloc_objects alloc_space inuse_objects inuse_space",
]);

export function legacyFrames(sampleTypes: readonly ValueType[]): {
  readonly dropFrames: string;
  readonly keepFrames?: string;
} {
  const names = sampleTypes.map(({ type }) => type).join(" ");
  if (HEAPS.has(names)) return { dropFrames: ALLOCATORS, keepFrames: KEPT };
  return { dropFrames: names === "contentions delay" ? LOCKS : SIGNAL_HANDLERS };
}
