// RE2 patterns: what matches, what is refused with Go's own words, and that no pattern takes long.

import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { CostlyRegexpError, Regexp } from "./regexp.ts";

describe("matches as Go's regexp does", () => {
  test.each([
    ["", "anything", true],
    ["main", "runtime.main", true],
    ["^main", "runtime.main", false],
    ["main$", "runtime.main", true],
    ["^$", "", true],
    ["^$", "x", false],
    ["a.c", "a\nc", false],
    ["(?s)a.c", "a\nc", true],
    ["a.c", "a\rc", true],
    ["^b", "a\nb", false],
    ["(?m)^b$", "a\nb\nc", true],
    ["\\Aa\\z", "a", true],
    ["a\\z", "a\n", false],
    ["(?i)STRASSE", "straSSe", true],
    ["(?i)k", "\u212a", true],
    ["(?i:A)b", "ab", true],
    ["(?i:A)b", "aB", false],
    ["(?i)a(?-i)b", "Ab", true],
    ["(?i)a(?-i)b", "AB", false],
    ["[[:alpha:]]+\\d", "ab7", true],
    ["[[:^alpha:]]", "ab", false],
    ["[^a-c]", "abc", false],
    ["[]a]", "]", true],
    ["[a-]", "-", true],
    ["[\\w.]+@", "x.y@", true],
    ["\\s", "\u00a0", false],
    ["\\bfoo\\b", "a foo b", true],
    ["\\bfoo\\b", "afoo", false],
    ["o\\B", "foo", true],
    ["a{2,3}$", "caaa", true],
    ["^a{2,3}$", "aaaa", false],
    ["a{,2}", "a{,2}", true],
    ["x{0}y", "y", true],
    ["(a|bc)*d", "abcad", true],
    ["\\Qa.b\\E+", "a.bbb", true],
    ["\\Qa.b\\E", "axb", false],
    ["\\x41\\x{1F600}", "A😀", true],
    ["^.$", "😀", true],
    ["\\pL+", "日本", true],
    ["\\p{Greek}", "λ", true],
    ["\\P{Greek}", "λ", false],
    ["\\101", "A", true],
    ["(?P<name>x)y", "xy", true],
    ["main\\.\\(\\*T\\)", "main.(*T).f", true],
    ["runtime|main", "main", true],
    ["a??b", "b", true],
  ])("%s on %j: %s", (pattern, text, expected) => {
    expect(new Regexp(pattern).test(text)).toBe(expected);
    // The second time from remembered states.
    const again = new Regexp(pattern);
    again.test(text);
    expect(again.test(text)).toBe(expected);
  });
});

describe("refuses what Go refuses", () => {
  test.each([
    ["(", "missing closing ): `(`"],
    ["a)", "unexpected ): `a)`"],
    ["[a", "missing closing ]: `[a`"],
    ["*a", "missing argument to repetition operator: `*`"],
    ["a**", "invalid nested repetition operator: `**`"],
    ["a{1001}", "invalid repeat count: `{1001}`"],
    ["(?=a)", "invalid or unsupported Perl syntax: `(?=`"],
    ["(?!a)", "invalid or unsupported Perl syntax: `(?!`"],
    ["(?<=a)", "invalid named capture: `(?<=a)`"],
    ["(?x)", "invalid or unsupported Perl syntax: `(?x`"],
    ["(a{1000}){2}", "invalid repeat count: `{2}`"],
    ["x(?i", "invalid or unsupported Perl syntax: `(?i`"],
    ["\\8", "invalid escape sequence: `\\8`"],
    ["\\k", "invalid escape sequence: `\\k`"],
    ["a\\", "trailing backslash at end of expression: ``"],
    ["[z-a]", "invalid character class range: `z-a`"],
    ["\\p{Nope}", "invalid character class range: `\\p{Nope}`"],
  ])("%s", (pattern, message) => {
    expect(() => new Regexp(pattern)).toThrow(`error parsing regexp: ${message}`);
  });
});

describe("takes time linear in the text", () => {
  test.each([
    ["(a+)+$", false],
    ["(a|a)*c", false],
    ["(.*)*x", false],
    ["(a?){30}a{30}", true],
    ["([a-z]+)*[0-9]", false],
    ["(x+x+)+y", false],
  ])("%s", (pattern, expected) => {
    const text = `${"a".repeat(20_000)}!`;
    const started = performance.now();
    expect(new Regexp(pattern).test(text)).toBe(expected);
    // Backtracking would take longer than the universe has.
    expect(performance.now() - started).toBeLessThan(20_000);
  });

  it("stops where its allowance ends, at the same step each time, and says nothing of the text", () => {
    let seed = 1;
    const text = Array.from({ length: 4000 }, () => {
      seed = (seed * 48_271) % 2_147_483_647;
      return "abcdefgh"[seed % 8];
    }).join("");
    const pattern = "(?:a.{0,400}z|b.{0,400}y)";
    const stoppedAt = (left: number): number => {
      const allowance = { left };
      const regexp = new Regexp(pattern, allowance);
      expect(() => regexp.test(text)).toThrow(CostlyRegexpError);
      return allowance.left;
    };
    expect(stoppedAt(100_000)).toBe(stoppedAt(100_000));
    // One that people write costs next to nothing, and an allowance is shared.
    const allowance = { left: 2000 };
    expect(new Regexp("(?i)cache|(hd|ha)$", allowance).test(text)).toBe(/(hd|ha)$/.test(text));
    expect(allowance.left).toBeGreaterThan(1000);
    expect(() => new Regexp(pattern, allowance).test(text)).toThrow(CostlyRegexpError);
    expect(new Regexp(pattern).test(`${text}z`)).toBe(true);
  });

  it("agrees with JavaScript's engine on patterns that both read alike", () => {
    const piece = fc.constantFrom(
      "a",
      "b",
      ".",
      "[ab]",
      "[^a]",
      "a*",
      "b+",
      "(a|b)",
      "(ab)?",
      "a{2}",
      "^",
      "$",
      "\\b",
    );
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 6 }),
        fc.array(fc.constantFrom("a", "b", "c", " "), { maxLength: 12 }),
        (pieces, letters) => {
          const pattern = pieces.join("");
          const text = letters.join("");
          expect(new Regexp(pattern).test(text)).toBe(new RegExp(pattern).test(text));
        },
      ),
      { numRuns: 2000 },
    );
  });
});
