// Builds what is published: one small entry that answers --version at once, lazy chunks for the
// verbs, and the page's script and style beside them. Nothing of node_modules is needed at run time.
//   node tools/build.mjs [--no-typecheck]

import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { build, formatMessages } from "esbuild";
import { isMain, ROOT } from "./setup.mjs";
import { filesBelow } from "./source-files.mjs";

/** Entry → where it goes below packages/cli/dist. An entry that does not exist yet is named. */
const CLI_ENTRY = "packages/cli/src/main.ts";
/** Threads of the command: entries of their own, named in dist. */
const THREAD_ENTRIES = {
  "order-thread": "packages/host/src/trace/order-thread.ts",
  "scan-thread": "packages/host/src/trace/scan-thread.ts",
};
/** What the bin loads, as CommonJS. */
const START = { entry: "packages/cli/src/start.ts", file: "start.cjs" };
/**
 * The verb whose start is compared with another tool's: the module with all that it may load, as one script;
 * and what is run to see which of its functions are worth storing as compiled code.
 */
const SCRIPT = {
  entry: "packages/cli/src/verbs/pprof/run.ts",
  name: "pprof",
  profile: "recordings/incident-session-store/snapshot-2/heap.pb.gz",
  runs: [["-top"]],
};
const SCRIPT_HEAD = '(function(require,importHere){"use strict";const module={exports:{}};';
/** What the script shares with other verbs as a chunk, for its size. */
const SHARED_PACKAGE = "@hpcc-js/wasm-graphviz";
const WEB_ENTRIES = [
  { entry: "packages/web/src/client/main.ts", name: "client" },
  { entry: "packages/web/src/client/profile/main.ts", name: "profile" },
];

/**
 * @typedef {{ readonly file: string, readonly bytes: number }} Output
 * @typedef {{ readonly outputs: readonly Output[], readonly absent: readonly string[] }} Bundle
 */

/** @param {string} root */
const distOf = (root) => path.join(root, "packages/cli/dist");
/** @param {string} root */
const stampOf = (root) => path.join(root, "packages/cli/build/bundle-stamp");

/**
 * Hash of everything the bundle is made of. Names, sizes and times, not contents: 5 ms instead of
 * reading every file at each start.
 * @param {string} root
 */
function sourcesHash(root) {
  const files = ["package-lock.json", "tools/build.mjs"];
  for (const name of readdirSync(path.join(root, "packages")).toSorted()) {
    const folder = `packages/${name}`;
    if (existsSync(path.join(root, folder, "package.json"))) files.push(`${folder}/package.json`);
    for (const file of filesBelow(root, `${folder}/src`)) {
      if (!file.endsWith(".test.ts")) files.push(file);
    }
  }
  const hash = createHash("sha256");
  for (const file of files) {
    const { size, mtimeMs } = statSync(path.join(root, file));
    hash.update(`${file}\0${size}\0${mtimeMs}\n`);
  }
  return hash.digest("hex");
}

/** @param {string} [root] */
export function isBundled(root = ROOT) {
  const stamp = stampOf(root);
  return (
    existsSync(path.join(distOf(root), "main.js")) &&
    existsSync(stamp) &&
    readFileSync(stamp, "utf8") === sourcesHash(root)
  );
}

/**
 * What the licence file of a package leaves out: programs that are compiled into it.
 * @type {Readonly<Record<string, string>>}
 */
const WITHIN = {
  "@hpcc-js/wasm-graphviz":
    "It contains Graphviz, under the Eclipse Public License: its text and the source are at\n" +
    "https://gitlab.com/graphviz/graphviz; and Expat, under the MIT License:\n" +
    "https://github.com/libexpat/libexpat.",
};

/**
 * The licences of what the bundle contains, in one file: MIT and its like ask for it.
 * @param {string} root
 * @param {readonly string[]} inputs paths of the bundled files, relative to root
 */
function licencesOf(root, inputs) {
  /** @type {Set<string>} */
  const packages = new Set();
  for (const input of inputs) {
    const match = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(input);
    if (match?.[1] !== undefined) packages.add(match[1]);
  }
  let text = "";
  for (const folder of [...packages].toSorted()) {
    const at = path.join(root, folder);
    const manifest = JSON.parse(readFileSync(path.join(at, "package.json"), "utf8"));
    const file = readdirSync(at).find((name) => /^licen[cs]e/i.test(name));
    if (file === undefined) throw new Error(`${manifest.name} is bundled but has no licence file`);
    text += `${manifest.name} ${manifest.version} (${manifest.license})\n\n`;
    const within = WITHIN[manifest.name];
    if (within !== undefined) text += `${within}\n\n`;
    text += `${readFileSync(path.join(at, file), "utf8").trim()}\n\n`;
  }
  return text;
}

