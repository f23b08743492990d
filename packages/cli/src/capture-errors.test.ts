import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { describe, expect, test } from "vitest";
import type { CaptureErrorCode, CaptureParams } from "@heapwright/host/capture/error.ts";
import { captureErrorWords } from "./capture-errors.ts";

const HOST = fileURLToPath(new URL("../../host/src", import.meta.url));

interface Thrown {
  readonly code: string;
  readonly at: string;
  readonly params: readonly string[];
}

/** Every `new CaptureError(code, { … })` of the host. */
function thrownIn(folder: string): Thrown[] {
  const found: Thrown[] = [];
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile() || !entry.name.endsWith(".ts") || entry.name.endsWith(".test.ts")) continue;
    const file = path.join(entry.parentPath, entry.name);
    const text = readFileSync(file, "utf8");
    const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
    const visit = (node: ts.Node): void => {
      ts.forEachChild(node, visit);
      if (!ts.isNewExpression(node) || node.expression.getText() !== "CaptureError") return;
      const at = `${path.relative(HOST, file)}:${source.getLineAndCharacterOfPosition(node.pos).line + 1}`;
      const [code, params] = node.arguments ?? [];
      if (code === undefined || !ts.isStringLiteral(code)) throw new Error(`${at}: what code?`);
      if (params !== undefined && !ts.isObjectLiteralExpression(params))
        throw new Error(`${at}: which parameters?`);
      const names = (params?.properties ?? []).map((p) => p.name?.getText() ?? "…");
      found.push({ code: code.text, at, params: names });
    };
    visit(source);
  }
  return found;
}

/** The codes of the type, as host writes them. */
function declaredCodes(): string[] {
  const text = readFileSync(path.join(HOST, "capture/error.ts"), "utf8");
  const [, union = ""] = /export type CaptureErrorCode =([^;]+);/.exec(text) ?? [];
  return [...union.matchAll(/^\s*\| "([a-z-]+)"/gm)].map(([, code = ""]) => code);
}

const thrown = thrownIn(HOST);
const codes = declaredCodes();

function isCode(code: string): code is CaptureErrorCode {
  return codes.includes(code);
}

/** Says which parameters the words ask for; each reads as its own name. */
function asked(code: CaptureErrorCode, lang: "en" | "zh"): { text: string; names: Set<string> } {
  const names = new Set<string>();
  const params = new Proxy<CaptureParams>(
    {},
    {
      get: (_, name) => {
        names.add(String(name));
        return `<${String(name)}>`;
      },
    },
  );
  return { text: captureErrorWords(code, params, lang), names };
}

/** The request that was interrupted is of no interest then. */
const UNSAID: Readonly<Record<string, readonly string[]>> = { interrupted: ["url"] };

describe("every capture error", () => {
  test("each declared code is thrown somewhere, and the other way round", () => {
    expect(codes.length).toBeGreaterThan(25);
    expect([...new Set(thrown.map((t) => t.code))].sort()).toEqual([...codes].sort());
  });

  test.each(thrown)("$code at $at: its words use what it carries", ({ code, params }) => {
    if (!isCode(code)) throw new Error(`${code} is no code`);
    const en = asked(code, "en");
    const zh = asked(code, "zh");
    const expected = params.filter((name) => !(UNSAID[code] ?? []).includes(name)).sort();
    expect([...en.names].sort()).toEqual(expected);
    expect([...zh.names].sort()).toEqual(expected);
    expect(en.text).not.toMatch(/[一-鿿]|\.$/);
    expect(zh.text).toMatch(/[一-鿿]/);
  });
});

test("sentences", () => {
  expect(
    captureErrorWords(
      "timeout",
      { url: "http://h:1/", phase: "first-byte", afterMs: 10_000, afterBytes: 0 },
      "en",
    ),
  ).toBe(
    "http://h:1/ gave no whole answer within 10000 ms (connected, but no answer, 0 B came). A service that thrashes or is stopped looks like this: --pid PID shows the kernel's view of it",
  );
  expect(
    captureErrorWords("tls-file", { option: "ca", path: "ca.pem", cause: "ENOENT" }, "en"),
  ).toBe("--cacert ca.pem cannot be read: does not exist (ENOENT)");
  expect(
    captureErrorWords("tls", { url: "https://h/", cause: "DEPTH_ZERO_SELF_SIGNED_CERT" }, "zh"),
  ).toContain("自签名（DEPTH_ZERO_SELF_SIGNED_CERT）");
});

test("a hostile title cannot repaint the terminal", () => {
  const said = captureErrorWords(
    "html-page",
    { url: "http://h/", title: "a\u001b[2J\u202eb" },
    "en",
  );
  expect(said).not.toMatch(/[\u0000-\u001f\u202a-\u202e]/);
});
