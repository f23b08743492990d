// Runs the built command as its users do, as a process of its own, and looks at what it said.

import { spawn } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect } from "vitest";

export const BIN = fileURLToPath(new URL("../bin/heapwright.js", import.meta.url));

/** Where the runs of this file keep what they collect; every user may write there. */
export const SCRATCH = mkdtempSync(path.join(tmpdir(), "heapwright-cli-scratch-"));
chmodSync(SCRATCH, 0o777);
afterAll(() => rmSync(SCRATCH, { recursive: true, force: true }));

export interface Finished {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly ms: number;
  /** Largest resident size seen, bytes; 0 where there is no /proc. */
  readonly peakRss: number;
}

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly uid?: number;
  /** Called with the process once it runs; may send it signals. */
  readonly onStart?: (child: ReturnType<typeof spawn>) => void;
}

function peakOf(pid: number | undefined): number {
  try {
    const status = readFileSync(`/proc/${String(pid)}/status`, "utf8");
    return Number(/VmHWM:\s*(\d+)/.exec(status)?.[1] ?? 0) * 1024;
  } catch {
    // Ended, or a system without /proc.
    return 0;
  }
}

export async function heapwright(
  args: readonly string[],
  options: RunOptions = {},
): Promise<Finished> {
  const problem = process.env["HEAPWRIGHT_BUILD_ERROR"];
  if (problem !== undefined) throw new Error(`the command could not be built: ${problem}`);
  const started = performance.now();
  const child = spawn(process.execPath, [BIN, ...args], {
    stdio: ["ignore", "pipe", "pipe"],
    // Colour and language come from the test, not from the machine; no earlier answer is known.
    env: {
      PATH: process.env["PATH"],
      TMPDIR: SCRATCH,
      HOME: "/dev/null",
      // No folder can be made below a device: nothing is remembered, and nothing is known.
      XDG_CACHE_HOME: "/dev/null",
      ...options.env,
    },
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    ...(options.uid === undefined ? {} : { uid: options.uid, gid: options.uid }),
  });
  let stdout = "";
  let stderr = "";
  let peakRss = 0;
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  const watch = setInterval(() => (peakRss = Math.max(peakRss, peakOf(child.pid))), 20);
  options.onStart?.(child);
  const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>(
    (resolve, reject) => {
      child.once("error", reject);
      child.once("close", (code, signal) => resolve([code, signal]));
    },
  );
  clearInterval(watch);
  return { code, signal, stdout, stderr, ms: performance.now() - started, peakRss };
}

/** What no user may ever see, whatever was given. */
export function expectNoTrace(run: Finished): void {
  const all = `${run.stdout}${run.stderr}`;
  expect(all).not.toMatch(/^\s+at .*[:(]\d+:\d+\)?$/m);
  expect(all).not.toMatch(/a bug in heapwright|\bundefined\b|\bNaN\b|\[object /);
  expect(run.signal).toBeNull();
  expect(run.code).not.toBe(70);
}

/** One complaint, on stderr, with the exit code of what kind it is. */
export function expectComplaint(run: Finished, code: number, says: RegExp): void {
  expectNoTrace(run);
  expect({ code: run.code, stdout: run.stdout, stderr: run.stderr }).toMatchObject({
    code,
    stdout: "",
    stderr: expect.stringMatching(says),
  });
  expect(run.stderr.match(/^heapwright: /gm)).toHaveLength(1);
}
