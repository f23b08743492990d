// Counts what the house style forbids. The counts in ratchet.json may only fall: a rise names each
// place, a fall asks for the constant to be lowered, so that nobody can use up the slack later.
//   node tools/ratchet.mjs [--lower]

import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import ts from "typescript";
import { isMain, ROOT } from "./setup.mjs";
import { sourceFiles } from "./source-files.mjs";

/** What is counted, and what to do instead. */
const KINDS = {
  any: "say what it is, or `unknown` and narrow",
  cast: "narrow or assert; `as const` and `satisfies` are no casts",
  nonNull: "narrow, or assert with a message",
  tsSuppression: "mend the type; only a test may expect an error",
  lintSuppression: "mend the code, or change the rule for everyone",
  console: "only the command line and the server talk; a library returns diagnostics",
  unfinished: "finish it, or leave it out",
  longFile: 'split it, or say near its top "over 800 lines because …"',
};

/** @typedef {keyof typeof KINDS} Kind */
/** @typedef {{ kind: Kind, file: string, line: number }} Place */

const MAX_LINES = 800;
/** Lines from the top in which the reason for a long file has to stand. */
const HEADER_LINES = 30;

/**
 * Written so that no pattern matches its own text.
 * @type {readonly { kind: Kind, pattern: RegExp }[]}
 */
const COMMENTED = [
  { kind: "tsSuppression", pattern: /@ts-(?:ignore|nocheck)/g },
  { kind: "lintSuppression", pattern: /(?:oxlint|eslint)-disable/g },
  { kind: "unfinished", pattern: /\b(?:TOD[O]|FIXM[E])\b/g },
];
/** In a test it is a type test: the compiler refuses one that is not needed. */
const EXPECTED_ERROR = /@ts-(?:expect-error)/g;

/** @param {string} text @param {number} offset */
const lineAt = (text, offset) => text.slice(0, offset).split("\n").length;

/**
 * @param {string} file
 * @param {string} text
 * @returns {Place[]}
 */
export function placesIn(file, text) {
  /** @type {Place[]} */
  const places = [];
  const commented = file.endsWith(".test.ts")
    ? COMMENTED
    : [...COMMENTED, { kind: /** @type {const} */ ("tsSuppression"), pattern: EXPECTED_ERROR }];
  for (const { kind, pattern } of commented) {
    for (const match of text.matchAll(pattern)) {
      places.push({ kind, file, line: lineAt(text, match.index) });
    }
  }
  const lines = text.split("\n");
  const isCode = /\.(ts|mts|mjs|js|go)$/.test(file);
  const header = lines.slice(0, HEADER_LINES).join("\n");
  if (isCode && lines.length > MAX_LINES + 1 && !/\b800 lines because\b/i.test(header)) {
    places.push({ kind: "longFile", file, line: 1 });
  }
  if (/\.(ts|mts|mjs|js)$/.test(file)) places.push(...placesInSyntax(file, text));
  return places;
}

/**
 * @param {string} file
 * @param {string} text
 * @returns {Place[]}
 */
function placesInSyntax(file, text) {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.ES2023, false);
  /** @type {Place[]} */
  const places = [];
  const isLibrary = /^packages\/(?!cli\/|server\/)/.test(file);
  /** @param {Kind} kind @param {ts.Node} node */
  const add = (kind, node) => {
    const line = source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1;
    places.push({ kind, file, line });
  };
  /** @param {ts.Node} node */
  const visit = (node) => {
    if (node.kind === ts.SyntaxKind.AnyKeyword) add("any", node);
    else if (ts.isAsExpression(node)) {
      if (!ts.isConstTypeReference(node.type)) add("cast", node);
    } else if (ts.isTypeAssertionExpression(node)) add("cast", node);
    else if (ts.isNonNullExpression(node)) add("nonNull", node);
    else if (ts.isPropertyDeclaration(node) || ts.isVariableDeclaration(node)) {
      if (node.exclamationToken !== undefined) add("nonNull", node);
    } else if (
      isLibrary &&
      ts.isPropertyAccessExpression(node) &&
      ts.isIdentifier(node.expression) &&
      node.expression.text === "console"
    ) {
      add("console", node);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return places;
}

/** @param {string} [root] */
export function countForbidden(root = ROOT) {
  return sourceFiles(root).flatMap((file) =>
    placesIn(file, readFileSync(path.join(root, file), "utf8")),
  );
}

/**
 * @param {readonly Place[]} places
 * @param {Readonly<Record<string, number>>} limits
 * @returns {{ rises: string[], falls: { kind: string, from: number, to: number }[] }}
 */
export function compare(places, limits) {
  /** @type {string[]} */
  const rises = [];
  const falls = [];
  for (const [kind, advice] of Object.entries(KINDS)) {
    const found = places.filter((place) => place.kind === kind);
    const limit = limits[kind] ?? 0;
    if (found.length > limit) {
      rises.push(`${kind}: ${found.length}, at most ${limit} allowed; ${advice}`);
      rises.push(...found.map(({ file, line }) => `  ${file}:${line}`));
    } else if (found.length < limit) falls.push({ kind, from: limit, to: found.length });
  }
  return { rises, falls };
}

if (isMain(import.meta.url)) {
  const file = path.join(ROOT, "tools/ratchet.json");
  /** @type {Record<string, number>} */
  const limits = JSON.parse(readFileSync(file, "utf8"));
  const { rises, falls } = compare(countForbidden(), limits);
  for (const line of rises) process.stdout.write(`${line}\n`);
  const lower = process.argv.includes("--lower");
  for (const { kind, from, to } of falls) {
    limits[kind] = to;
    process.stdout.write(
      lower
        ? `${kind}: lowered from ${from} to ${to}\n`
        : `${kind}: fell to ${to}. Lower the constant: node tools/ratchet.mjs --lower\n`,
    );
  }
  if (lower) writeFileSync(file, `${JSON.stringify(limits, undefined, 2)}\n`);
  const bad = rises.length > 0 || (falls.length > 0 && !lower);
  if (!bad) process.stdout.write("ratchet: nothing rose\n");
  process.exitCode = bad ? 1 : 0;
}
