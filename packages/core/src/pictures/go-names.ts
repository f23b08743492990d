// Short forms of Go symbols for boxes and tables: full, without import path, without package, the last
// name. Symbols are hostile text: every step works on anything and never throws.

/** Type arguments hold slashes and dots of other packages: `Map[a/b.T]` → `Map[…]`. O(n). */
function withoutTypeArguments(name: string): string {
  if (!name.includes("[")) return name;
  let out = "";
  let depth = 0;
  for (let i = 0; i < name.length; i++) {
    const c = name[i];
    if (c === "[") {
      if (depth === 0) out += "[…";
      depth++;
    } else if (c === "]" && depth > 0) {
      depth--;
      if (depth === 0) out += "]";
    } else if (depth === 0) out += c;
  }
  return out;
}

const VERSION_ELEMENT = /^v\d+$/;
/** Go names closures func1, func2.1, gowrap1: alone they say nothing. */
const CLOSURE = /^(?:func\d+|gowrap\d+|deferwrap\d+|\d+)$/;

/**
 * `example.com/checkout/v2/session.(*Store).Add` → `session.(*Store).Add`; a bare version as last
 * path element (`github.com/go-chi/chi/v5.(*Mux)`) gives way to the one before it.
 */
export function shortFunction(name: string): string {
  const plain = withoutTypeArguments(name);
  const slash = plain.lastIndexOf("/");
  if (slash < 0) return plain.replaceAll("%2e", ".");
  let rest = plain.slice(slash + 1);
  const dot = rest.indexOf(".");
  if (dot > 0 && VERSION_ELEMENT.test(rest.slice(0, dot))) {
    const before = plain.slice(0, slash);
    rest = `${before.slice(before.lastIndexOf("/") + 1)}${rest.slice(dot)}`;
  }
  return rest.replaceAll("%2e", ".");
}

/** Forms from long to short, without repeats; the first is `shortFunction`. */
export function functionForms(name: string): string[] {
  const short = shortFunction(name);
  const forms = [short];
  const dot = short.indexOf(".");
  if (dot > 0 && dot < short.length - 1) forms.push(short.slice(dot + 1));
  const parts = short.split(".");
  let at = parts.length - 1;
  while (at > 0 && CLOSURE.test(parts[at])) at--;
  const last = parts.slice(at).join(".");
  if (last !== "" && last !== forms[forms.length - 1]) forms.push(last);
  return forms;
}

/** `/build/src/session/store.go` → `session/store.go`: the folder and the file. */
export function shortFile(file: string): string {
  const slash = file.lastIndexOf("/");
  if (slash <= 0) return file;
  const before = file.lastIndexOf("/", slash - 1);
  return file.slice(before + 1);
}

export function baseName(file: string): string {
  return file.slice(file.lastIndexOf("/") + 1);
}

/** `session/store.go:88`; line 0 is unknown and left out. */
export function position(file: string, line: number): string {
  const short = shortFile(file);
  return line > 0 ? `${short}:${line}` : short;
}
