// The walls of the house. One compile environment per package lets any folder import any other, and
// npm hoists workspaces, so that even an undeclared sibling package resolves; this check is what
// keeps data flowing one way. The tables below are the design; docs/ARCHITECTURE.md explains them.
//   node tools/check-imports.mjs

import { existsSync, readFileSync, readdirSync } from "node:fs";
import path from "node:path";
import ts from "typescript";
import { isMain, ROOT } from "./setup.mjs";
import { sourceFiles } from "./source-files.mjs";

/**
 * Which package may import which, and whether it may use Node. An edge has to stand here, in
 * package.json and in tsconfig.json's references: all three or none.
 * @type {Readonly<Record<string, { may: readonly string[], node: boolean }>>}
 */
const PACKAGES = {
  core: { may: [], node: false },
  host: { may: ["core"], node: true },
  web: { may: ["core"], node: false },
  cli: { may: ["core", "host", "web"], node: true },
};

/** Folders of core in import order: a folder imports only from rows above its own. */
const CORE_LAYERS = [
  ["model"],
  ["goruntime", "jvm"],
  ["formats"],
  ["evidence"],
  ["analysis"],
  ["rules"],
  ["verdict"],
  ["pictures"],
  ["report"],
];

/** Folders whose subfolders do not know each other, how deep those lie, and who may know them all. */
const SIBLINGS = [
  { folder: "formats", depth: 1, registry: "formats/registry.ts" },
  { folder: "rules", depth: 2, registry: "rules/catalog.ts" },
];

/** Only these may see formats; everything behind them works on the tables of model/tables. */
const KNOWS_FORMATS = new Set(["formats", "evidence"]);

/**
 * What must not be loaded before it is needed: from `entry`, following imports (`through`: which
 * kinds), no file below `never` may be reached except by way of `gate`.
 */
const CLOSURES = [
  {
    entry: "packages/cli/src/main.ts",
    through: ["static"],
    never: ["packages/host/src/", "packages/web/src/"],
    gate: undefined,
    why: "host and web are loaded by dynamic import, so that --version and --help start at once",
  },
  {
    entry: "packages/web/src/client/main.ts",
    through: ["static", "dynamic"],
    never: ["packages/core/src/formats/"],
    gate: "packages/web/src/worker/",
    why: "the page parses in its worker; parsing would block the page",
  },
  {
    entry: "packages/web/src/client/profile/main.ts",
    through: ["static", "dynamic"],
    never: ["packages/core/src/formats/"],
    gate: undefined,
    why: "the page of a profile gets a picture that was made where the file was read",
  },
];

/**
 * @typedef {"static" | "dynamic" | "type"} ImportKind
 * @typedef {{ specifier: string, line: number, kind: ImportKind }} Import
 * @typedef {{ file: string, line: number, message: string }} Violation
 */

/**
 * @param {string} name
 * @param {string} text
 * @returns {Import[]}
 */
