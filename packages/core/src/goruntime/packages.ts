// Whose code is a frame: the runtime's, the standard library's, a dependency's, or the service's own.
// Source of the list: directories of GOROOT/src in Go 1.22–1.27.

const STANDARD = new Set(
  (
    "archive arena bufio builtin bytes cmp compress container context crypto database debug embed " +
    "encoding errors expvar flag fmt go hash html image index internal io iter log maps math mime net " +
    "os path plugin reflect regexp runtime simd slices sort strconv strings structs sync syscall " +
    "testing text time unicode unique unsafe vendor weak"
  ).split(" "),
);

export type Owner = "runtime" | "standard" | "dependency" | "own";

/**
 * Import path of a function name as pprof writes it: `net/http.(*conn).serve` → `net/http`,
 * `github.com/a/b.v2.F[...]` → `github.com/a/b.v2` (dots in the last element are written %2e).
 */
export function packageOf(functionName: string): string {
  // Type arguments may hold slashes and dots of other packages: cut them first.
  const bracket = functionName.indexOf("[");
  const plain = bracket < 0 ? functionName : functionName.slice(0, bracket);
  const slash = plain.lastIndexOf("/");
  const dot = plain.indexOf(".", slash + 1);
  return dot < 0 ? plain : plain.slice(0, dot).replaceAll("%2e", ".");
}

function isStandard(importPath: string): boolean {
  const first = importPath.split("/", 1)[0] ?? "";
  return STANDARD.has(first);
}

/** `/usr/local/go/src/slices/iter.go`, with -trimpath `slices/iter.go`. */
function isStandardFile(file: string): boolean {
  const at = file.lastIndexOf("/src/");
  return isStandard(at < 0 ? file : file.slice(at + "/src/".length));
}

/**
 * `modulePath` is the main module where build info told it. Without it a module is taken as the
 * service's own when its file is neither in a module cache nor vendored; that misleads for services
 * built with -trimpath, whose dependencies show as "path@version": these are recognised by the "@".
 */
export function ownerOf(functionName: string, file: string, modulePath: string | undefined): Owner {
  const importPath = packageOf(functionName);
  if (
    importPath === "runtime" ||
    importPath.startsWith("runtime/") ||
    importPath.startsWith("internal/runtime/") ||
    // Allocation entry points that the runtime pushes into other packages by linkname.
    functionName === "internal/bytealg.MakeNoZero" ||
    importPath === "internal/abi"
  ) {
    return "runtime";
  }
  // A generic function of the standard library belongs to the package that instantiates it, by its name only.
  if (functionName.includes("[") && isStandardFile(file)) return "standard";
  if (importPath === "main") return "own";
  if (
    modulePath !== undefined &&
    (importPath === modulePath || importPath.startsWith(`${modulePath}/`))
  )
    return "own";
  if (isStandard(importPath)) return "standard";
  if (/@v?\d/.test(file) || file.includes("/pkg/mod/") || file.includes("/vendor/"))
    return "dependency";
  if (modulePath !== undefined) return "dependency";
  return "own";
}

/** Frames of profiling, tracing and the collector itself: never the service's doing. */
export function isProfilingFrame(functionName: string): boolean {
  return functionName.startsWith("runtime/pprof.") || functionName.startsWith("net/http/pprof.");
}
