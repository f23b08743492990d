// Where the installed Go has a tool of its own: run directly, since `go tool` in front doubles its time.

import { spawnSync } from "node:child_process";

const found = new Map<string, string | undefined>();

/** Undefined: there is no Go here, or it is too old to tell (Go 1.24 and later do). */
export function goTool(name: string): string | undefined {
  if (found.has(name)) return found.get(name);
  const run = spawnSync("go", ["tool", "-n", name], { encoding: "utf8" });
  const tool = run.status === 0 ? run.stdout.trim() : "";
  found.set(name, tool === "" ? undefined : tool);
  return found.get(name);
}
