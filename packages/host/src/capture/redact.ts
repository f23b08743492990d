// What must not reach a capture folder: label values, command lines, trace ids. Names stay, values become
// a short keyed hash, so that series stay apart and sums over labels stay right. The key lives as long as
// the capture: the same value has another hash in the next one, and no dictionary undoes it.
//
// Kept are values that name no customer: histogram bounds, quantiles, Go's version, status codes,
// methods, and the labels named by the user.

import { createHmac, randomBytes } from "node:crypto";

const HARMLESS_LABELS = new Set(["le", "quantile", "version", "code", "method", "status", "cause"]);

export class Redactor {
  readonly #key = randomBytes(32);
  readonly #kept: ReadonlySet<string>;
  readonly #known = new Map<string, string>();

  constructor(keepLabels: readonly string[] = []) {
    this.#kept = new Set([...HARMLESS_LABELS, ...keepLabels]);
  }

  #hash(value: string): string {
    const known = this.#known.get(value);
    if (known !== undefined) return known;
    const hash = `x${createHmac("sha256", this.#key).update(value).digest("hex").slice(0, 8)}`;
    // A service that puts a request id into a label would grow this without end.
    if (this.#known.size < 100_000) this.#known.set(value, hash);
    return hash;
  }

  /**
   * Prometheus text 0.0.4 and OpenMetrics: label values hashed, exemplars (they carry trace ids)
   * removed. A sample line whose labels cannot be understood is dropped and counted.
   */
  prometheus(text: string): { text: string; dropped: number } {
    const out: string[] = [];
    let dropped = 0;
    for (const line of text.split("\n")) {
      const brace = line.startsWith("#") ? -1 : line.indexOf("{");
      const redacted = brace < 0 ? withoutExemplar(line) : this.#sample(line, brace);
      if (redacted === undefined) dropped += 1;
      else out.push(redacted);
    }
    return { text: out.join("\n"), dropped };
  }

  #sample(line: string, brace: number): string | undefined {
    const labels: string[] = [];
    let at = brace + 1;
    while (true) {
      while (line[at] === " " || line[at] === ",") at++;
      if (line[at] === "}") break;
      LABEL.lastIndex = at;
      const match = LABEL.exec(line);
      const name = match?.[1];
      const value = match?.[2];
      if (name === undefined || value === undefined) return undefined;
      labels.push(`${name}="${this.#kept.has(name) ? value : this.#hash(value)}"`);
      at = LABEL.lastIndex;
    }
    return `${line.slice(0, brace)}{${labels.join(",")}}${withoutExemplar(line.slice(at + 1))}`;
  }

  /** goroutine?debug=1: `# labels: {"handler":"/a", …}` (runtime/pprof label.go, quoted by %q). */
  goroutineText(text: string): string {
    return text.replace(/^# labels: \{.*\}$/gm, (line) =>
      line.replace(/("(?:[^"\\]|\\.)*"):"((?:[^"\\]|\\.)*)"/g, (_, name: string, value: string) =>
        this.#kept.has(name.slice(1, -1)) ? `${name}:"${value}"` : `${name}:"${this.#hash(value)}"`,
      ),
    );
  }

  /**
   * goroutine?debug=2 prints labels behind the state (Go 1.26 ` labels:{…}` with
   * GODEBUG=tracebacklabels=1, Go 1.27 ` {…}`, runtime/traceback.go): taken away whole, debug=1 has them.
   */
  goroutineDump(text: string): string {
    return text.replace(/^(goroutine \d+ .*?\])(?: labels:)? ?\{.*\}:$/gm, "$1:");
  }

  /** expvar: memstats and numbers. `cmdline` and whatever else a service publishes as text stay out. */
  expvar(text: string): string | undefined {
    let parsed: unknown;
    try {
      parsed = JSON.parse(text);
    } catch {
      // Not JSON: the caller takes it for another kind of page.
      return undefined;
    }
    if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) return undefined;
    const kept = Object.entries(parsed).filter(
      ([name, value]) => name === "memstats" || typeof value === "number",
    );
    return JSON.stringify(Object.fromEntries(kept));
  }
}

const LABEL = /\s*([a-zA-Z_][a-zA-Z0-9_]*|"(?:[^"\\]|\\.)*")\s*=\s*"((?:[^"\\]|\\.)*)"/y;

/** ` # {trace_id="…"} 0.67 1520879607.789` behind a sample's value. */
function withoutExemplar(rest: string): string {
  const at = rest.startsWith("#") ? -1 : rest.indexOf(" # {");
  return at < 0 ? rest : rest.slice(0, at);
}
