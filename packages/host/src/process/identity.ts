// Which process a pid means. A pid is reused; pid and start time together are not. Authority:
// proc_pid_stat(5): field 22 is the start time in clock ticks after boot.

import { readlink, stat } from "node:fs/promises";
import { errnoOf } from "../bytes/errno.ts";
import { PROC, readProcFile, textOf, type ProcFailure } from "./proc-file.ts";

/** USER_HZ: 100 on every architecture that Go supports on Linux. */
const TICKS_PER_SECOND = 100;

export interface ProcessIdentity {
  readonly pid: number;
  /** Clock ticks after boot. */
  readonly startTicks: number;
  /** The kernel's short name, at most 15 bytes. */
  readonly comm: string;
  readonly uid: number;
}

export type Liveness = "alive" | "gone" | "reused" | "zombie";

export async function readIdentity(pid: number): Promise<ProcessIdentity | ProcFailure> {
  const path = `${PROC}/${pid}/stat`;
  const read = await readProcFile(path);
  if (!read.ok) return read.problem === "no-such-file" ? { ...read, problem: "gone" } : read;
  const parsed = parseStat(textOf(read.bytes));
  if (parsed === undefined) return { ok: false, path, problem: "unreadable", code: "EFORMAT" };
  if (parsed.state === "Z" || parsed.state === "X") {
    return { ok: false, path, problem: "gone", code: "ZOMBIE" };
  }
  let uid: number;
  try {
    uid = (await stat(`${PROC}/${pid}`)).uid;
  } catch (error) {
    const code = errnoOf(error);
    if (code === "") throw error;
    return { ok: false, path, problem: "gone", code };
  }
  return { pid, startTicks: parsed.startTicks, comm: parsed.comm, uid };
}

export async function livenessOf(identity: ProcessIdentity): Promise<Liveness> {
  const read = await readProcFile(`${PROC}/${identity.pid}/stat`);
  const parsed = read.ok ? parseStat(textOf(read.bytes)) : undefined;
  if (parsed === undefined) return "gone";
  if (parsed.startTicks !== identity.startTicks) return "reused";
  return parsed.state === "Z" || parsed.state === "X" ? "zombie" : "alive";
}

interface StatFields {
  readonly comm: string;
  readonly state: string;
  readonly startTicks: number;
}

/** The name may hold spaces and parentheses: fields are counted from the last ")". */
export function parseStat(text: string): StatFields | undefined {
  const open = text.indexOf("(");
  const close = text.lastIndexOf(")");
  if (open < 0 || close < open) return undefined;
  const rest = text.slice(close + 2).split(" ");
  const state = rest[0];
  const startTicks = Number(rest[19]);
  if (state === undefined || !/^[A-Za-z]$/.test(state)) return undefined;
  if (rest[19] === undefined || !Number.isSafeInteger(startTicks)) return undefined;
  return { comm: text.slice(open + 1, close), state, startTicks };
}

/** Age in seconds; undefined where /proc/uptime cannot be read. Resolution 10 ms. */
export async function uptimeOf(identity: ProcessIdentity): Promise<number | undefined> {
  const read = await readProcFile(`${PROC}/uptime`);
  if (!read.ok) return undefined;
  const bootSec = Number(textOf(read.bytes).split(" ")[0]);
  return Number.isFinite(bootSec)
    ? Math.max(0, bootSec - identity.startTicks / TICKS_PER_SECOND)
    : undefined;
}

/** Path of the executable as the kernel knows it, " (deleted)" after a deployment; undefined when
 * the process belongs to another user. */
export async function executableOf(pid: number): Promise<string | undefined> {
  try {
    return await readlink(`${PROC}/${pid}/exe`);
  } catch (error) {
    if (errnoOf(error) === "") throw error;
    return undefined;
  }
}