/** The sources cannot be bundled; the message names file and line. */
export class BuildError extends Error {
  /** @param {string} message */
  constructor(message) {
    super(message);
    this.name = "BuildError";
  }
}

/**
 * @param {string} root
 * @param {import("esbuild").BuildOptions} options
 * @returns {Promise<import("esbuild").Metafile>}
 */
async function runEsbuild(root, options) {
  try {
    const { metafile, warnings } = await build({
      ...options,
      absWorkingDir: root,
      bundle: true,
      legalComments: "none",
      metafile: true,
      logLevel: "silent",
    });
    for (const text of await formatMessages(warnings, { kind: "warning" })) {
      process.stderr.write(text);
    }
    return metafile ?? { inputs: {}, outputs: {} };
  } catch (error) {
    if (error instanceof Error && "errors" in error) throw new BuildError(error.message);
    throw error;
  }
}

/** @param {string} root */
function threadEntries(root) {
  const there = Object.entries(THREAD_ENTRIES).filter(([, entry]) =>
    existsSync(path.join(root, entry)),
  );
  return Object.fromEntries(there);
}

/** commander is CommonJS; esbuild turns its require("node:…") into a call of `require`, which an ES module does not have. */
const REQUIRE =
  'import{createRequire}from"node:module";const require=createRequire(import.meta.url);';

/** @type {import("esbuild").BuildOptions} */
const FOR_NODE = {
  format: "esm",
  platform: "node",
  target: "node20.19",
  // Names stay as written, so that a stack trace in a bug report can be read without a source map.
  minifyWhitespace: true,
  minifySyntax: true,
};

/**
 * @param {string} root
 * @param {string} outdir
 * @returns {Promise<string[]>} the bundled files, relative to root
 */
async function bundleCli(root, outdir) {
  const metafile = await runEsbuild(root, {
    ...FOR_NODE,
    entryPoints: { main: CLI_ENTRY, ...threadEntries(root) },
    outdir,
    splitting: true,
    chunkNames: "chunks/[name]-[hash]",
    banner: { js: REQUIRE },
  });
  if (existsSync(path.join(root, START.entry))) await bundleStart(root, outdir, metafile);
  return Object.keys(metafile.inputs);
}

/**
 * The bin's part and the script of SCRIPT. A function around the script takes `require` and, since a script
 * has no `import()` where it was compiled before (Node 20), `importHere`; "use strict" is what it had as a module.
 * @param {string} root
 * @param {string} outdir
 * @param {import("esbuild").Metafile} modules
 */
async function bundleStart(root, outdir, { outputs }) {
  const shared = Object.keys(outputs).find((file) =>
    outputs[file]?.entryPoint?.includes(`/${SHARED_PACKAGE}/`),
  );
  const places = new Map([["./main.ts", "./main.js"]]);
  if (shared !== undefined) places.set(SHARED_PACKAGE, `./chunks/${path.basename(shared)}`);
  /** @type {import("esbuild").Plugin} */
  const beside = {
    name: "beside",
    setup(bundler) {
      bundler.onResolve({ filter: /^\.\/main\.ts$|^@/ }, ({ path: file }) => {
        const place = places.get(file);
        return place === undefined ? undefined : { path: place, external: true };
      });
    },
  };
  await runEsbuild(root, {
    ...FOR_NODE,
    format: "cjs",
    entryPoints: [START.entry],
    outfile: path.join(outdir, START.file),
    plugins: [beside],
  });
  const script = path.join(outdir, `${SCRIPT.name}.cjs`);
  const { outputs: scripts } = await runEsbuild(root, {
    ...FOR_NODE,
    format: "cjs",
    entryPoints: [SCRIPT.entry],
    outfile: script,
    plugins: [beside],
    banner: { js: SCRIPT_HEAD },
    footer: { js: "return module.exports})" },
  });
  const built = readFileSync(script, "utf8");
  // Ours must be the only one: a function of this name would take the place of the parameter.
  if (/\bimportHere\b/.test(built.slice(SCRIPT_HEAD.length))) {
    throw new BuildError("the name importHere is taken");
  }
  let text = built;
  for (const { path: place, kind } of Object.values(scripts).flatMap(({ imports }) => imports)) {
    if (kind !== "dynamic-import") continue;
    text = text.replaceAll(
      `import(${JSON.stringify(place)})`,
      `importHere(${JSON.stringify(place)})`,
    );
  }
  writeFileSync(script, inAscii(text));
  storeCode(root, outdir, script);
}

