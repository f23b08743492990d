// Requests to the observed service, one at a time, each counted. Bodies are kept in memory: they are
// looked into (GC count, goroutine count) or redacted before they are written.

import type { CaptureCost } from "@heapwright/core/evidence/capture-record.ts";
import { isLoopback, publicUrl, serviceUrl, type ServiceAddress } from "../http/address.ts";
import { HttpClient, type HttpClientOptions, type HttpTimeouts } from "../http/client.ts";
import type { HttpFailure, HttpTiming } from "../http/outcome.ts";
import { CostMeter } from "./recorder.ts";

export interface Fetched {
  readonly ok: true;
  readonly body: Uint8Array;
  readonly contentType: string;
  readonly timing: HttpTiming;
  /** The service's own time for it, without the round trip. */
  readonly busyMs: number;
  readonly url: string;
}

export interface NotFetched {
  readonly ok: false;
  readonly failure: HttpFailure;
  readonly timing: HttpTiming;
  readonly url: string;
}

export interface FetchOptions {
  readonly maxBytes?: number;
  /** How often the request stops the world, for the cost. */
  readonly stops?: number;
  /** What the service is asked to wait before it answers: no work of its own. */
  readonly waitMs?: number;
  readonly timeouts?: Partial<HttpTimeouts>;
  readonly allowHtml?: boolean;
}

/** Go cuts goroutine?debug=2 at 64 MB; a heap text of 1 M buckets is about 200 MB. */
const MAX_BODY_BYTES = 256 * 1024 * 1024;

export class Service {
  readonly address: ServiceAddress;
  readonly #client: HttpClient;
  readonly #foreign: HttpClient;
  readonly #cost = new CostMeter();
  readonly #signal: AbortSignal;
  readonly #isUnix: boolean;

  constructor(address: ServiceAddress, options: HttpClientOptions, signal: AbortSignal) {
    this.address = address;
    this.#client = new HttpClient(options);
    // A metrics page of another host is given neither the headers nor the client certificate.
    this.#foreign = new HttpClient({
      ...(options.userAgent === undefined ? {} : { userAgent: options.userAgent }),
      ...(options.timeouts === undefined ? {} : { timeouts: options.timeouts }),
    });
    this.#signal = signal;
    this.#isUnix = options.unixSocket !== undefined;
  }

  /** URL of a profile: `heap` with { debug: "1" }. */
  profileUrl(name: string, parameters: Readonly<Record<string, string>> = {}): URL {
    return serviceUrl(this.address, `${this.address.prefix}/${name}`, parameters);
  }

  /** URL of a page beside the profiles: `/metrics`. */
  pageUrl(path: string): URL {
    return serviceUrl(this.address, path);
  }

  get isLocal(): boolean {
    return this.#isUnix || isLoopback(new URL(this.address.origin));
  }

  get cost(): CaptureCost {
    return this.#cost.read();
  }

  async fetch(url: URL, options: FetchOptions = {}): Promise<Fetched | NotFetched> {
    const chunks: Uint8Array[] = [];
    const outcome = await this.stream(url, options, (chunk) => void chunks.push(chunk));
    const body = chunks.length === 1 ? chunks[0] : undefined;
    return outcome.ok ? { ...outcome, body: body ?? Buffer.concat(chunks) } : outcome;
  }

  async stream(
    url: URL,
    options: FetchOptions,
    onBody: (chunk: Uint8Array) => void | Promise<void>,
  ): Promise<Omit<Fetched, "body"> | NotFetched> {
    // Same host, any port: a service often has its metrics on a port of their own.
    const isOwn = url.hostname === new URL(this.address.origin).hostname;
    const client = isOwn ? this.#client : this.#foreign;
    const { authorization } = this.address;
    const outcome = await client.get(url, {
      maxBytes: options.maxBytes ?? MAX_BODY_BYTES,
      signal: this.#signal,
      onBody,
      ...(isOwn && authorization !== undefined ? { authorization } : {}),
      ...(options.timeouts === undefined ? {} : { timeouts: options.timeouts }),
      ...(options.allowHtml === undefined ? {} : { allowHtml: options.allowHtml }),
    });
    const busyMs = this.#cost.add(
      outcome.timing,
      outcome.bytes,
      options.stops ?? 0,
      options.waitMs ?? 0,
    );
    const shown = publicUrl(url);
    return outcome.ok
      ? { ok: true, contentType: outcome.contentType, timing: outcome.timing, busyMs, url: shown }
      : { ok: false, failure: outcome.failure, timing: outcome.timing, url: shown };
  }

  close(): void {
    this.#client.close();
    this.#foreign.close();
  }
}
