// Serves the page on this machine only. What it shows (symbols, limits, paths) is nobody else's business,
// and any web page may send requests to 127.0.0.1, so: loopback bind, a secret in the path, no other Host
// (a name that was re-pointed at 127.0.0.1), no other Origin, and nothing that is not GET or HEAD.
//
//   /TOKEN/              the page
//   /TOKEN/events        Server-Sent Events: {"main": "<main …>…</main>"} at once and after each update
//   /TOKEN/answer.json   the answer
// Everything else is 404, without telling a wrong token from a wrong path.

import { randomBytes, timingSafeEqual } from "node:crypto";
import { type IncomingMessage, type ServerResponse, createServer } from "node:http";
import { EventClients } from "./event-clients.ts";
import { contentPolicyOf, mainElementOf } from "./page-parts.ts";

export interface ViewServerOptions {
  /** A complete document; asked at the start and at each update. What it throws goes to the caller. */
  readonly render: () => string;
  /** The answer as JSON; asked when somebody wants it, once per update. */
  readonly json: () => string;
  /** 0 = any free one. */
  readonly port: number;
}

export interface ViewServer {
  /** With the token: whoever has it may read the page. */
  readonly url: string;
  /** Renders again and tells every open page. */
  update(): void;
  /** Tells open pages that nothing more will come, then stops listening. */
  close(): Promise<void>;
}

const HOST = "127.0.0.1";
/** Pages and their event streams; a browser opens at most 6 per host. */
const MOST_CONNECTIONS = 64;

const HEADERS = {
  "cache-control": "no-store",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
} as const;

/** Rejects when the port is taken (EADDRINUSE). */
export async function startViewServer(options: ViewServerOptions): Promise<ViewServer> {
  const token = randomBytes(18).toString("base64url");
  const site = new Site(options, token);
  const server = createServer((request, response) => site.answer(request, response));
  server.maxConnections = MOST_CONNECTIONS;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen({ host: HOST, port: options.port, exclusive: true }, () => {
      server.off("error", reject);
      resolve();
    });
  });
  const address = server.address();
  if (address === null || typeof address === "string") {
    throw new Error("the view server listens on no port");
  }
  site.port = address.port;
  return {
    url: `http://${HOST}:${address.port}/${token}/`,
    update: () => site.update(),
    close: async () => {
      site.end();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
    },
  };
}

class Site {
  port = 0;
  readonly #options: ViewServerOptions;
  readonly #token: Buffer;
  readonly #clients: EventClients;
  #page: string;
  #json: string | undefined;

  constructor(options: ViewServerOptions, token: string) {
    this.#options = options;
    this.#token = Buffer.from(token);
    this.#page = options.render();
    this.#clients = new EventClients(() => JSON.stringify({ main: mainElementOf(this.#page) }));
  }

  update(): void {
    this.#page = this.#options.render();
    this.#json = undefined;
    this.#clients.changed();
  }

  end(): void {
    this.#clients.end();
  }

  answer(request: IncomingMessage, response: ServerResponse): void {
    if (!this.#isOurs(request))
      return refuse(response, 403, "this page is for its own address only");
    if (request.method !== "GET" && request.method !== "HEAD") {
      response.setHeader("allow", "GET, HEAD");
      return refuse(response, 405, "only GET");
    }
    const path = (request.url ?? "").split("?", 1)[0] ?? "";
    const [, token = "", ...rest] = path.split("/");
    if (!this.#isToken(token)) return refuse(response, 404, "not found");
    const isHead = request.method === "HEAD";
    const name = rest.join("/");
    if (name === "" && rest.length === 1) return this.#sendPage(response, isHead);
    if (name === "answer.json") return this.#sendJson(response, isHead);
    if (name === "events" && !isHead) return this.#clients.add(request, response, HEADERS);
    return refuse(response, 404, "not found");
  }

  /** The names under which a browser on this machine reaches us, and no page of another site. */
  #isOurs(request: IncomingMessage): boolean {
    const hosts = [`${HOST}:${this.port}`, `localhost:${this.port}`];
    const { host, origin } = request.headers;
    if (host === undefined || !hosts.includes(host)) return false;
    if (origin !== undefined && !hosts.some((h) => origin === `http://${h}`)) return false;
    // A link from elsewhere may open the page (it would need the token); nothing else may cross sites.
    const site = request.headers["sec-fetch-site"];
    const mode = request.headers["sec-fetch-mode"];
    return site !== "cross-site" || mode === "navigate";
  }

  #isToken(text: string): boolean {
    const given = Buffer.from(text);
    return given.length === this.#token.length && timingSafeEqual(given, this.#token);
  }

  #sendPage(response: ServerResponse, isHead: boolean): void {
    const policy = contentPolicyOf(this.#page) ?? "default-src 'none'";
    response.writeHead(200, {
      ...HEADERS,
      "content-type": "text/html; charset=utf-8",
      "content-security-policy": `${policy}; frame-ancestors 'none'`,
    });
    response.end(isHead ? undefined : this.#page);
  }

  #sendJson(response: ServerResponse, isHead: boolean): void {
    let text = this.#json;
    if (text === undefined) {
      try {
        text = this.#options.json();
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        return refuse(response, 500, `the answer could not be written as JSON: ${why}`);
      }
      this.#json = text;
    }
    response.writeHead(200, {
      ...HEADERS,
      "content-type": "application/json; charset=utf-8",
      "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    });
    response.end(isHead ? undefined : text);
  }
}

function refuse(response: ServerResponse, status: number, why: string): void {
  response.writeHead(status, {
    ...HEADERS,
    "content-type": "text/plain; charset=utf-8",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    connection: "close",
  });
  response.end(`${why}\n`);
}
