// A real Go service for tests, built once with the toolchain at hand and shared by all test files of a
// run. Tests that need it are skipped, by name, where there is no Go.

import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, renameSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { onTestFinished } from "vitest";

const SOURCE = `
package main

import (
	"expvar"
	"flag"
	"fmt"
	"log"
	"net"
	"net/http"
	"net/http/pprof"
	"os"
	"runtime"
	"runtime/metrics"
	"strings"
	"time"
)

var (
	network  = flag.String("network", "tcp", "")
	addr     = flag.String("addr", "127.0.0.1:0", "")
	prefix   = flag.String("prefix", "/debug/pprof", "")
	pages    = flag.String("pages", "", "vars, metrics, runtime")
	leak     = flag.Int("leak", 0, "bytes kept per 10 ms")
	garbage  = flag.Int("garbage", 0, "bytes dropped per 10 ms")
	idle     = flag.Int("goroutines", 0, "")
	user     = flag.String("user", "", "user:password")
)

var kept [][]byte

func main() {
	flag.Parse()
	mux := http.NewServeMux()
	mux.HandleFunc(*prefix+"/trace", pprof.Trace)
	for _, name := range []string{"heap", "goroutine", "allocs"} {
		mux.Handle(*prefix+"/"+name, pprof.Handler(name))
	}
	mux.HandleFunc("/debug/pprof/", pprof.Index)
	if strings.Contains(*pages, "vars") {
		expvar.NewInt("requests").Add(7)
		expvar.NewString("customer").Set("acme")
		mux.Handle("/debug/vars", expvar.Handler())
	}
	if strings.Contains(*pages, "metrics") {
		mux.HandleFunc("/metrics", func(w http.ResponseWriter, _ *http.Request) {
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			fmt.Fprintf(w, "# TYPE go_gc_duration_seconds summary\\ngo_gc_duration_seconds_sum 0.5\\ngo_gc_duration_seconds_count %d\\n", m.NumGC)
			fmt.Fprintf(w, "go_memstats_next_gc_bytes %d\\nhttp_requests_total{path=\\"/customers/acme\\",code=\\"200\\"} 12\\n", m.NextGC)
		})
	}
	if strings.Contains(*pages, "runtime") {
		mux.HandleFunc("/debug/metrics", func(w http.ResponseWriter, _ *http.Request) {
			s := []metrics.Sample{{Name: "/gc/cycles/total:gc-cycles"}, {Name: "/gc/heap/live:bytes"}}
			metrics.Read(s)
			fmt.Fprintf(w, "{%q:%d,%q:%d}\\n", s[0].Name, s[0].Value.Uint64(), s[1].Name, s[1].Value.Uint64())
		})
	}
	for range *idle {
		go func() { select {} }()
	}
	go func() {
		for range time.Tick(10 * time.Millisecond) {
			if *leak > 0 {
				kept = append(kept, make([]byte, *leak))
			}
			if *garbage > 0 {
				sink = make([]byte, *garbage)
			}
		}
	}()
	listener, err := net.Listen(*network, *addr)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Fprintln(os.Stdout, listener.Addr())
	log.Fatal(http.Serve(listener, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if name, password, _ := r.BasicAuth(); *user != "" && *user != name+":"+password {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		mux.ServeHTTP(w, r)
	})))
}

var sink []byte
`;

const MODULE = "module example.test/service\n\ngo 1.22\n";

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

/** Path of the built program. Built at most once per source text and machine. */
function goBinary(): string {
  const key = createHash("sha256").update(SOURCE).digest("hex").slice(0, 12);
  const folder = path.join(tmpdir(), `heapwright-test-service-${key}`);
  const binary = path.join(folder, "service");
  if (existsSync(binary)) return binary;
  mkdirSync(folder, { recursive: true });
  const work = mkdtempSync(path.join(tmpdir(), "heapwright-build-"));
  writeFileSync(path.join(work, "go.mod"), MODULE);
  writeFileSync(path.join(work, "main.go"), SOURCE);
  const built = path.join(work, "service");
  execFileSync("go", ["build", "-o", built, "."], { cwd: work, stdio: "pipe" });
  renameSync(built, binary);
  return binary;
}

export interface GoService {
  /** http://127.0.0.1:PORT, or the path of its socket. */
  readonly url: string;
  readonly pid: number;
  readonly child: ChildProcess;
}

export async function goService(
  args: readonly string[] = [],
  options: { readonly env?: NodeJS.ProcessEnv; readonly uid?: number } = {},
): Promise<GoService> {
  const child = spawn(goBinary(), [...args], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, ...options.env },
    ...(options.uid === undefined ? {} : { uid: options.uid, gid: options.uid }),
  });
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
      const line = /^(.*)\n/.exec(said)?.[1];
      if (line !== undefined) resolve(line);
    });
    child.stderr.on("data", (chunk: Buffer) => reject(new Error(chunk.toString())));
    child.once("exit", (code) => reject(new Error(`the service ended with ${String(code)}`)));
  });
  if (child.pid === undefined) throw new Error("the service has no pid");
  return { url: address.startsWith("/") ? address : `http://${address}`, pid: child.pid, child };
}