/**
 * esbuild escapes what is beyond ASCII in strings and names, but not in regular expressions.
 * @param {string} text
 */
const inAscii = (text) =>
  text.replace(
    /[\u0080-\uffff]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );

/**
 * Stores what V8 compiles of the script while it runs, for start.ts. A process of its own does it, with no
 * flags but Node's: V8 refuses code that was made with other ones.
 * @param {string} root
 * @param {string} outdir
 * @param {string} script
 */
function storeCode(root, outdir, script) {
  const profile = path.join(root, SCRIPT.profile);
  const runs = SCRIPT.runs.map((args) => [...args, profile]);
  const name = `${SCRIPT.name}-${process.version}-${process.platform}-${process.arch}.code`;
  const { status, stderr } = spawnSync(
    process.execPath,
    [
      path.join(ROOT, "tools/store-code.mjs"),
      script,
      path.join(outdir, name),
      JSON.stringify(runs),
    ],
    { encoding: "utf8", env: { ...process.env, NODE_OPTIONS: "", NODE_V8_COVERAGE: "" } },
  );
  if (status !== 0) throw new BuildError(`the built ${SCRIPT.name} does not run: ${stderr}`);
}

/**
 * @param {string} root
 * @param {string} outdir
 * @param {{ entry: string, name: string }} asset
 */
async function bundleWeb(root, outdir, { entry, name }) {
  const { inputs } = await runEsbuild(root, {
    entryPoints: { [name]: entry },
    outdir: path.join(outdir, "web"),
    format: "iife",
    platform: "browser",
    target: "es2022",
    minify: true,
    charset: "utf8",
  });
  return Object.keys(inputs);
}

/**
 * Puts a finished folder in place of the old one: a command that starts meanwhile finds either the
 * old build or the new one, never half of one.
 * @param {string} fresh
 * @param {string} dist
 */
function swap(fresh, dist) {
  const old = `${fresh}-old`;
  if (existsSync(dist)) renameSync(dist, old);
  renameSync(fresh, dist);
  rmSync(old, { recursive: true, force: true });
}

/**
 * @param {string} [root]
 * @returns {Promise<Bundle>}
 */
export async function bundle(root = ROOT) {
  const hash = sourcesHash(root);
  const absent = [CLI_ENTRY, ...WEB_ENTRIES.map(({ entry }) => entry)].filter(
    (entry) => !existsSync(path.join(root, entry)),
  );
  if (absent.includes(CLI_ENTRY)) return { outputs: [], absent };

  const stamp = stampOf(root);
  mkdirSync(path.dirname(stamp), { recursive: true });
  const fresh = mkdtempSync(path.join(path.dirname(stamp), "dist-"));
  // mkdtemp makes a folder for its owner alone; a build is for everyone who may read the checkout.
  chmodSync(fresh, 0o755);
  const dist = distOf(root);
  try {
    const inputs = await bundleCli(root, fresh);
    for (const asset of WEB_ENTRIES) {
      if (!absent.includes(asset.entry)) inputs.push(...(await bundleWeb(root, fresh, asset)));
    }
    const licences = licencesOf(root, inputs);
    if (licences !== "") writeFileSync(path.join(fresh, "THIRD-PARTY-LICENSES.txt"), licences);
    swap(fresh, dist);
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
  writeFileSync(stamp, hash);
  const outputs = filesBelow(dist, ".").map((file) => ({
    file,
    bytes: statSync(path.join(dist, file)).size,
  }));
  return { outputs, absent };
}

/** @param {Bundle} result */
function describe({ outputs, absent }) {
  const width = Math.max(0, ...outputs.map(({ file }) => file.length));
  let total = 0;
  let text = "";
  for (const { file, bytes } of outputs) {
    total += bytes;
    text += `  ${file.padEnd(width)}  ${(bytes / 1024).toFixed(1).padStart(8)} KiB\n`;
  }
  if (outputs.length > 0) {
    text = `packages/cli/dist\n${text}  ${"".padEnd(width)}  ${(total / 1024).toFixed(1).padStart(8)} KiB\n`;
  }
  for (const entry of absent) text += `not built: ${entry} does not exist\n`;
  return text;
}

if (isMain(import.meta.url)) {
  if (!process.argv.includes("--no-typecheck")) {
    const tsc = path.join(ROOT, "node_modules/typescript/bin/tsc");
    const { status } = spawnSync(process.execPath, [tsc, "-b"], { cwd: ROOT, stdio: "inherit" });
    if (status !== 0) process.exit(status ?? 1);
  }
  try {
    process.stdout.write(describe(await bundle()));
  } catch (error) {
    if (!(error instanceof BuildError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}
