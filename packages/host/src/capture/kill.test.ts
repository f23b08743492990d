// What needs a capturing process of its own: being killed at any moment, and being another user.

import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { expect, test } from "vitest";
import { goIsMissing, goService } from "../../test/go-service.ts";
import { bundled } from "../../test/programs.ts";
import { temporaryFolder } from "../../test/temporary.ts";
import { readEvidence } from "../files/read-evidence.ts";

test.skipIf(goIsMissing)("kill -9 at any moment leaves a readable folder", async () => {
  const service = await goService(["-pages", "runtime", "-garbage", "500000"]);
  const program = await bundled("capture-program.ts");
  for (const afterMs of [150, 330, 480, 700, 1_300]) {
    const folder = path.join(temporaryFolder(), "capture");
    const options = JSON.stringify({ folder, durationMs: 60_000, everyMs: 50 });
    const child = spawn(
      process.execPath,
      [program, JSON.stringify({ url: service.url }), options],
      {
        stdio: "ignore",
      },
    );
    const ended = new Promise((resolve) => child.once("exit", resolve));
    await delay(afterMs);
    child.kill("SIGKILL");
    await ended;
    const manifest = path.join(folder, "capture.jsonl");
    if (!existsSync(manifest)) continue;
    const lines = readFileSync(manifest, "utf8").split("\n").slice(0, -1);
    for (const line of lines) {
      const record = JSON.parse(line);
      if ("absent" in record) continue;
      const bytes = readFileSync(path.join(folder, record.file));
      expect(createHash("sha256").update(bytes).digest("hex")).toBe(record.sha256);
    }
    const evidence = await readEvidence([folder]);
    expect(evidence.seals).toEqual([]);
    const withRecord = evidence.artefacts.filter(({ record }) => record !== undefined);
    const unusable = evidence.unread.filter(({ reason }) => reason === "unusable");
    expect(unusable.filter(({ name }) => !name.endsWith(".partial"))).toEqual([]);
    if (lines.length > 0) expect(withRecord.length).toBeGreaterThan(0);
    for (const { diagnostics } of withRecord) {
      expect(diagnostics.filter(({ code }) => code.startsWith("files."))).toEqual([]);
    }
  }
});

const isRoot = process.getuid?.() === 0;

// As root every process is open; so the capture itself runs as nobody, the service as root.
test.skipIf(goIsMissing || !isRoot)(
  "another user's process: what may be read, and what not",
  async () => {
    const service = await goService(["-pages", "runtime"]);
    const program = await bundled("capture-program.ts");
    const home = temporaryFolder();
    chmodSync(home, 0o755);
    const mine = path.join(home, "mine");
    mkdirSync(mine);
    chmodSync(mine, 0o777);
    const capture = async (target: object): Promise<unknown> => {
      const folder = path.join(mine, `c${Math.random().toString(36).slice(2)}`);
      const options = JSON.stringify({ folder, durationMs: 0 });
      const child = spawn(process.execPath, [program, JSON.stringify(target), options], {
        uid: 65534,
        gid: 65534,
        stdio: ["ignore", "pipe", "ignore"],
      });
      let out = "";
      child.stdout.on("data", (chunk: Buffer) => (out += chunk.toString()));
      await new Promise((resolve) => child.once("exit", resolve));
      return JSON.parse(out);
    };
    const named = await capture({ url: service.url, pid: service.pid });
    expect(named).toMatchObject({
      outcome: {
        process: { pid: service.pid, foundBy: "given" },
        notes: expect.arrayContaining([
          {
            code: "kernel-files-not-permitted",
            params: {
              pid: service.pid,
              uid: 0,
              files: expect.stringMatching(/smaps_rollup.*smaps.*environ.*exe/),
            },
          },
        ]),
        records: expect.arrayContaining([
          expect.objectContaining({ source: "proc-status", file: "process-begin/status" }),
          expect.objectContaining({ source: "smaps", absent: "not permitted" }),
          expect.objectContaining({ source: "go-env", absent: "not permitted" }),
        ]),
      },
    });
    const byPort = await capture({ url: service.url });
    expect(byPort).toMatchObject({
      outcome: {
        process: { proof: "none" },
        notes: expect.arrayContaining([
          { code: "listener-not-permitted", params: { port: expect.any(Number), uid: 0 } },
        ]),
      },
    });
  },
);
