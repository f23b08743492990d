// A small HTTP(S) client on node:http(s) for one service at a time. Every wait has an end, every body a
// cap, and the answer is a typed outcome. One request at a time over one kept connection: the observed
// service sees no more than one reader.
//
// Not supported: proxies (HTTP_PROXY is ignored: a profile of the wrong service is worse than none),
// cookies, HTTP/2, Digest and Negotiate authentication, Brotli bodies.

import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import { performance } from "node:perf_hooks";
import { gunzip, newGzipReport } from "../bytes/gzip.ts";
import { authorizationOf } from "./address.ts";
import { failureOf, looksLikeHtml, saysNeedsHttps, titleOf } from "./failure.ts";
import type { HttpFailure, HttpOutcome, HttpTiming, TimeoutPhase } from "./outcome.ts";
import type { TlsMaterial } from "./tls.ts";

export interface HttpClientOptions {
  /** Sent with every request of this client; redirects never leave the origin. A page of another host
   * needs a client of its own, so that a token is not sent there. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly tls?: TlsMaterial;
  /** Connect through this unix socket whatever the URL's host says. */
  readonly unixSocket?: string;
  readonly userAgent?: string;
  readonly timeouts?: Partial<HttpTimeouts>;
}

export interface HttpTimeouts {
  readonly connectMs: number;
  /** From the sent request to the status line: a service that swaps or is stopped takes long. */
  readonly firstByteMs: number;
  /** Between two pieces of the body. */
  readonly idleMs: number;
  readonly totalMs: number;
}

export const DEFAULT_TIMEOUTS: HttpTimeouts = {
  connectMs: 5_000,
  firstByteMs: 30_000,
  idleMs: 15_000,
  totalMs: 120_000,
};

export interface GetOptions {
  /** Cap on body bytes after decoding. */
  readonly maxBytes: number;
  /** Awaited before more is read: a slow disk slows the reading, not the memory. */
  readonly onBody: (chunk: Uint8Array) => void | Promise<void>;
  readonly signal?: AbortSignal;
  readonly timeouts?: Partial<HttpTimeouts>;
  /** Overrides the client's Authorization for this URL. */
  readonly authorization?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly allowHtml?: boolean;
}

const MAX_REDIRECTS = 3;
const HEAD_BYTES = 2048;

export class HttpClient {
  readonly #options: HttpClientOptions;
  readonly #http: HttpAgent;
  readonly #https: HttpsAgent;

  constructor(options: HttpClientOptions = {}) {
    this.#options = options;
    this.#http = new HttpAgent({ keepAlive: true, maxSockets: 1 });
    this.#https = new HttpsAgent({ keepAlive: true, maxSockets: 1, ...options.tls });
  }

  close(): void {
    this.#http.destroy();
    this.#https.destroy();
  }

  async get(url: URL, options: GetOptions): Promise<HttpOutcome> {
    const clock = new RequestClock();
    let bytes = 0;
    let connection: Connection | undefined;
    const onBody = async (chunk: Uint8Array): Promise<void> => {
      bytes += chunk.length;
      await options.onBody(chunk);
    };
    const fail = (failure: HttpFailure): HttpOutcome => ({
      ok: false,
      failure,
      bytes,
      timing: clock.read(connection),
    });
    let at = url;
    for (let redirects = 0; ; redirects++) {
      let step = await this.#once(at, { ...options, onBody });
      // A kept connection that the server closed in the meantime fails on its first use, through no
      // fault of the service: one fresh try.
      if (step.kind === "failed" && step.staleConnection && bytes === 0) {
        step = await this.#once(at, { ...options, onBody });
      }
      connection ??= step.connection;
      if (step.kind === "failed") return fail(step.failure);
      if (step.kind === "done") {
        return {
          ok: true,
          status: 200,
          contentType: step.contentType,
          bytes,
          timing: clock.read(connection),
        };
      }
      if (redirects >= MAX_REDIRECTS) return fail({ kind: "redirect-loop" });
      const next = URL.canParse(step.location, at.href) ? new URL(step.location, at) : undefined;
      if (next === undefined) return fail({ kind: "redirect-loop" });
      if (next.origin !== at.origin)
        return fail({ kind: "redirect-elsewhere", origin: next.origin });
      at = next;
    }
  }

