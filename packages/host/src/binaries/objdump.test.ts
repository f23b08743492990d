// Binaries as disasm and weblist open them: a real Go program where Go is here, made files otherwise.

import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { temporaryFolder } from "../../test/temporary.ts";
import { ElfError, readElf } from "./elf.ts";
import { objdumpOpener, parseDisassembly } from "./objdump.ts";
import { openPclntab } from "./pclntab.ts";

const HAS_GO = spawnSync("go", ["version"]).status === 0;

const GO_PROGRAM = `package main

import "os"

//go:noinline
func twice(n int) int {
	return add(n, n)
}

func add(a, b int) int {
	return a + b
}

func main() {
	os.Exit(twice(len(os.Args)))
}
`;

function goBinary(...flags: readonly string[]): string {
  const folder = temporaryFolder();
  writeFileSync(path.join(folder, "main.go"), GO_PROGRAM);
  writeFileSync(path.join(folder, "go.mod"), "module example.com/twice\n\ngo 1.20\n");
  const file = path.join(folder, "twice");
  const env = { ...process.env, GOOS: "linux", GOARCH: "amd64", CGO_ENABLED: "0" };
  execFileSync("go", ["build", "-trimpath", ...flags, "-o", file, "."], { cwd: folder, env });
  return file;
}

describe("the text of objdump", () => {
  it("GNU's form: functions, places, instructions", () => {
    const text = [
      "",
      "service:     file format elf64-x86-64",
      "Disassembly of section .text:",
      "",
      "0000000000401000 <main.(*T).run>:",
      "main.(*T).run():",
      "/home/dev/main.go:12",
      "  401000:\tcmp    0x10(%r14),%rsp",
      "  401004:\tjbe    401010 <main.(*T).run+0x10>",
      "/home/dev/main.go:13 (discriminator 2)",
      "  401006:\tret    ",
      "0000000000401010 <main.other>:",
      "  401010:\tnop",
    ].join("\n");
    const run = { function: "main.(*T).run", file: "/home/dev/main.go" };
    expect(parseDisassembly(text)).toEqual([
      { ...run, address: 0x401000n, text: "cmp 0x10(%r14),%rsp", line: 12 },
      { ...run, address: 0x401004n, text: "jbe 401010 <main.(*T).run+0x10>", line: 12 },
      { ...run, address: 0x401006n, text: "ret", line: 13 },
      { address: 0x401010n, text: "nop", function: "main.other", file: "", line: 0 },
    ]);
  });
});

describe("a Go binary", () => {
  it.for([[], ["-ldflags=-s -w"], ["-buildmode=pie"]])("built with %j", (flags, context) => {
    if (!HAS_GO) context.skip("there is no go command here");
    const file = goBinary(...flags);
    const { pclntab, textStart, symbols, loadAddress } = readElf(file);
    const lines = openPclntab(pclntab ?? Buffer.alloc(0), textStart ?? 0n);
    const twice = lines?.functions().find(({ name }) => name === "main.twice");
    expect(twice?.size).toBeGreaterThan(0n);
    expect(loadAddress).toBeTypeOf("bigint");
    expect(symbols.length > 0).toBe(flags[0] !== "-ldflags=-s -w");
    const start = twice?.start ?? 0n;
    expect(lines?.placeOf(start)).toEqual({
      function: "main.twice",
      file: "example.com/twice/main.go",
      line: 6,
    });
    // Inlined code keeps its own line: add has no code of its own.
    const places = Array.from({ length: Number(twice?.size ?? 0n) }, (_, i) =>
      lines?.placeOf(start + BigInt(i)),
    );
    expect(places.some((place) => place?.line === 11)).toBe(true);
    expect(lines?.placeOf(1n)).toBeUndefined();
    expect(lines?.placeOf(1n << 60n)).toBeUndefined();
  });

  it("is opened with its addresses shifted as the profile's mapping says", (context) => {
    if (!HAS_GO) context.skip("there is no go command here");
    const built = goBinary();
    const shift = 0x7f00_0000_0000n;
    const { loadAddress = 0n } = readElf(built);
    const mapping = { file: built, start: loadAddress + shift, limit: shift * 2n, offset: 0n };
    const asked: (readonly string[])[] = [];
    const open = objdumpOpener({
      intelSyntax: true,
      searchPath: [],
      run: (args) => {
        asked.push(args);
        const at = /^--start-address=0x([0-9a-f]+)$/.exec(args[5] ?? "")?.[1];
        return at === undefined ? "objdump 2.40" : `  ${at}:\tnop\n`;
      },
    });
    const opened = open(mapping);
    if ("error" in opened) throw new Error(opened.error);
    const { object } = opened;
    const [symbol] = object.symbols((name) => name === "main.twice", undefined);
    expect(symbol).toBeDefined();
    if (symbol === undefined) return;
    expect(object.addressOf(symbol.start + shift)).toBe(symbol.start);
    expect(object.symbols(() => true, symbol.start + 1n)).toContainEqual(symbol);
    expect(object.instructions(symbol.start, symbol.end)).toEqual([
      {
        address: symbol.start,
        text: "nop",
        function: "",
        file: "example.com/twice/main.go",
        line: 6,
      },
    ]);
    expect(asked[1]).toContain("intel");
    expect(asked[1]?.[6]).toBe(`--stop-address=0x${(symbol.end + 1n).toString(16)}`);
  });
});

