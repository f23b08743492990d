// Pods: JSON as `kubectl get pod -o json` and the API give it, and the text of `kubectl describe pod`.
// Authority: k8s.io/api core/v1 and k8s.io/kubectl pkg/describe (v0.37); see json.ts and describe.ts.
// Not supported: YAML (recognised and refused: the JSON says the same), tables of `kubectl get`,
// Deployments and other owners of pods.

import { COMPLETE, DiagnosticLog } from "../../model/diagnostic.ts";
import { FormatError } from "../../model/errors.ts";
import type {
  Detection,
  Format,
  FormatContext,
  FormatReader,
  ReadResult,
} from "../../model/format.ts";
import { ByteInput, splitLines } from "../../model/text-input.ts";
import { parseDescribe } from "./describe.ts";
import { isPodHead, scanJsonHead } from "./json-head.ts";
import { parsePodJson } from "./json.ts";

const ID = "pod";

type Form = "json" | "describe" | "yaml";

/** Sections at column 0 that `describe` prints for pods only, near the top. */
const POD_SECTION = /^(?:Service Account|Node|Start Time|Priority): /m;

function formOf(head: string): Form | undefined {
  const json = scanJsonHead(head);
  if (json !== undefined) return isPodHead(json) ? "json" : undefined;
  if (/^Name: {2,}\S/.test(head)) {
    const isPod = /^Namespace: {2,}\S/m.test(head) && POD_SECTION.test(head);
    return isPod && /^(?:Status|Labels): /m.test(head) ? "describe" : undefined;
  }
  if (!/^apiVersion: v1\r?$/m.test(head)) return undefined;
  const isPod = /^kind: Pod\r?$/m.test(head);
  const isList = /^- apiVersion: v1\r?\n {2}kind: Pod\r?$/m.test(head);
  return isPod || isList ? "yaml" : undefined;
}

function detect(head: Uint8Array): Detection | undefined {
  const first = head.find((byte) => byte > 32);
  // "{", "N", "a", "-" or "#" of YAML, or a byte order mark: anything else is spared the decoding.
  if (first === undefined || !"{Na-#\u00ef".includes(String.fromCharCode(first))) return undefined;
  const form = formOf(new TextDecoder().decode(head));
  return form === undefined ? undefined : { format: ID, strength: "certain" };
}

/** What detection may look at, so that reading finds the same form. */
const HEAD_BYTES = 64 * 1024;

class PodReader implements FormatReader {
  readonly #input: ByteInput;

  constructor(ctx: FormatContext) {
    this.#input = new ByteInput(ctx.maxBytes);
  }

  push(chunk: Uint8Array): void {
    this.#input.push(chunk);
  }

  end(): ReadResult {
    const text = new TextDecoder().decode(this.#input.whole(ID));
    const form = formOf(text.slice(0, HEAD_BYTES));
    const log = new DiagnosticLog();
    if (form === undefined || form === "yaml") {
      throw new FormatError(ID, {
        offset: 0,
        expected: "JSON (kubectl get pod -o json) or the text of kubectl describe pod",
        found: form === "yaml" ? "YAML" : text === "" ? "nothing" : "other text",
      });
    }
    const table = form === "json" ? parsePodJson(text, log) : parseDescribe(splitLines(text), log);
    return {
      table,
      diagnostics: log.list(),
      completeness: log.isDamaged ? { complete: false, lowerBounds: false } : COMPLETE,
    };
  }
}

export const podFormat: Format = { id: ID, detect, open: (ctx) => new PodReader(ctx) };
