// What the server needs to know of a page it did not write: its policy and its main element. The renderer
// escapes every "<" of its values, so the first closing tag is the element's own.

/** The policy of the page's own meta element, to be sent as a header too; undefined without one. */
export function contentPolicyOf(page: string): string | undefined {
  const head = page.slice(0, 8_192);
  const found = /<meta http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(head)?.[1];
  // A header must not be broken by what a page says.
  return found === undefined ? undefined : plain(found).replace(/[^\x20-\x7e]/g, "");
}

function plain(attribute: string): string {
  return attribute
    .replaceAll("&#39;", "'")
    .replaceAll("&quot;", '"')
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&amp;", "&");
}

/** `<main …>…</main>`, or "" when the page has none. */
export function mainElementOf(page: string): string {
  const from = page.search(/<main[\s>]/);
  const end = page.indexOf("</main>", from);
  return from < 0 || end < 0 ? "" : page.slice(from, end + "</main>".length);
}