export function importsOf(name, text) {
  const source = ts.createSourceFile(name, text, ts.ScriptTarget.ES2023, false);
  /** @type {Import[]} */
  const found = [];
  /** @type {(node: ts.Node, literal: ts.Node | undefined, kind: ImportKind) => void} */
  const add = (node, literal, kind) => {
    if (literal === undefined || !ts.isStringLiteralLike(literal)) return;
    const line = source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1;
    found.push({ specifier: literal.text, line, kind });
  };
  /** @param {ts.Node} node */
  const visit = (node) => {
    if (ts.isImportDeclaration(node)) {
      const isType = node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword;
      add(node, node.moduleSpecifier, isType ? "type" : "static");
    } else if (ts.isExportDeclaration(node)) {
      add(node, node.moduleSpecifier, node.isTypeOnly ? "type" : "static");
    } else if (ts.isImportTypeNode(node)) {
      if (ts.isLiteralTypeNode(node.argument)) add(node, node.argument.literal, "type");
    } else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      add(node, node.arguments[0], "dynamic");
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/** @param {string} file */
const isTest = (file) => file.endsWith(".test.ts") || /^packages\/[^/]+\/test\//.test(file);

/** @param {string} file */
const packageOf = (file) => /^packages\/([^/]+)\//.exec(file)?.[1];

/**
 * File that an import leads to, relative to root; undefined for a package of npm or Node.
 * @param {string} file
 * @param {string} specifier
 */
function targetOf(file, specifier) {
  if (specifier.startsWith(".")) return path.posix.join(path.posix.dirname(file), specifier);
  const own = /^@heapwright\/([^/]+)(?:\/(.*))?$/.exec(specifier);
  return own === null ? undefined : `packages/${own[1]}/src/${own[2] ?? ""}`;
}

/**
 * The folder that `file` shares with nobody: `formats/pprof` of `formats/pprof/read.ts`, undefined
 * for a file that lies above that depth and so belongs to all.
 * @param {string} inCore path below packages/core/src
 * @param {{ folder: string, depth: number }} siblings
 */
function siblingOf(inCore, { folder, depth }) {
  const parts = inCore.split("/");
  return parts[0] === folder && parts.length > depth + 1
    ? parts.slice(0, depth + 1).join("/")
    : undefined;
}

/**
 * @param {string} from path below packages/core/src
 * @param {string} to path below packages/core/src
 * @returns {string | undefined} what is wrong with it
 */
export function coreEdgeProblem(from, to) {
  const fromFolder = from.split("/")[0] ?? "";
  const toFolder = to.split("/")[0] ?? "";
  /** @param {string} folder */
  const layerOf = (folder) => CORE_LAYERS.findIndex((row) => row.includes(folder));
  if (layerOf(fromFolder) === -1 || !from.includes("/")) return `${from} is in no layer of core`;
  if (layerOf(toFolder) === -1 || !to.includes("/")) return `${to} is in no layer of core`;
  if (fromFolder !== toFolder) {
    if (layerOf(toFolder) >= layerOf(fromFolder)) {
      return `${fromFolder} must not import ${toFolder}: core's folders go ${CORE_LAYERS.map((row) => row.join(", ")).join(" → ")}`;
    }
    if (toFolder === "formats" && !KNOWS_FORMATS.has(fromFolder)) {
      return `${fromFolder} must not import formats: it works on the tables of model/tables`;
    }
    return undefined;
  }
  for (const siblings of SIBLINGS) {
    if (from === siblings.registry) continue;
    if (to === siblings.registry && siblingOf(from, siblings) !== undefined) {
      return `${from} must not import ${to}, which imports it`;
    }
    const target = siblingOf(to, siblings);
    if (target !== undefined && target !== siblingOf(from, siblings)) {
      return `${from} must not import its sibling ${target}; only ${siblings.registry} knows them all`;
    }
  }
  return undefined;
}

/**
 * @param {string} root
 * @param {string} file
 * @returns {unknown}
 */
const readJson = (root, file) => JSON.parse(readFileSync(path.join(root, file), "utf8"));

/**
 * @param {unknown} value
 * @param {string} key
 * @returns {string[]}
 */
function keysOf(value, key) {
  if (typeof value !== "object" || value === null) return [];
  const member = Object.entries(value).find(([name]) => name === key)?.[1];
  return typeof member === "object" && member !== null ? Object.keys(member) : [];
}

/**
 * @param {string} root
 * @param {string} name
 * @returns {Violation[]}
 */
function checkDeclarations(root, name) {
  const wanted = (PACKAGES[name]?.may ?? []).toSorted();
  const manifestFile = `packages/${name}/package.json`;
  const manifest = readJson(root, manifestFile);
  const declared = [...keysOf(manifest, "dependencies"), ...keysOf(manifest, "devDependencies")]
    .filter((dependency) => dependency.startsWith("@heapwright/"))
    .map((dependency) => dependency.slice("@heapwright/".length))
    .toSorted();
  const configFile = `packages/${name}/tsconfig.json`;
  const { config } = ts.parseConfigFileTextToJson(
    configFile,
    readFileSync(path.join(root, configFile), "utf8"),
  );
  /** @type {{ path: string }[]} */
  const references = config.references ?? [];
  const referenced = references.map((reference) => path.posix.basename(reference.path)).toSorted();
  return [
    { file: manifestFile, what: "depends on", names: declared },
    { file: configFile, what: "references", names: referenced },
  ]
    .filter(({ names }) => names.join() !== wanted.join())
    .map(({ file, what, names }) => ({
      file,
      line: 1,
      message: `${what} [${names.join(", ")}] but the table of packages says [${wanted.join(", ")}]`,
    }));
}

/**
 * @param {string} root
 * @param {string} file
 * @param {Import} imported
 * @returns {string | undefined}
 */
function importProblem(root, file, { specifier }) {
  const from = packageOf(file) ?? "";
  const inTest = isTest(file);
  const rules = PACKAGES[from];
  if (rules === undefined) return `package ${from} is not in the table of packages`;

  const target = targetOf(file, specifier);
  if (target === undefined) {
    if (inTest) return undefined;
    if (specifier.startsWith("node:")) {
      return rules.node
        ? undefined
        : `${from} must not import ${specifier}: it also runs in browsers`;
    }
    const manifest = readJson(root, `packages/${from}/package.json`);
    const name = /^(@[^/]+\/[^/]+|[^/]+)/.exec(specifier)?.[0] ?? specifier;
    const isDeclared = ["dependencies", "devDependencies"].some((key) =>
      keysOf(manifest, key).includes(name),
    );
    return isDeclared ? undefined : `${name} is not declared in packages/${from}/package.json`;
  }

  const to = packageOf(target) ?? "";
  if (!/\.(ts|css|json)$/.test(specifier)) return `${specifier} must name the file, with .ts`;
  if (!existsSync(path.join(root, target))) return `${specifier} leads to ${target}: no such file`;
  if (!inTest && isTest(target)) return `${specifier} is a test`;
  if (to !== from) {
    if (specifier.startsWith(".")) return `${specifier} leaves its package: @heapwright/${to}/…`;
    if (!rules.may.includes(to)) return `${from} must not import ${to}`;
    if (to === "web" && !/^packages\/web\/src\/render(\/|\.ts$)/.test(target) && !inTest) {
      return `${specifier}: only web's render entry is for other packages`;
    }
  } else if (specifier.startsWith("@heapwright/")) {
    return `${specifier} is its own package: use a relative path`;
  }
  if (
    from === "web" &&
    target.startsWith("packages/core/src/formats/") &&
    !file.startsWith("packages/web/src/worker/") &&
    !inTest
  ) {
    return `${specifier}: formats belong into web's worker`;
  }
  if (from === "core" && to === "core" && !inTest) {
    const prefix = "packages/core/src/";
    if (!target.startsWith(prefix)) return `${specifier} leaves src`;
    return coreEdgeProblem(file.slice(prefix.length), target.slice(prefix.length));
  }
  return undefined;
}

/**
 * @param {ReadonlyMap<string, readonly Import[]>} graph
 * @param {typeof CLOSURES[number]} closure
 * @returns {Violation[]}
 */
function checkClosure(graph, { entry, through, never, gate, why }) {
  /** @type {Map<string, string>} file → who imported it first */
  const reachedFrom = new Map([[entry, ""]]);
  const queue = [entry];
  for (const file of queue) {
    for (const imported of graph.get(file) ?? []) {
      const target = targetOf(file, imported.specifier);
      if (target === undefined || !through.includes(imported.kind)) continue;
      if (reachedFrom.has(target) || (gate !== undefined && target.startsWith(gate))) continue;
      reachedFrom.set(target, file);
      if (never.some((prefix) => target.startsWith(prefix))) {
        const chain = [target];
        for (let at = file; at !== ""; at = reachedFrom.get(at) ?? "") chain.unshift(at);
        return [{ file, line: imported.line, message: `${chain.join(" → ")}: ${why}` }];
      }
      queue.push(target);
    }
  }
  return [];
}

/**
 * @param {string} [root]
 * @returns {{ violations: Violation[], files: number, imports: number }}
 */
export function checkImports(root = ROOT) {
  /** @type {Violation[]} */
  const violations = [];
  for (const entry of readdirSync(path.join(root, "packages"), { withFileTypes: true })) {
    if (!entry.isDirectory() || PACKAGES[entry.name] === undefined) continue;
    if (existsSync(path.join(root, "packages", entry.name, "package.json"))) {
      violations.push(...checkDeclarations(root, entry.name));
    }
  }
  /** @type {Map<string, Import[]>} */
  const graph = new Map();
  let count = 0;
  for (const file of sourceFiles(root, ["packages"])) {
    if (!/^packages\/[^/]+\/(src|test)\/.*\.ts$/.test(file)) continue;
    const imports = importsOf(file, readFileSync(path.join(root, file), "utf8"));
    graph.set(file, imports);
    count += imports.length;
    for (const imported of imports) {
      const message = importProblem(root, file, imported);
      if (message !== undefined) violations.push({ file, line: imported.line, message });
    }
  }
  for (const closure of CLOSURES) violations.push(...checkClosure(graph, closure));
  return { violations, files: graph.size, imports: count };
}

if (isMain(import.meta.url)) {
  const { violations, files, imports } = checkImports();
  for (const { file, line, message } of violations) {
    process.stdout.write(`${file}:${line}  ${message}\n`);
  }
  process.stdout.write(
    `imports: ${files} files, ${imports} imports, ${violations.length} violations\n`,
  );
  process.exitCode = violations.length > 0 ? 1 : 0;
}
