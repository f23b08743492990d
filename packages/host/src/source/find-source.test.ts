// Sources on disk: a module cache, a toolchain, GOROOT, folders of the user, and what must not be read.

import { execFileSync } from "node:child_process";
import { mkdirSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { temporaryFolder } from "../../test/temporary.ts";
import { sourceFinder, type SourceOutcome } from "./find-source.ts";
import { MAX_SOURCE_BYTES, readSourceFile } from "./read-source.ts";

interface Disk {
  readonly root: string;
  readonly put: (name: string, text?: string) => string;
  readonly find: (name: string, folders?: readonly string[]) => SourceOutcome;
}

function disk(): Disk {
  const root = temporaryFolder();
  const put = (name: string, text = `// ${name}\n`): string => {
    const file = path.join(root, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
    return file;
  };
  put("goroot/src/runtime/malloc.go");
  put("goroot/VERSION", "go1.26.8\ntime 2026-08-06T00:00:00Z\n");
  mkdirSync(path.join(root, "work"), { recursive: true });
  return {
    root,
    put,
    find: (name, folders = []) =>
      sourceFinder({
        folders: folders.map((folder) => path.join(root, folder)),
        goVersion: "go1.25.3",
        environment: {
          HOME: path.join(root, "home"),
          GOROOT: path.join(root, "goroot"),
          GOMODCACHE: path.join(root, "mod"),
          GOENV: "off",
        },
        workingFolder: path.join(root, "work"),
        usualGoroots: [],
      })(name),
  };
}

describe("sources are found", () => {
  it("in the module cache, escaped as it is on disk", () => {
    const { put, find } = disk();
    put("mod/github.com/!azure/sdk@v1.2.3/Blob/put.go", "package blob\n");
    for (const name of [
      "github.com/Azure/sdk@v1.2.3/Blob/put.go",
      "/home/other/go/pkg/mod/github.com/!azure/sdk@v1.2.3/Blob/put.go",
    ]) {
      expect(find(name)).toMatchObject({ text: "package blob\n", origin: "module-cache" });
    }
    expect(find("github.com/Azure/sdk@v1.2.4/Blob/put.go")).toMatchObject({ problem: "missing" });
  });

  it("in the toolchain of the program's version, else in the installed Go, and which it was", () => {
    const { put, find } = disk();
    const system = process.platform;
    const architecture = process.arch === "x64" ? "amd64" : process.arch;
    expect(find("/opt/go/src/runtime/malloc.go")).toMatchObject({
      origin: "goroot",
      goVersion: "go1.26.8",
    });
    const folder = `mod/golang.org/toolchain@v0.0.1-go1.25.3.${system}-${architecture}`;
    put(`${folder}/src/runtime/malloc.go`, "of 1.25.3");
    for (const name of ["/opt/go/src/runtime/malloc.go", "runtime/malloc.go"]) {
      expect(find(name)).toMatchObject({
        text: "of 1.25.3",
        origin: "toolchain",
        goVersion: "go1.25.3",
      });
    }
  });

  it("where go.mod replaces a module, in a vendor folder, and in a workspace", () => {
    const { put, find } = disk();
    put(
      "work/go.mod",
      `module shop
require (
	example.org/kv v0.0.0 // indirect
)
replace example.org/kv => ./local/kv
replace (
	example.org/fork v1.0.0 => example.org/Mine v1.2.0
	"example.org/up" => ../up
)
`,
    );
    put("work/local/kv/kv.go", "package kv\n");
    put("mod/example.org/!mine@v1.2.0/a/f.go", "package a\n");
    put("up/u.go", "package up\n");
    put("work/vendor/example.org/ven/v.go", "package ven\n");
    put("work/cart/cart.go", "package cart\n");
    for (const [name, text] of [
      ["example.org/kv@v0.0.0/kv.go", "package kv\n"],
      ["example.org/fork@v1.0.0/a/f.go", "package a\n"],
      ["example.org/up@v0.0.0-00010101000000-000000000000/u.go", "package up\n"],
      ["example.org/ven@v1.4.0/v.go", "package ven\n"],
      // No dot in the module's name, as in one of the standard library.
      ["shop/cart/cart.go", "package cart\n"],
    ] as const) {
      expect(find(name), name).toMatchObject({ text, origin: "working-folder" });
    }
    // Somebody else's working folder, named.
    put("other/a/go.mod", "module example.org/a\n");
    put("other/go.work", "go 1.26\n\nuse (\n\t./a\n\t./b\n)\n");
    put("other/b/go.mod", "module example.org/b\nreplace example.org/c => ../c\n");
    put("other/b/b.go", "package b\n");
    put("other/c/c.go", "package c\n");
    for (const folder of ["other", "other/a"]) {
      expect(find("example.org/b/b.go", [folder])).toMatchObject({ text: "package b\n" });
      expect(find("example.org/c@v0.1.0/c.go", [folder])).toMatchObject({ text: "package c\n" });
    }
    // A checkout of the dependency itself.
    put("checkout/go.mod", "module example.org/dep\n");
    put("checkout/d/d.go", "package d\n");
    expect(find("example.org/dep@v1.0.0/d/d.go", ["checkout"])).toMatchObject({
      origin: "source-folder",
    });
    expect(find("example.org/dep@v1.0.0/d/d.go")).toMatchObject({ problem: "missing" });
  });

  it("a replacement leads to no file outside of it", () => {
    const { put, find } = disk();
    put("work/go.mod", "module m\nreplace example.org/kv => ./kv\n");
    put("secret.go", "package secret\n");
    expect(find("example.org/kv@v0.0.0/../../secret.go")).toMatchObject({ problem: "missing" });
  });

  it("in a folder that the user names, by its module, wherever in it the folder lies", () => {
    const { put, find } = disk();
    put("src/shop/go.mod", "module example.com/shop // a comment\n\ngo 1.26\n");
    put("src/shop/store/table.go", "package store\n");
    for (const name of ["example.com/shop/store/table.go", "/build/shop/store/table.go"]) {
      for (const folder of ["src/shop", "src/shop/store"]) {
        expect(find(name, [folder])).toMatchObject({
          text: "package store\n",
          origin: "source-folder",
        });
      }
    }
    expect(find("example.com/shop/store/table.go")).toMatchObject({ problem: "missing" });
  });

  it("at the very path that is stated", () => {
    const { put, find } = disk();
    const file = put("anywhere/main.go", "package main\n");
    expect(find(file)).toMatchObject({ text: "package main\n", origin: "stated", path: file });
  });

  it("what was tried is told", () => {
    const { root, find } = disk();
    expect(find("net/http/server.go")).toMatchObject({
      problem: "missing",
      tried: expect.arrayContaining([path.join(root, "goroot/src/net/http/server.go")]),
    });
  });
});

describe("nothing else is read", () => {
  it("no way out of a folder, neither by name nor by a link", () => {
    const { root, put, find } = disk();
    const secret = put("secret/key.go", "secret");
    mkdirSync(path.join(root, "src/shop"), { recursive: true });
    symlinkSync(secret, path.join(root, "src/shop/key.go"));
    symlinkSync(path.join(root, "secret"), path.join(root, "src/shop/linked"));
    const names = [
      "../secret/key.go",
      "x/../../secret/key.go",
      "key.go",
      "linked/key.go",
      "/build/linked/key.go",
      "github.com/x/y@v1.0.0/../../../../secret/key.go",
    ];
    for (const name of names) {
      expect(find(name, ["src/shop"]), name).toMatchObject({ problem: "missing" });
    }
  });

  it("no file that is no source, no device, no pipe, nothing enormous", () => {
    const { root, put, find } = disk();
    for (const name of ["/etc/passwd", "/dev/zero", put("id_rsa", "key"), put("a.go.env", "x")]) {
      expect(find(name)).toEqual({ problem: "not-source", tried: [] });
    }
    const large = put("large.go", "");
    truncateSync(large, MAX_SOURCE_BYTES + 1);
    expect(find(large)).toMatchObject({ problem: "too-large" });
    mkdirSync(path.join(root, "folder.go"));
    expect(find(path.join(root, "folder.go"))).toMatchObject({ problem: "not-a-file" });
    if (process.platform !== "win32") {
      const pipe = path.join(root, "pipe.go");
      execFileSync("mkfifo", [pipe]);
      // Would wait for a writer for ever.
      expect(find(pipe)).toMatchObject({ problem: "not-a-file" });
      expect(readSourceFile(pipe)).toEqual({ error: `open ${pipe}: not a regular file` });
    }
  });
});
