import { createServer as createHttpsServer } from "node:https";
import { createServer } from "node:http";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, onTestFinished, test } from "vitest";
import { closedPort, httpServer, tcpServer } from "../../test/loopback.ts";
import { HttpClient, type GetOptions, type HttpClientOptions } from "./client.ts";
import type { HttpOutcome } from "./outcome.ts";
import { readTlsFiles } from "./tls.ts";

const QUICK = { connectMs: 2000, firstByteMs: 800, idleMs: 800, totalMs: 2500 };

async function get(
  url: string,
  options: Partial<GetOptions> = {},
  client: HttpClientOptions = {},
): Promise<{ outcome: HttpOutcome; body: Buffer }> {
  const http = new HttpClient({ timeouts: QUICK, ...client });
  const chunks: Uint8Array[] = [];
  const outcome = await http.get(new URL(url), {
    maxBytes: 1 << 20,
    onBody: (chunk) => void chunks.push(chunk),
    ...options,
  });
  http.close();
  return { outcome, body: Buffer.concat(chunks) };
}

function failureOf(outcome: HttpOutcome): unknown {
  return outcome.ok ? "no failure" : outcome.failure;
}

describe("a reply", () => {
  test("is handed on whole, with its type and times", async () => {
    const payload = Buffer.alloc(300_000, "heap");
    const origin = await httpServer((_, response) => {
      response.setHeader("content-type", "text/plain; charset=utf-8");
      response.end(payload);
    });
    const { outcome, body } = await get(origin);
    expect(outcome).toMatchObject({ ok: true, contentType: "text/plain", bytes: payload.length });
    expect(body.equals(payload)).toBe(true);
    expect(outcome.timing.connectMs).toBeGreaterThan(0);
    expect(outcome.timing.endMonoMs).toBeGreaterThanOrEqual(outcome.timing.startMonoMs);
  });

  test("with Content-Encoding gzip is decoded", async () => {
    const origin = await httpServer((_, response) => {
      response.setHeader("content-encoding", "gzip");
      response.end(gzipSync("heap profile: 1: 2 [3: 4] @ heap/1048576\n"));
    });
    const { outcome, body } = await get(origin);
    expect(outcome.ok).toBe(true);
    expect(body.toString()).toBe("heap profile: 1: 2 [3: 4] @ heap/1048576\n");
  });

  test("of a kept connection that the server has closed is fetched again", async () => {
    let requests = 0;
    const origin = await httpServer((request, response) => {
      requests += 1;
      response.end("ok");
      // Closed behind the client's back, right after a reply that promised to stay open.
      response.on("finish", () => setImmediate(() => request.socket.destroy()));
    });
    const http = new HttpClient({ timeouts: QUICK });
    for (let i = 0; i < 5; i++) {
      const outcome = await http.get(new URL(origin), { maxBytes: 100, onBody: () => undefined });
      expect(outcome.ok).toBe(true);
    }
    http.close();
    expect(requests).toBe(5);
  });

  test("over a unix socket", async () => {
    const dir = mkdtempSync(join(tmpdir(), "heapwright-unix-"));
    const path = join(dir, "service.sock");
    const server = createServer((request, response) => response.end(request.url));
    await new Promise<void>((resolve) => server.listen(path, resolve));
    onTestFinished(() => {
      server.close();
      rmSync(dir, { recursive: true });
    });
    const { body } = await get("http://localhost/debug/pprof/heap", {}, { unixSocket: path });
    expect(body.toString()).toBe("/debug/pprof/heap");
    const { outcome } = await get("http://localhost/", {}, { unixSocket: join(dir, "no.sock") });
    expect(failureOf(outcome)).toEqual({ kind: "unix-socket", code: "ENOENT" });
  });
});

describe("credentials", () => {
  test("of the URL are sent and headers too", async () => {
    const seen: (string | undefined)[] = [];
    const origin = await httpServer((request, response) => {
      seen.push(request.headers.authorization, String(request.headers["x-team"]));
      response.end("ok");
    });
    await get(
      origin.replace("http://", "http://ann:p%40ss@"),
      {},
      { headers: { "X-Team": "core" } },
    );
    expect(seen).toEqual([`Basic ${Buffer.from("ann:p@ss").toString("base64")}`, "core"]);
  });
});

