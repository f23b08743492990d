// A small Go service with net/http/pprof, built once per source text and machine with the toolchain at
// hand. Tests that need it are skipped, by name, where there is no Go.

import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, renameSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { onTestFinished } from "vitest";

const SOURCE = `
package main

import (
	"fmt"
	"net"
	"net/http"
	_ "net/http/pprof"
	"time"
)

var kept [][]byte
var sink []byte

func main() {
	go func() {
		for range time.Tick(10 * time.Millisecond) {
			kept = append(kept, make([]byte, 4<<10))
			sink = make([]byte, 512<<10)
		}
	}()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	fmt.Println(listener.Addr())
	panic(http.Serve(listener, nil))
}
`;

function hasGo(): boolean {
  try {
    execFileSync("go", ["version"], { stdio: "ignore" });
    return true;
  } catch {
    // No toolchain: the tests that need one are skipped.
    return false;
  }
}

export const goIsMissing = !hasGo();

function binary(): string {
  const key = createHash("sha256").update(SOURCE).digest("hex").slice(0, 12);
  const folder = path.join(tmpdir(), `heapwright-cli-service-${key}`);
  const built = path.join(folder, "service");
  if (existsSync(built)) return built;
  mkdirSync(folder, { recursive: true });
  const work = mkdtempSync(path.join(tmpdir(), "heapwright-build-"));
  writeFileSync(path.join(work, "go.mod"), "module example.test/service\n\ngo 1.22\n");
  writeFileSync(path.join(work, "main.go"), SOURCE);
  execFileSync("go", ["build", "-o", "service", "."], { cwd: work, stdio: "pipe" });
  chmodSync(path.join(work, "service"), 0o755);
  renameSync(path.join(work, "service"), built);
  return built;
}

export interface Service {
  readonly url: string;
  readonly pid: number;
  readonly child: ChildProcess;
}

export async function goService(): Promise<Service> {
  const child = spawn(binary(), [], { stdio: ["ignore", "pipe", "ignore"] });
  onTestFinished(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGKILL");
    await ended;
  });
  const address = await new Promise<string>((resolve, reject) => {
    let said = "";
    child.stdout.on("data", (chunk: Buffer) => {
      said += chunk.toString();
      if (said.includes("\n")) resolve(said.trim());
    });
    child.once("exit", (code) => reject(new Error(`the service ended with ${String(code)}`)));
  });
  if (child.pid === undefined) throw new Error("the service has no pid");
  return { url: `http://${address}`, pid: child.pid, child };
}
