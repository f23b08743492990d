// Which environment variables may be kept. A privacy rule, so it stands in one place: readers of
// environments, of pods, and whatever captures an environment all ask here.

/**
 * Variables of the go command that name proxies and credentials and say nothing of memory. GOPROXY
 * may carry user:password in its URL, GOAUTH commands that print tokens.
 */
const UNWANTED = new Set([
  "GOAUTH",
  "GOINSECURE",
  "GONOPROXY",
  "GONOSUMDB",
  "GOPRIVATE",
  "GOPROXY",
  "GOSUMDB",
  "GOVCS",
]);

/**
 * True for GOGC, GOMEMLIMIT, GODEBUG and their like: GO followed by capitals and digits. An
 * underscore rules a name out, because names such as GOOGLE_API_KEY or GO_SERVICE_TOKEN begin with GO
 * and hold secrets; no variable that the Go runtime reads has one.
 */
export function isGoVariable(name: string): boolean {
  return /^GO[A-Z0-9]+$/.test(name) && !name.startsWith("GOOGLE") && !UNWANTED.has(name);
}