describe("redirects", () => {
  test("are followed on the same origin", async () => {
    const origin = await httpServer((request, response) => {
      if (request.url === "/there") response.end("found");
      else response.writeHead(302, { location: "/there" }).end();
    });
    expect((await get(origin)).body.toString()).toBe("found");
  });

  test("to another origin are refused, with that origin only", async () => {
    const origin = await httpServer((_, response) =>
      response.writeHead(302, { location: "https://login.invalid/x?state=secret" }).end(),
    );
    expect(failureOf((await get(origin)).outcome)).toEqual({
      kind: "redirect-elsewhere",
      origin: "https://login.invalid",
    });
  });

  test("without end are given up", async () => {
    let requests = 0;
    const origin = await httpServer((_, response) => {
      requests += 1;
      response.writeHead(307, { location: `/${requests}` }).end();
    });
    expect(failureOf((await get(origin)).outcome)).toEqual({ kind: "redirect-loop" });
    expect(requests).toBe(4);
  });
});

describe("a service that misbehaves", () => {
  test("refuses", async () => {
    const { outcome } = await get(`http://127.0.0.1:${await closedPort()}/`);
    expect(failureOf(outcome)).toEqual({ kind: "refused" });
    const byName = await get(`http://localhost:${await closedPort()}/`);
    expect(failureOf(byName.outcome)).toEqual({ kind: "refused" });
  });

  test.each([401, 403, 404, 500, 503])("answers %i", async (status) => {
    const origin = await httpServer((_, response) => response.writeHead(status).end("no"));
    expect(failureOf((await get(origin)).outcome)).toEqual({ kind: "status", status });
  });

  test("resets in the middle of the body: the exact count is known", async () => {
    const origin = await httpServer((_, response) => {
      response.writeHead(200, { "content-length": "100000" });
      response.write(Buffer.alloc(5000, "x"), () => response.socket?.destroy());
    });
    const { outcome, body } = await get(origin);
    expect(failureOf(outcome)).toEqual({ kind: "reset", afterBytes: body.length });
  });

  test("ends a chunked body early", async () => {
    const origin = await tcpServer((socket) =>
      socket.end("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n"),
    );
    expect((await get(origin)).outcome.ok).toBe(false);
  });

  test("shows a login page with status 200, also when it names another type", async () => {
    const page = "<!DOCTYPE html><html><head><title>Sign\nin</title></head></html>";
    const origin = await httpServer((request, response) => {
      response.setHeader("content-type", request.url === "/a" ? "text/html" : "text/plain");
      response.end(page);
    });
    for (const path of ["/a", "/b"]) {
      const { outcome, body } = await get(origin + path);
      expect(failureOf(outcome)).toEqual({ kind: "html", title: "Sign in" });
      expect(body.length).toBe(0);
    }
    expect((await get(`${origin}/a`, { allowHtml: true })).body.toString()).toBe(page);
  });

  test("never sends a status line", async () => {
    const origin = await tcpServer(() => undefined);
    expect(failureOf((await get(origin)).outcome)).toMatchObject({
      kind: "timeout",
      phase: "first-byte",
    });
  });

  test("drips header bytes for ever", async () => {
    const origin = await tcpServer((socket) => {
      socket.write("HTTP/1.1 200 OK\r\n");
      const drip = setInterval(() => socket.write("x-a: b\r\n"), 50);
      socket.on("close", () => clearInterval(drip));
    });
    expect(failureOf((await get(origin)).outcome)).toMatchObject({
      kind: "timeout",
      phase: "first-byte",
    });
  });

  test("stops in the middle of the body", async () => {
    const origin = await httpServer((_, response) => void response.write("abc"));
    expect(failureOf((await get(origin)).outcome)).toMatchObject({
      kind: "timeout",
      phase: "idle",
    });
  });

  test("drips the body: the total time ends it", async () => {
    const origin = await httpServer((_, response) => {
      const drip = setInterval(() => response.write("x"), 50);
      response.on("close", () => clearInterval(drip));
    });
    expect(failureOf((await get(origin)).outcome)).toMatchObject({
      kind: "timeout",
      phase: "total",
    });
  });

  test("sends a body without end: the cap ends it", async () => {
    const origin = await httpServer((_, response) => {
      const chunk = Buffer.alloc(64 * 1024, "y");
      const pump = (): void => {
        while (!response.destroyed && response.write(chunk));
      };
      response.on("drain", pump);
      pump();
    });
    const { outcome, body } = await get(origin);
    expect(failureOf(outcome)).toEqual({ kind: "too-large", cap: 1 << 20 });
    expect(body.length).toBeLessThanOrEqual(1 << 20);
  });

  test("sends a gzip bomb: the cap counts decoded bytes", async () => {
    const bomb = gzipSync(Buffer.alloc(200 << 20));
    const origin = await httpServer((_, response) => {
      response.setHeader("content-encoding", "gzip");
      response.end(bomb);
    });
    const { outcome, body } = await get(origin);
    expect(failureOf(outcome)).toEqual({ kind: "too-large", cap: 1 << 20 });
    expect(body.length).toBeLessThanOrEqual(1 << 20);
  });

  test("cuts a gzip encoding", async () => {
    const whole = gzipSync(Buffer.from("z".repeat(1000) + String(Math.PI)));
    const origin = await httpServer((_, response) => {
      response.setHeader("content-encoding", "gzip");
      response.end(whole.subarray(0, whole.length - 12));
    });
    expect(failureOf((await get(origin)).outcome)).toEqual({
      kind: "encoding",
      encoding: "gzip truncated",
    });
  });

  test("uses an encoding nobody asked for", async () => {
    const origin = await httpServer((_, response) => {
      response.setHeader("content-encoding", "br");
      response.end("?");
    });
    expect(failureOf((await get(origin)).outcome)).toEqual({ kind: "encoding", encoding: "br" });
  });

  test("speaks no HTTP", async () => {
    const origin = await tcpServer((socket) => socket.end("220 mail.example ESMTP\r\n"));
    expect(failureOf((await get(origin)).outcome)).toMatchObject({ kind: "not-http" });
  });
});

