// Function names without what only makes them long. Authority: google/pprof internal/graph/graph.go
// ShortenFunctionName, internal/report/shortnames.go (2026-07). The patterns are fixed and anchored, so
// that JavaScript's own engine may run them; `\w` and `$` mean the same in both.

const ANONYMOUS = /^\(anonymous namespace\)::/;
const GO_VERSION = /^(.*?)\/v(?:[2-9]|[1-9][0-9]+)([./].*)$/;
const GO_NAME = /^(?:[\w\-.]+\/)+([^.]+\..+)/;
const JAVA_NAME = /^(?:[a-z]\w*\.)*([A-Z][\w$]*\.(?:<init>|[a-z][\w$]*(?:\$\d+)?))(?:\(|$)/;
const CPP_NAME = /^(?:[_a-zA-Z]\w*::)+(_*[A-Z]\w*::~?[_a-zA-Z]\w*(?:<.*>)?)/;

/** Package path, module version, argument list or namespace off. */
export function shortFunctionName(name: string): string {
  const bare = name.replace(ANONYMOUS, "").replace(GO_VERSION, "$1$2");
  for (const pattern of [GO_NAME, JAVA_NAME, CPP_NAME]) {
    const match = pattern.exec(bare);
    if (match !== null) return match[1];
  }
  return bare;
}