  #once(url: URL, options: GetOptions): Promise<Step> {
    const timeouts = { ...DEFAULT_TIMEOUTS, ...this.#options.timeouts, ...options.timeouts };
    const secure = url.protocol === "https:";
    const headers: Record<string, string> = {
      accept: "*/*",
      // A profile is gzip already; encoding text costs the service CPU it is being measured for.
      "accept-encoding": "identity",
      "user-agent": this.#options.userAgent ?? "heapwright",
      ...lowerCaseNames(this.#options.headers ?? {}),
      ...lowerCaseNames(options.headers ?? {}),
    };
    const authorization = authorizationOf(url) ?? options.authorization;
    if (authorization !== undefined) headers["authorization"] ??= authorization;
    const bare = new URL(url);
    bare.username = "";
    bare.password = "";

    return new Promise((resolve, reject) => {
      if (options.signal?.aborted === true) {
        resolve({ ...notStale({ kind: "aborted" }), connection: undefined });
        return;
      }
      const about: Transfer = {
        host: url.hostname,
        bytes: 0,
        unixSocket: this.#options.unixSocket !== undefined,
        isStopped: false,
        sinkError: undefined,
      };
      const startedMs = performance.now();
      let connection: Connection | undefined;
      let isSettled = false;
      let isHandingOn = false;
      const settle = (step: StepBody): void => {
        if (isSettled) return;
        isSettled = true;
        about.isStopped = true;
        timers.clear();
        options.signal?.removeEventListener("abort", onAbort);
        if (step.kind !== "done") request.destroy();
        resolve({ ...step, connection });
      };
      const failed = (failure: HttpFailure, staleConnection = false): void =>
        settle({ kind: "failed", failure, staleConnection });
      const timers = new Timers((phase, afterMs) =>
        failed({ kind: "timeout", phase, afterMs, afterBytes: about.bytes }),
      );
      const onAbort = (): void => failed({ kind: "aborted" });

      const request = (secure ? httpsRequest : httpRequest)(bare, {
        agent: secure ? this.#https : this.#http,
        headers,
        ...(this.#options.unixSocket === undefined ? {} : { socketPath: this.#options.unixSocket }),
      });
      options.signal?.addEventListener("abort", onAbort);
      timers.start("total", timeouts.totalMs);
      timers.start("connect", timeouts.connectMs);

      request.on("socket", (socket) => {
        const connected = (): void => {
          if (isSettled) return;
          timers.stop("connect");
          timers.start("first-byte", timeouts.firstByteMs);
        };
        if (!socket.connecting) return connected();
        let attemptMs = startedMs;
        let roundTripMs = 0;
        socket.once("lookup", () => (attemptMs = performance.now()));
        socket.on("connectionAttempt", () => (attemptMs = performance.now()));
        socket.once("connect", () => (roundTripMs = performance.now() - attemptMs));
        socket.once(secure ? "secureConnect" : "connect", () => {
          connection = { connectMs: performance.now() - startedMs, roundTripMs };
          connected();
        });
      });
      request.on("error", (error) => {
        // While a body is being handed on, the reader reports the failure with its exact byte count.
        if (isHandingOn) return;
        const failure = failureOf(error, about);
        failed(failure, request.reusedSocket && failure.kind === "reset");
      });
      request.on("response", (response) => {
        timers.stop("first-byte");
        isHandingOn = true;
        readResponse(response, options, about, () => timers.restart("idle", timeouts.idleMs)).then(
          (step) => settle(step),
          (error: unknown) => {
            if (about.sinkError === undefined) return failed(failureOf(error, about));
            // The receiver failed (a full disk), not the service: that is the caller's error.
            reject(about.sinkError.error);
            settle(notStale({ kind: "aborted" }));
          },
        );
      });
      request.end();
    });
  }
}

type StepBody =
  | { readonly kind: "done"; readonly contentType: string }
  | { readonly kind: "redirect"; readonly location: string }
  | { readonly kind: "failed"; readonly failure: HttpFailure; readonly staleConnection: boolean };

interface Connection {
  readonly connectMs: number;
  readonly roundTripMs: number;
}

type Step = StepBody & { readonly connection: Connection | undefined };

const notStale = (failure: HttpFailure): StepBody => ({
  kind: "failed",
  failure,
  staleConnection: false,
});

/** One request's state, shared between the socket's events and the reading of the body. */
interface Transfer {
  readonly host: string;
  readonly unixSocket: boolean;
  bytes: number;
  /** The outcome is decided: nothing more is handed on. */
  isStopped: boolean;
  sinkError: { readonly error: unknown } | undefined;
}

async function readResponse(
  response: IncomingMessage,
  options: GetOptions,
  about: Transfer,
  onActivity: () => void,
): Promise<StepBody> {
  response.on("error", () => undefined);
  const status = response.statusCode ?? 0;
  const contentType =
    (response.headers["content-type"] ?? "").split(";")[0]?.trim().toLowerCase() ?? "";
  if (status >= 301 && status <= 308 && status !== 304 && response.headers.location !== undefined) {
    return { kind: "redirect", location: response.headers.location };
  }
  if (status !== 200) {
    const body = await readHead(response);
    return notStale(
      saysNeedsHttps(status, body) ? { kind: "needs-https" } : { kind: "status", status },
    );
  }
  const encoding = (response.headers["content-encoding"] ?? "identity").trim().toLowerCase();
  if (encoding !== "identity" && encoding !== "gzip" && encoding !== "x-gzip") {
    return notStale({ kind: "encoding", encoding: encoding.slice(0, 20) });
  }
  const raw = activity(response, onActivity);
  const report = newGzipReport();
  const body = encoding === "identity" ? raw : gunzip(raw, report);

  // The first bytes are held back until it is clear that they are no web page.
  let head: Uint8Array | undefined = new Uint8Array(0);
  const handOn = async (chunk: Uint8Array): Promise<HttpFailure | undefined> => {
    if (about.bytes + chunk.length > options.maxBytes) {
      return { kind: "too-large", cap: options.maxBytes };
    }
    if (about.isStopped) return { kind: "aborted" };
    about.bytes += chunk.length;
    try {
      await options.onBody(chunk);
    } catch (error) {
      about.sinkError = { error };
      throw error;
    }
    return undefined;
  };
  const release = async (): Promise<HttpFailure | undefined> => {
    if (head === undefined) return undefined;
    const held = head;
    head = undefined;
    const text = Buffer.from(held.subarray(0, HEAD_BYTES)).toString("latin1");
    if (options.allowHtml !== true && looksLikeHtml(contentType, text)) {
      return { kind: "html", title: titleOf(Buffer.from(held).toString("utf8")) };
    }
    return held.length === 0 ? undefined : handOn(held);
  };
  for await (const chunk of body) {
    let failure: HttpFailure | undefined;
    if (head !== undefined) {
      head = head.length === 0 ? chunk : Buffer.concat([head, chunk]);
      if (head.length >= HEAD_BYTES) failure = await release();
    } else {
      failure = await handOn(chunk);
    }
    if (failure !== undefined) return notStale(failure);
  }
  const failure = await release();
  if (failure !== undefined) return notStale(failure);
  if (report.damage !== undefined && report.damage.kind !== "trailing") {
    return notStale({ kind: "encoding", encoding: `gzip ${report.damage.kind}` });
  }
  return { kind: "done", contentType };
}

async function* activity(
  response: IncomingMessage,
  onActivity: () => void,
): AsyncGenerator<Uint8Array> {
  onActivity();
  for await (const chunk of response) {
    if (!(chunk instanceof Uint8Array))
      throw new TypeError("a response without encoding gives bytes");
    onActivity();
    yield chunk;
  }
}

async function readHead(response: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of activity(response, () => undefined)) {
    text += Buffer.from(chunk).toString("latin1");
    if (text.length >= HEAD_BYTES) break;
  }
  return text.slice(0, HEAD_BYTES);
}

function lowerCaseNames(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]),
  );
}

