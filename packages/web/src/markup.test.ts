import fc from "fast-check";
import { expect, test } from "vitest";
import { anchor, embeddedJson, escapeText, markup, verbatim } from "./markup.ts";

test("values are text, markup made here is markup", () => {
  const bold = markup`<b>${"a<b"}</b>`;
  expect(
    markup`<p title="${'"><script>'}">${bold}${[1, "&", undefined, false]}</p>`.toString(),
  ).toBe('<p title="&quot;&gt;&lt;script&gt;"><b>a&lt;b</b>1&amp;</p>');
});

test("markup cannot be forged", () => {
  const Markup = Object.getPrototypeOf(markup``).constructor;
  expect(() => new Markup("<script>", Symbol("markup"))).toThrow("markup");
});

test("numbers are short and never exponents", () => {
  expect(markup`${1e-9} ${12.3456} ${Number.NaN} ${-0.5}`.toString()).toBe("0 12.35 0 -0.5");
});

test("what would reorder or hide text is shown by its code point", () => {
  expect(escapeText("a\u202eb\u2066c\u0000d\u200be\ufefff\u2028")).toBe(
    "a‹U+202E›b‹U+2066›c‹U+0000›d‹U+200B›e‹U+FEFF›f‹U+2028›",
  );
  expect(escapeText("\ud800x")).toBe("\ufffdx");
  expect(escapeText("中文 😀 tab\tline\n")).toBe("中文 😀 tab\tline\n");
});

/** What a parser makes of escaped text. */
function parsed(text: string): string {
  return text
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&quot;", '"')
    .replaceAll("&#39;", "'")
    .replaceAll("&amp;", "&");
}

test("no text can leave its place, and harmless text comes back as it was", () => {
  const text = fc.string({
    unit: fc.constantFrom(..."<>&\"'/=abc- !`${}".split("")),
    maxLength: 40,
  });
  fc.assert(
    fc.property(text, (t) => {
      const out = escapeText(t);
      expect(out).not.toMatch(/[<>"']/);
      expect(out.replace(/&(?:lt|gt|amp|quot|#39);/g, "")).not.toContain("&");
      expect(parsed(out)).toBe(t);
    }),
    { seed: 1, numRuns: 500 },
  );
});

test("data blocks cannot be ended from inside, and are still the same JSON", () => {
  const value = { a: "</script><!--<script>", b: "\u2028&" };
  const text = embeddedJson(JSON.stringify(value)).toString();
  expect(text).not.toMatch(/[<>&\u2028]/);
  expect(JSON.parse(text)).toEqual(value);
});

test("a style or script that would end its element is refused", () => {
  for (const bad of ["a</style >", "x</SCRIPT", "<!-- x"]) {
    expect(() => verbatim(bad)).toThrow("closing tag");
  }
  expect(verbatim("a<b && c>d").toString()).toBe("a<b && c>d");
});

test("ids hold nothing that needs escaping", () => {
  expect(anchor('9f31"><x y:stack/4')).toBe("9f31-x-y-stack-4");
  expect(anchor("x".repeat(500)).length).toBe(80);
});
