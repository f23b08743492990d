// Facts about the tree that nothing else would notice until a user does.

import { existsSync, readFileSync, readdirSync } from "node:fs";
import path from "node:path";
import ts from "typescript";
import { describe, expect, it } from "vitest";
import { ROOT } from "../setup.mjs";
import { sourceFiles } from "../source-files.mjs";

interface Manifest {
  readonly name?: string;
  readonly version?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly resolved?: string;
  readonly link?: boolean;
}

const read = (file: string): string => readFileSync(path.join(ROOT, file), "utf8");
const manifestAt = (file: string): Manifest => JSON.parse(read(file));

/** A tsconfig.json, comments allowed. */
function configAt(file: string): { readonly references: readonly { readonly path: string }[] } {
  return ts.parseConfigFileTextToJson(file, read(file)).config;
}

const packages = readdirSync(path.join(ROOT, "packages")).filter((name) =>
  existsSync(path.join(ROOT, "packages", name, "package.json")),
);
const manifests = ["package.json", ...packages.map((name) => `packages/${name}/package.json`)];

describe("dependencies", () => {
  it("core has none", () => {
    const core = manifestAt("packages/core/package.json");
    expect(Object.keys(core).filter((key) => /dependencies$/i.test(key))).toEqual([]);
  });

  it("a user of the command installs none", () => {
    const cli = manifestAt("packages/cli/package.json");
    expect([cli.dependencies, cli.optionalDependencies, cli.peerDependencies]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  it.each(manifests)("%s pins exact versions", (file) => {
    const { dependencies, devDependencies, optionalDependencies } = manifestAt(file);
    const all = { ...dependencies, ...devDependencies, ...optionalDependencies };
    const loose = Object.entries(all).filter(
      ([, range]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(range),
    );
    expect(loose).toEqual([]);
  });

  it("each one is explained in docs/DEPENDENCIES.md", () => {
    const explained = read("docs/DEPENDENCIES.md");
    const names = manifests.flatMap((file) => {
      const { dependencies, devDependencies, optionalDependencies } = manifestAt(file);
      return Object.keys({ ...dependencies, ...devDependencies, ...optionalDependencies });
    });
    const foreign = names.filter((name) => !name.startsWith("@heapwright/"));
    expect(foreign.length).toBeGreaterThan(5);
    expect(foreign.filter((name) => !explained.includes(`\`${name}\``))).toEqual([]);
  });
});

describe("package-lock.json", () => {
  const lock: { readonly packages: Readonly<Record<string, Manifest>> } = JSON.parse(
    read("package-lock.json"),
  );

  it("names no host that packages came from", () => {
    const withHost = Object.entries(lock.packages).filter(
      ([, entry]) => entry.resolved !== undefined && entry.link !== true,
    );
    expect(withHost.map(([name]) => name)).toEqual([]);
  });

  // A lock file written on Linux once lacked the macOS and Windows builds, and `npm ci` failed there.
  it.each(["esbuild", "oxlint", "oxfmt", "oxlint-tsgolint", "rolldown"])(
    "holds every platform's build of %s",
    (name) => {
      const at = `node_modules/${name}`;
      const builds = Object.keys(lock.packages[at]?.optionalDependencies ?? {});
      expect(builds.length).toBeGreaterThan(4);
      const missing = builds.filter(
        (build) =>
          lock.packages[`node_modules/${build}`] === undefined &&
          lock.packages[`${at}/node_modules/${build}`] === undefined,
      );
      expect(missing).toEqual([]);
    },
  );
});

describe("compiler settings", () => {
  it("core sees neither Node nor a page", () => {
    const { options } = ts.parseJsonConfigFileContent(
      configAt("packages/core/tsconfig.json"),
      ts.sys,
      path.join(ROOT, "packages/core"),
    );
    expect(options.types).toEqual([]);
    expect(options.lib).toEqual(["lib.es2023.d.ts"]);
  });

  it("every project is part of one `tsc -b`", () => {
    const { references } = configAt("tsconfig.json");
    const listed = references.map((reference) => reference.path.replace(/\/tsconfig\.json$/, ""));
    const present = packages.flatMap((name) =>
      readdirSync(path.join(ROOT, "packages", name))
        .filter((file) => /^tsconfig(\.\w+)?\.json$/.test(file))
        .map((file) => `packages/${name}/${file}`.replace(/\/tsconfig\.json$/, "")),
    );
    expect(listed.toSorted()).toEqual([...present, "tools", "lab"].toSorted());
  });
});

describe("documents", () => {
  const documents = sourceFiles(ROOT, ["docs", "packages", "tools", "lab", "recordings"], /\.md$/);
  documents.push(...readdirSync(ROOT).filter((file) => file.endsWith(".md")));

  it("name no path of somebody's machine", () => {
    expect(documents).toContain("README.md");
    const machinePath =
      /(?:^|[\s"'`(])(?:\/(?:root|work|home\/\w+|Users\/\w+)\/|[A-Z]:\\Users\\)\S*/g;
    const found = documents.flatMap((file) =>
      [...read(file).matchAll(machinePath)].map((match) => `${file}: ${match[0].trim()}`),
    );
    expect(found).toEqual([]);
  });

  it("link only to files that exist", () => {
    const broken = documents.flatMap((file) =>
      [...read(file).matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)/g)]
        .map((match) => match[1] ?? "")
        .filter((target) => !existsSync(path.join(ROOT, path.dirname(file), target)))
        .map((target) => `${file}: ${target}`),
    );
    expect(broken).toEqual([]);
  });

  it("carry one licence, the same for the repository and for what is published", () => {
    expect(read("packages/cli/LICENSE")).toBe(read("LICENSE"));
    expect(read("LICENSE")).toMatch(/Apache License\s+Version 2\.0/);
  });
});