describe("what cannot be opened says why", () => {
  const mapping = (file: string) => ({ file, start: 0n, limit: 1n, offset: 0n });

  it("no file, no objdump, no ELF", () => {
    const folder = temporaryFolder();
    const pe = path.join(folder, "service.exe");
    writeFileSync(pe, Buffer.concat([Buffer.from("MZ"), Buffer.alloc(200)]));
    const withRun = (run: () => string | undefined) =>
      objdumpOpener({ intelSyntax: false, searchPath: [folder], run });
    expect(withRun(() => "")(mapping("/nowhere/x"))).toEqual({
      error: "open /nowhere/x: no such file or directory",
    });
    expect(withRun(() => undefined)(mapping(pe))).toEqual({
      error: `${pe}: instructions need objdump (binutils), which is not here`,
    });
    // By its name, in a folder of binaries.
    expect(withRun(() => "")(mapping("/elsewhere/service.exe"))).toEqual({
      error: "open /elsewhere/service.exe: not an ELF file",
    });
  });

  it("a binary cut anywhere, or full of nonsense, is an error and no more", (context) => {
    if (!HAS_GO) context.skip("there is no go command here");
    const built = goBinary();
    const whole = readFileSync(built);
    const file = path.join(temporaryFolder(), "cut");
    for (let i = 0; i < 60; i++) {
      const bytes = Buffer.from(
        whole.subarray(0, i < 30 ? i * 7 : Math.floor((whole.length * i) / 60)),
      );
      const wrong = i < 30 ? 0 : 4;
      for (let k = 0; k < wrong; k++) bytes[(i * 131 + k * 17) % 400] = (i * 37 + k) & 255;
      writeFileSync(file, bytes);
      try {
        const { pclntab, textStart = 0n } = readElf(file);
        const lines = openPclntab(pclntab ?? Buffer.alloc(0), textStart);
        lines?.placeOf(textStart + 5000n);
      } catch (error) {
        expect(error).toBeInstanceOf(ElfError);
      }
    }
    const table = readElf(built).pclntab ?? Buffer.alloc(0);
    for (let i = 0; i < 200; i++) {
      const cut = Buffer.from(table.subarray(0, Math.floor((table.length * i) / 200)));
      for (let k = 0; k < 8 && cut.length > 100; k++) cut[8 + ((i * 29 + k * 13) % 90)] = i & 255;
      expect(() => openPclntab(cut, 0x401000n)?.placeOf(0x401000n + BigInt(i * 97))).not.toThrow();
    }
  });
});
