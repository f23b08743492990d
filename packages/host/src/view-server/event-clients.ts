// Open event streams. A page that cannot keep up gets the newest state when it can again, never a queue
// of old ones.

import type { IncomingMessage, ServerResponse } from "node:http";

interface Client {
  readonly response: ServerResponse;
  /** Asked for the newest state while its socket was full. */
  isBehind: boolean;
}

/** Proxies and laptops that slept end silent connections; a comment now and then keeps them. */
const KEEP_ALIVE_MS = 15_000;
/** Time a browser waits before it connects again. */
const RETRY_MS = 2_000;

export class EventClients {
  readonly #state: () => string;
  readonly #clients = new Set<Client>();
  #keepAlive: NodeJS.Timeout | undefined;
  #hasEnded = false;

  /** `state` gives the JSON of one message; it must hold no line break. */
  constructor(state: () => string) {
    this.#state = state;
  }

  add(
    request: IncomingMessage,
    response: ServerResponse,
    headers: Readonly<Record<string, string>>,
  ): void {
    response.writeHead(200, {
      ...headers,
      "content-type": "text/event-stream; charset=utf-8",
      "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    });
    response.write(`retry: ${RETRY_MS}\n\n`);
    const client: Client = { response, isBehind: false };
    response.on("drain", () => {
      if (client.isBehind) this.#send(client);
    });
    const gone = (): void => {
      this.#clients.delete(client);
      if (this.#clients.size === 0) this.#stopKeepAlive();
    };
    request.on("close", gone);
    response.on("close", gone);
    if (this.#hasEnded) return finish(response);
    this.#clients.add(client);
    this.#keepAlive ??= setInterval(() => this.#comment(), KEEP_ALIVE_MS).unref();
    // The page may be older than the newest state: it was fetched a moment ago.
    this.#send(client);
  }

  changed(): void {
    for (const client of this.#clients) this.#send(client);
  }

  end(): void {
    this.#hasEnded = true;
    this.#stopKeepAlive();
    for (const { response } of this.#clients) finish(response);
    this.#clients.clear();
  }

  #send(client: Client): void {
    if (client.response.writableNeedDrain) {
      client.isBehind = true;
      return;
    }
    client.isBehind = false;
    client.response.write(`data: ${this.#state()}\n\n`);
  }

  #comment(): void {
    for (const { response } of this.#clients)
      if (!response.writableNeedDrain) response.write(":\n\n");
  }

  #stopKeepAlive(): void {
    clearInterval(this.#keepAlive);
    this.#keepAlive = undefined;
  }
}

function finish(response: ServerResponse): void {
  response.end("event: end\ndata:\n\n");
}
