// What is searched for, and by what stacks are filtered: plain text, or a regular expression where the
// reader says so.

/** Case never matters, as people type it; Go's own "(?i)" in front is taken for granted. */
export type Finder = (text: string) => boolean;

/** undefined for no text; a string says what is wrong with the expression. */
export function finderOf(query: string, isPattern: boolean): Finder | string | undefined {
  const wanted = query.trim();
  if (wanted === "") return undefined;
  if (!isPattern) {
    const lower = wanted.toLowerCase();
    return (text) => text.toLowerCase().includes(lower);
  }
  try {
    const pattern = new RegExp(wanted.replace(/^\(\?i\)/, ""), "i");
    return (text) => pattern.test(text);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    // "Invalid regular expression: /(/i: Unterminated group": the expression stands beside it already.
    return why.slice(why.lastIndexOf(": ") + 1).trim();
  }
}
