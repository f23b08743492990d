// Finds the codes that sources hand to a log, a note or an error, and the parameters they carry: with
// the compiler's own parser, so that a code in a comment is none and one over three lines is found.

import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import ts from "typescript";

export interface CodeSite {
  readonly code: string;
  /** Path under packages/ and line, for the message of a failing test. */
  readonly at: string;
  /** The function it is handed to, or the property that it is the value of. */
  readonly by: string | undefined;
  /** Names of the parameters; undefined where they are not written beside the code. */
  readonly params: readonly string[] | undefined;
}

export function sourceFiles(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((e) => e.isFile() && e.name.endsWith(".ts") && !e.name.endsWith(".test.ts"))
    .map((e) => path.join(e.parentPath, e.name))
    .sort();
}

/** Every string of `folder` that `isCode` accepts. */
export function codesIn(folder: string, isCode: (text: string) => boolean): CodeSite[] {
  return sourceFiles(folder).flatMap((file) => codesOfFile(file, isCode));
}

function codesOfFile(file: string, isCode: (text: string) => boolean): CodeSite[] {
  const source = ts.createSourceFile(
    file,
    readFileSync(file, "utf8"),
    ts.ScriptTarget.Latest,
    true,
  );
  const constants = constantsOf(source);
  const sites: CodeSite[] = [];
  const visit = (node: ts.Node): void => {
    const text = textOf(node, constants);
    if (text !== undefined && isCode(text)) {
      const { line } = source.getLineAndCharacterOfPosition(node.getStart());
      sites.push({
        code: text,
        at: `${file.replace(/^.*\/packages\//, "")}:${line + 1}`,
        ...useOf(node),
      });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return sites;
}

/** `const ID = "smaps"` at the top of a file. */
function constantsOf(source: ts.SourceFile): Map<string, string> {
  const constants = new Map<string, string>();
  for (const statement of source.statements) {
    if (!ts.isVariableStatement(statement)) continue;
    for (const { name, initializer } of statement.declarationList.declarations) {
      if (ts.isIdentifier(name) && initializer !== undefined && ts.isStringLiteral(initializer)) {
        constants.set(name.text, initializer.text);
      }
    }
  }
  return constants;
}

/** A literal, or a template of literals and constants; what is not known is written `*`. */
function textOf(node: ts.Node, constants: ReadonlyMap<string, string>): string | undefined {
  if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) return node.text;
  if (!ts.isTemplateExpression(node)) return undefined;
  return node.templateSpans.reduce((text, { expression, literal }) => {
    const known = ts.isIdentifier(expression) ? constants.get(expression.text) : undefined;
    return text + (known ?? "*") + literal.text;
  }, node.head.text);
}

/** Parameters: the object behind the code in the same call, or the property `params` beside it. */
function useOf(node: ts.Node): Pick<CodeSite, "by" | "params"> {
  let inner = node;
  let outer = node.parent;
  while (ts.isConditionalExpression(outer) || ts.isParenthesizedExpression(outer)) {
    inner = outer;
    outer = outer.parent;
  }
  if (ts.isPropertyAssignment(outer) && ts.isObjectLiteralExpression(outer.parent)) {
    const beside = outer.parent.properties.find(
      (p) => ts.isPropertyAssignment(p) && p.name.getText() === "params",
    );
    return {
      by: outer.name.getText(),
      params:
        beside !== undefined && ts.isPropertyAssignment(beside)
          ? namesOf(beside.initializer)
          : undefined,
    };
  }
  if (!ts.isCallExpression(outer) && !ts.isNewExpression(outer)) {
    return { by: undefined, params: undefined };
  }
  const by = /[#\w]+$/.exec(outer.expression.getText())?.[0];
  const behind = (outer.arguments ?? []).slice(
    (outer.arguments ?? []).findIndex((a) => a === inner) + 1,
  );
  const object = behind.find((a) => ts.isObjectLiteralExpression(a));
  if (object !== undefined) return { by, params: namesOf(object) };
  // `log.add(code, severity, params)` with parameters that were made elsewhere.
  return { by, params: behind.some((a) => ts.isIdentifier(a)) ? undefined : [] };
}

function namesOf(node: ts.Expression): string[] | undefined {
  if (!ts.isObjectLiteralExpression(node)) return undefined;
  const names: string[] = [];
  for (const p of node.properties) {
    if (ts.isSpreadAssignment(p)) {
      // `...(x === undefined ? {} : { gzip: x })`: it may be there.
      const collect = (inner: ts.Node): void => {
        if (ts.isObjectLiteralExpression(inner)) names.push(...(namesOf(inner) ?? []));
        else ts.forEachChild(inner, collect);
      };
      collect(p.expression);
    } else if (p.name !== undefined) names.push(p.name.getText());
  }
  return names;
}
