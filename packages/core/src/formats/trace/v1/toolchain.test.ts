// Traces recorded now with releases that write the old format, against `go tool trace -d=parsed` of this
// machine's Go.

import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { oldParsedText, withoutTies } from "../../../../test/old-trace-reading.ts";
import { readAll } from "../../../../test/reading.ts";
import { traceFormat } from "../trace.ts";
import { checkScanAgainstOrder } from "../../../../test/old-trace-scan.ts";

const LAB = fileURLToPath(new URL("../../../../../../lab/traces-old/", import.meta.url));
const version = spawnSync("go", ["env", "GOVERSION"], { encoding: "utf8" });
/** The dialect is that of Go 1.26 and later. */
const isDialect = /^go1\.(2[6-9]|[3-9]\d)/.test(version.stdout ?? "");

/** Header 1.11, 1.19, 1.21; only releases that this machine has or can fetch. */
const releases = !isDialect
  ? []
  : ["go1.18.10", "go1.19.13", "go1.21.13"].filter((release) => {
      const env = { ...process.env, GOTOOLCHAIN: release };
      return spawnSync("go", ["version"], { cwd: LAB, env, timeout: 100_000 }).status === 0;
    });

describe.skipIf(releases.length === 0)(
  "fresh old traces (needs go 1.26 or later, and go1.18.10, go1.19.13 or go1.21.13)",
  () => {
    let folder = "";
    let files: string[] = [];

    beforeAll(() => {
      folder = mkdtempSync(join(tmpdir(), "heapwright-old-traces-"));
      spawnSync(
        process.execPath,
        [join(LAB, "record.mjs"), "--go", releases.join(","), "--ms", "20", "--out", folder],
        { encoding: "utf8", timeout: 220_000 },
      );
      files = releases.flatMap((release) => {
        const out = join(folder, release);
        if (!existsSync(out)) return [];
        return readdirSync(out)
          .filter((name) => name.endsWith(".trace"))
          .map((name) => join(out, name));
      });
    }, 240_000);

    afterAll(() => rmSync(folder, { recursive: true, force: true }));

    it("prints what go tool trace -d=parsed prints", () => {
      expect(files.length).toBeGreaterThan(8);
      for (const file of files) {
        const go = spawnSync("go", ["tool", "trace", "-d=parsed", file], {
          maxBuffer: 1 << 30,
          env: { ...process.env, TZ: "UTC" },
        });
        const ours = oldParsedText(new Uint8Array(readFileSync(file)));
        if (go.status !== 0) {
          // Go cannot order it (a clock went backwards between processors): nor can we, for its reason.
          expect(go.stderr.toString(), file).toContain(ours.fault ?? "a fault");
          continue;
        }
        expect(ours.fault, file).toBeUndefined();
        if (ours.text.equals(go.stdout)) continue;
        expect(withoutTies(ours.text.toString("latin1")), file).toBe(
          withoutTies(go.stdout.toString("latin1")),
        );
      }
    }, 240_000);

    it("finds proc by proc what the full order has", () => {
      for (const file of files) {
        const bytes = new Uint8Array(readFileSync(file));
        if (oldParsedText(bytes).fault !== undefined) continue;
        // The report must not say that these have no order.
        const codes = readAll(traceFormat, bytes, file).diagnostics.map((d) => d.code);
        expect(codes, file).not.toContain("trace.old-no-order");
        checkScanAgainstOrder({ name: file, bytes });
      }
    }, 240_000);
  },
);