describe("TLS", () => {
  function certificate(): { dir: string; cert: string; key: string } {
    const dir = mkdtempSync(join(tmpdir(), "heapwright-tls-"));
    onTestFinished(() => rmSync(dir, { recursive: true }));
    const cert = join(dir, "cert.pem");
    const key = join(dir, "key.pem");
    execFileSync(
      "openssl",
      [
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:prime256v1",
        "-nodes",
      ].concat(
        ["-keyout", key, "-out", cert, "-days", "2", "-subj", "/CN=service.test"],
        ["-addext", "subjectAltName=DNS:service.test"],
      ),
      { stdio: "ignore" },
    );
    return { dir, cert, key };
  }

  async function tlsServer(files: { cert: string; key: string }): Promise<string> {
    const server = createHttpsServer(
      { cert: readFileSync(files.cert), key: readFileSync(files.key) },
      (_, response) => response.end("secure"),
    );
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => {
      server.closeAllConnections();
      server.close();
    });
    const address = server.address();
    if (address === null || typeof address === "string") throw new Error("no TCP address");
    return `https://127.0.0.1:${address.port}`;
  }

  test("unknown certificate, own CA with a server name, insecure, and the wrong protocol", async () => {
    const files = certificate();
    const origin = await tlsServer(files);
    expect(failureOf((await get(origin)).outcome)).toEqual({
      kind: "tls",
      code: "DEPTH_ZERO_SELF_SIGNED_CERT",
    });
    const trusted = await readTlsFiles({ ca: files.cert, servername: "service.test" });
    const insecure = await readTlsFiles({ insecure: true });
    if ("problem" in trusted || "problem" in insecure) throw new Error("files must be readable");
    expect((await get(origin, {}, { tls: trusted.material })).body.toString()).toBe("secure");
    expect((await get(origin, {}, { tls: insecure.material })).body.toString()).toBe("secure");
    const wrongName = await readTlsFiles({ ca: files.cert });
    if ("problem" in wrongName) throw new Error("file must be readable");
    expect(failureOf((await get(origin, {}, { tls: wrongName.material })).outcome)).toEqual({
      kind: "tls",
      code: "ERR_TLS_CERT_ALTNAME_INVALID",
    });
    const plain = await httpServer((_, response) => response.end("plain"));
    expect(failureOf((await get(plain.replace("http:", "https:"))).outcome)).toEqual({
      kind: "not-tls",
    });
  });

  test("Go's answer to plain HTTP on a TLS port is understood", async () => {
    const origin = await tcpServer((socket) =>
      socket.end(
        "HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n",
      ),
    );
    expect(failureOf((await get(origin)).outcome)).toEqual({ kind: "needs-https" });
  });

  test("a PEM file that is not there is told before any request", async () => {
    expect(await readTlsFiles({ ca: "/nonexistent/ca.pem" })).toEqual({
      problem: { option: "ca", path: "/nonexistent/ca.pem", code: "ENOENT" },
    });
  });
});

describe("the caller", () => {
  test("may abort at any time", async () => {
    const origin = await httpServer((_, response) => void response.write("abc"));
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 50);
    expect(failureOf((await get(origin, { signal: stop.signal })).outcome)).toEqual({
      kind: "aborted",
    });
    expect(failureOf((await get(origin, { signal: stop.signal })).outcome)).toEqual({
      kind: "aborted",
    });
  });

  test("gets its own error back when it cannot take the body", async () => {
    const origin = await httpServer((_, response) => response.end("abc"));
    const full = new Error("no space left");
    await expect(
      get(origin, {
        onBody: () => {
          throw full;
        },
      }),
    ).rejects.toBe(full);
  });
});