class RequestClock {
  readonly #startMs = Date.now();
  readonly #startMonoMs = performance.now();

  read(connection: Connection | undefined): HttpTiming {
    return {
      startMs: this.#startMs,
      startMonoMs: this.#startMonoMs,
      endMs: Date.now(),
      endMonoMs: performance.now(),
      connectMs: connection?.connectMs,
      roundTripMs: connection?.roundTripMs,
    };
  }
}

class Timers {
  readonly #running = new Map<TimeoutPhase, NodeJS.Timeout>();
  readonly #onTimeout: (phase: TimeoutPhase, afterMs: number) => void;

  constructor(onTimeout: (phase: TimeoutPhase, afterMs: number) => void) {
    this.#onTimeout = onTimeout;
  }

  start(phase: TimeoutPhase, afterMs: number): void {
    this.#running.set(
      phase,
      setTimeout(() => this.#onTimeout(phase, afterMs), afterMs),
    );
  }

  restart(phase: TimeoutPhase, afterMs: number): void {
    const running = this.#running.get(phase);
    if (running === undefined) this.start(phase, afterMs);
    else running.refresh();
  }

  stop(phase: TimeoutPhase): void {
    clearTimeout(this.#running.get(phase));
    this.#running.delete(phase);
  }

  clear(): void {
    for (const timer of this.#running.values()) clearTimeout(timer);
    this.#running.clear();
  }
}
