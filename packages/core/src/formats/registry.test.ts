import { openSync, readSync, closeSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { corpus } from "../../test/corpus.ts";
import { utf8 } from "../../test/reading.ts";
import { filesBelow } from "../../test/system-fixtures.ts";
import { describeUnknown, detectFormat, FORMATS } from "./registry.ts";

const HEAD_BYTES = 64 * 1024;

/** The first 64 KiB of the decoded bytes; undefined where the compression itself is damaged. */
function headOf(path: string): Uint8Array | undefined {
  const head = new Uint8Array(HEAD_BYTES);
  const file = openSync(path, "r");
  const length = readSync(file, head, 0, HEAD_BYTES, 0);
  closeSync(file);
  if (head[0] !== 0x1f || head[1] !== 0x8b) return head.subarray(0, length);
  try {
    return new Uint8Array(gunzipSync(readFileSync(path))).subarray(0, HEAD_BYTES);
  } catch {
    return undefined;
  }
}

function certainClaims(head: Uint8Array, name: string): string[] {
  return FORMATS.filter((f) => f.detect(head, name)?.strength === "certain").map((f) => f.id);
}

const fixtures = filesBelow(fileURLToPath(new URL("../../test/fixtures/", import.meta.url)));

describe("the registry", () => {
  it("has one id per format, and claims bear it", () => {
    expect(new Set(FORMATS.map((f) => f.id)).size).toBe(FORMATS.length);
    for (const path of fixtures) {
      const head = headOf(path) ?? new Uint8Array(0);
      for (const format of FORMATS) {
        const detection = format.detect(head, path);
        if (detection !== undefined) expect(detection.format).toBe(format.id);
      }
    }
  });

  it("has no two certain claims to a fixture", () => {
    for (const path of fixtures) {
      const head = headOf(path);
      if (head === undefined) continue;
      expect(certainClaims(head, path).length, path).toBeLessThanOrEqual(1);
    }
    expect(fixtures.length).toBeGreaterThan(30);
  });

  it("knows the recorded fixtures of the kernel, of pods and of builds", () => {
    const expected: readonly (readonly [RegExp, string])[] = [
      [/\/proc\/status$/, "proc-status"],
      [/\/proc\/stat$/, "proc-stat"],
      [/\/proc\/(smaps|smaps_rollup|maps)$/, "smaps"],
      [/\/proc\/limits$/, "proc-limits"],
      [/\/proc\/cgroup$/, "proc-cgroup"],
      [/\/proc\/environ(\.lines)?$/, "environ"],
      [/\/proc\/meminfo$/, "meminfo"],
      [/\/proc\/pressure\./, "cgroup"],
      [/\/fixtures\/cgroup\/.*\/[a-z]+\.[a-z_.]+$/, "cgroup"],
      [/\/fixtures\/pod\/shop/, "pod"],
      [/\/fixtures\/buildinfo\/.*(gz|txt)$/, "buildinfo"],
    ];
    for (const [pattern, id] of expected) {
      const paths = fixtures.filter((path) => pattern.test(path));
      expect(paths.length, String(pattern)).toBeGreaterThan(0);
      for (const path of paths) {
        const head = headOf(path);
        expect(head === undefined ? "" : detectFormat(head, path)?.format.id, path).toBe(id);
      }
    }
  });

  it("prefers a certain claim to an earlier likely one", () => {
    // A name that cgroup would take for memory.max does not hide what the content says.
    const head = utf8("MemTotal:         995344 kB\nMemFree:          750540 kB\n");
    expect(detectFormat(head, "memory.max")?.format.id).toBe("meminfo");
    expect(detectFormat(utf8("12\n"), "memory.max")?.detection.strength).toBe("likely");
    expect(detectFormat(utf8("12\n"), "other")).toBeUndefined();
  });

  it("takes a pod for a pod although its last words are gctrace lines", () => {
    const line =
      "gc 7 @1.204s 2%: 0.018+1.2+0.003 ms clock, 0.14+0.3/2.2/0.1+0.02 ms cpu, 4->5->2 MB, 5 MB goal, 0 MB stacks, 0 MB globals, 8 P";
    const pod = `{"kind":"Pod","apiVersion":"v1","status":{"message":"${line}"}}`;
    expect(detectFormat(utf8(pod), "pod.json")?.format.id).toBe("pod");
    expect(detectFormat(utf8(`${line}\n`), "app.log")?.format.id).toBe("gctrace");
  });

  for (const part of ["kernel", "kube", "gctrace", "go-trace", "pprof", "jvm"]) {
    const folder = corpus(part);
    it.skipIf(folder === undefined)(
      `has no two certain claims to a file of the ${part} corpus`,
      () => {
        let files = 0;
        for (const path of filesBelow(folder ?? "")) {
          const head = headOf(path);
          if (head === undefined) continue;
          const claims = certainClaims(head, path);
          expect(claims.length, `${path}: ${claims.join(", ")}`).toBeLessThanOrEqual(1);
          files += 1;
        }
        expect(files).toBeGreaterThan(0);
      },
    );
  }

  const kernel = corpus("kernel");
  it.skipIf(kernel === undefined)(
    "claims nothing of the kernel corpus that is another thing",
    () => {
      const others =
        /\/(?:vmstat|loadavg|version|io|io\.stat|statm|schedstat|comm|cmdline|cmdline\.lines|oom_score|oom_score_adj|began\.uptime|ended\.uptime|facts\.json|series\.txt|exit\.\w+|dmesg[\w.-]*|ORIGIN\.md)$/;
      const system = new Set([
        "smaps",
        "proc-status",
        "proc-stat",
        "proc-limits",
        "proc-cgroup",
        "meminfo",
        "pod",
        "cgroup",
        "environ",
        "buildinfo",
        "trace",
      ]);
      let files = 0;
      for (const path of filesBelow(kernel ?? "")) {
        const isMachineStat = path.endsWith("/sys/stat");
        if (!isMachineStat && !others.test(path)) continue;
        const head = headOf(path);
        if (head === undefined) continue;
        const id = detectFormat(head, path)?.format.id;
        expect(id !== undefined && system.has(id) ? id : undefined, path).toBeUndefined();
        files += 1;
      }
      expect(files).toBeGreaterThan(500);
    },
  );
});

describe("unknown content", () => {
  it("is named", () => {
    const cases: readonly (readonly [string | readonly number[], string])[] = [
      ["", "empty"],
      ["\n  \n", "empty"],
      ["<!DOCTYPE html><html></html>", "html"],
      ["\n<html lang=en>", "html"],
      ["<?xml version='1.0'?>\n<html xmlns='x'>", "html"],
      ["<?xml version='1.0'?>\n<feed>", "text"],
      ['{"status":"error"}', "json-other"],
      ["[1,2", "json-other"],
      ["[]", "json-other"],
      ["{}", "json-other"],
      ["{ not json }", "text"],
      ["[INFO] started", "text"],
      ["[0.012s][info][gc] Using G1\n", "text"],
      ["[    1.234567] Linux version 6.1\n", "text"],
      ["[2026-11-26 00:00:00] up\n", "text"],
      ["[1234] started\n", "text"],
      ['[{"a":1},', "json-other"],
      ["404 page not found\n", "text"],
      ["na\u00efve \u4f60\u597d", "text"],
      ["\u001b[31mred\u001b[0m", "text"],
      [[0x1f, 0x8b, 8, 0], "gzip"],
      [[0x28, 0xb5, 0x2f, 0xfd, 0], "zstd"],
      [[0xff, 0xfe, 0x41, 0], "text"],
      [[0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a], "binary"],
      [[0, 0, 0, 0, 1, 2, 3], "binary"],
      [[0x41, 0x80, 0x80], "binary"],
      // A character that is cut at the end of the head.
      [[0x41, 0x42, 0xe4, 0xbd], "text"],
    ];
    for (const [content, expected] of cases) {
      const bytes = typeof content === "string" ? utf8(content) : Uint8Array.from(content);
      expect(describeUnknown(bytes), JSON.stringify(content)).toBe(expected);
    }
  });
});
