// What the beginning of a JSON document says it is, without having the end: the top `kind` and
// `apiVersion`, and the kinds of the items. Depth matters: an Event names a Pod it is about.

export interface JsonHead {
  readonly kind: string | undefined;
  readonly apiVersion: string | undefined;
  readonly itemKinds: readonly string[];
}

interface Frame {
  readonly isArray: boolean;
  key: string;
  expectsKey: boolean;
}

/** Documents nested deeper are of no interest; the stack stays small. */
const MAX_DEPTH = 200;

/** End of the string that opens at `at`, or −1 when the text ends before it. */
function closingQuote(text: string, at: number): number {
  for (let i = at + 1; i < text.length; i++) {
    const char = text.charCodeAt(i);
    if (char === 92) i += 1;
    else if (char === 34) return i;
  }
  return -1;
}

export function scanJsonHead(text: string): JsonHead | undefined {
  if (!/^\s*\{/.test(text)) return undefined;
  const stack: Frame[] = [];
  let kind: string | undefined;
  let apiVersion: string | undefined;
  const itemKinds: string[] = [];
  for (let at = 0; at < text.length; at++) {
    const char = text[at] ?? "";
    const top = stack.at(-1);
    if (char === "{" || char === "[") {
      if (stack.length >= MAX_DEPTH) break;
      stack.push({ isArray: char === "[", key: "", expectsKey: char === "{" });
    } else if (char === "}" || char === "]") {
      stack.pop();
      if (stack.length === 0) break;
    } else if (char === "," && top !== undefined) {
      top.expectsKey = !top.isArray;
    } else if (char === ":" && top !== undefined) {
      top.expectsKey = false;
    } else if (char === '"') {
      const end = closingQuote(text, at);
      if (end < 0 || top === undefined) break;
      const value = text.slice(at + 1, end);
      at = end;
      if (top.expectsKey) {
        top.key = value;
        continue;
      }
      if (stack.length === 1 && top.key === "kind") kind = value;
      else if (stack.length === 1 && top.key === "apiVersion") apiVersion = value;
      else if (stack.length === 3 && top.key === "kind" && stack[0]?.key === "items") {
        itemKinds.push(value);
      }
    }
  }
  return { kind, apiVersion, itemKinds };
}

/** A pod, a list of pods, or a list that shows a pod among its first items. */
export function isPodHead({ kind, apiVersion, itemKinds }: JsonHead): boolean {
  if (kind === "Pod" || kind === "PodList") return apiVersion === undefined || apiVersion === "v1";
  return (kind === undefined || kind === "List") && itemKinds.includes("Pod");
}
