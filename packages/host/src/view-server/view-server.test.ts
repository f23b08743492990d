import { type IncomingMessage, request as httpRequest } from "node:http";
import { createServer } from "node:net";
import { afterEach, expect, test } from "vitest";
import { contentPolicyOf, mainElementOf } from "./page-parts.ts";
import { type ViewServer, startViewServer } from "./view-server.ts";

const open: ViewServer[] = [];
afterEach(async () => {
  for (const server of open.splice(0)) await server.close();
});

function pageOf(text: string): string {
  return `<!doctype html><html><head><meta http-equiv="Content-Security-Policy" content="default-src &#39;none&#39;; img-src data:"></head><body><main id="main">${text}</main><script>1</script></body></html>`;
}

async function start(
  render: () => string = () => pageOf("one"),
  json = (): string => '{"a":1}',
): Promise<ViewServer> {
  const server = await startViewServer({ render, json, port: 0 });
  open.push(server);
  return server;
}

interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** fetch() does not let Host be set; this does. */
function get(
  url: string,
  {
    path,
    method = "GET",
    headers = {},
  }: { path?: string; method?: string; headers?: Record<string, string> } = {},
): Promise<Reply> {
  const { hostname, port, pathname } = new URL(url);
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      { hostname, port, path: path ?? pathname, method, headers },
      (response) => {
        let body = "";
        response.setEncoding("utf8");
        response.on("data", (chunk: string) => (body += chunk));
        response.on("end", () =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body }),
        );
      },
    );
    request.on("error", reject);
    request.end();
  });
}

/** Messages of an event stream until `count` have come, or the server ended it. */
async function events(url: string, count: number, opened: () => void): Promise<string[]> {
  const response = await fetch(`${url}events`);
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  if (reader === undefined) throw new Error("no stream");
  const out: string[] = [];
  let text = "";
  let isOpen = false;
  while (out.length < count) {
    const { done, value } = await reader.read();
    if (done) break;
    text += value;
    let end = text.indexOf("\n\n");
    while (end >= 0) {
      const block = text.slice(0, end);
      text = text.slice(end + 2);
      if (block.startsWith("data:")) out.push(block.slice(6));
      else if (block.startsWith("event:")) out.push(block);
      end = text.indexOf("\n\n");
    }
    if (!isOpen && out.length > 0) {
      isOpen = true;
      opened();
    }
  }
  await reader.cancel();
  return out;
}

test("the page comes with the policy it asks for, and may not be framed", async () => {
  const { url } = await start();
  const { status, headers, body } = await get(url);
  expect(status).toBe(200);
  expect(body).toBe(pageOf("one"));
  expect(headers["content-security-policy"]).toBe(
    "default-src 'none'; img-src data:; frame-ancestors 'none'",
  );
  expect(headers["cache-control"]).toBe("no-store");
  expect(headers["x-content-type-options"]).toBe("nosniff");
  expect(headers["referrer-policy"]).toBe("no-referrer");
  expect((await get(url, { method: "HEAD" })).body).toBe("");
});

test("a page without a policy of its own gets the strictest", async () => {
  const { url } = await start(() => "<main>x</main>");
  const { headers } = await get(url);
  expect(headers["content-security-policy"]).toBe("default-src 'none'; frame-ancestors 'none'");
});

test("it listens on loopback alone", async () => {
  const { url } = await start();
  expect(new URL(url).hostname).toBe("127.0.0.1");
  // Another address of this machine is free: the port is not taken on all interfaces.
  const other = createServer();
  await new Promise<void>((resolve, reject) => {
    other.once("error", reject);
    other.listen(Number(new URL(url).port), "127.0.0.2", resolve);
  });
  await new Promise((resolve) => other.close(resolve));
});

test("without the token there is nothing, and no hint", async () => {
  const { url } = await start();
  const token = new URL(url).pathname.slice(1, -1);
  expect(token.length).toBeGreaterThanOrEqual(24);
  const wrong = `${token.slice(0, -1)}${token.endsWith("A") ? "B" : "A"}`;
  const paths = ["/", "", "/events", "/answer.json", `/${wrong}/`, `/${token}`, `/${token}x/`];
  for (const path of [...paths, `/${token}/other`, `/${token}//`, `/${token}/../`, "/%00/"]) {
    const reply = await get(url, { path });
    expect([path, reply.status, reply.body]).toEqual([path, 404, "not found\n"]);
  }
});

test("two servers have two tokens", async () => {
  const [a, b] = [await start(), await start()];
  expect(new URL(a.url).pathname).not.toBe(new URL(b.url).pathname);
});

test.each([
  ["a name that was pointed at this machine", { host: "evil.example" }],
  ["the right name on another port", { host: "127.0.0.1:1" }],
  ["another origin", { origin: "http://evil.example" }],
  ["an opaque origin", { origin: "null" }],
  ["a request of another site", { "sec-fetch-site": "cross-site", "sec-fetch-mode": "cors" }],
])("%s is refused", async (_, headers) => {
  const { url } = await start();
  for (const path of ["", "events", "answer.json"]) {
    const reply = await get(url, { path: `${new URL(url).pathname}${path}`, headers });
    expect([path, reply.status]).toEqual([path, 403]);
    expect(reply.body).not.toContain("one");
  }
});

test("its own origin and localhost are served", async () => {
  const { url } = await start();
  const { port } = new URL(url);
  expect((await get(url, { headers: { origin: `http://127.0.0.1:${port}` } })).status).toBe(200);
  expect((await get(url, { headers: { host: `localhost:${port}` } })).status).toBe(200);
});

test("only GET and HEAD", async () => {
  const { url } = await start();
  for (const method of ["POST", "PUT", "DELETE", "OPTIONS", "PATCH"]) {
    const reply = await get(url, { method });
    expect([method, reply.status, reply.headers["allow"]]).toEqual([method, 405, "GET, HEAD"]);
  }
});

test("the answer as JSON is written once per update", async () => {
  let written = 0;
  const server = await start(
    () => pageOf("x"),
    () => JSON.stringify({ written: ++written }),
  );
  const ask = async (): Promise<string> => (await get(`${server.url}answer.json`)).body;
  expect([await ask(), await ask()]).toEqual(['{"written":1}', '{"written":1}']);
  server.update();
  expect(await ask()).toBe('{"written":2}');
});

test("an answer that cannot be written says so", async () => {
  const { url } = await start(undefined, () => {
    throw new Error("too deep");
  });
  const reply = await get(`${url}answer.json`);
  expect([reply.status, reply.body]).toEqual([
    500,
    "the answer could not be written as JSON: too deep\n",
  ]);
});

test("a page that cannot be rendered is the caller's error", async () => {
  let isBroken = true;
  const render = (): string => {
    if (isBroken) throw new Error("no page");
    return pageOf("fine");
  };
  await expect(startViewServer({ render, json: () => "", port: 0 })).rejects.toThrow("no page");
  isBroken = false;
  const server = await start(render);
  isBroken = true;
  expect(() => server.update()).toThrow("no page");
  expect((await get(server.url)).body).toBe(pageOf("fine"));
});

test("open pages hear of the state they have, of each update, and of the end", async () => {
  let text = "first";
  const server = await start(() => pageOf(text));
  const heard = await events(server.url, 3, () => {
    text = "second\nline";
    server.update();
    void server.close();
  });
  expect(heard.map((h) => (h.startsWith("event") ? h : JSON.parse(h)))).toEqual([
    { main: '<main id="main">first</main>' },
    { main: '<main id="main">second\nline</main>' },
    "event: end\ndata:",
  ]);
});

test("a page that does not read gets no queue, and the newest state when it reads again", async () => {
  const updates = 300;
  let n = 0;
  const server = await start(() => pageOf(`${n}:${"x".repeat(500_000)}`));
  const request = httpRequest(`${server.url}events`);
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    request.on("response", resolve).on("error", reject).end();
  });
  response.pause();
  for (n = 1; n < updates; n++) {
    server.update();
    await new Promise((resolve) => setImmediate(resolve));
  }
  n = updates;
  server.update();
  const seen: number[] = [];
  let text = "";
  response.setEncoding("utf8");
  await new Promise<void>((resolve) => {
    response.on("data", (chunk: string) => {
      text += chunk;
      for (let end = text.indexOf("\n\n"); end >= 0; end = text.indexOf("\n\n")) {
        const number = /<main id=\\"main\\">(\d+):/.exec(text.slice(0, end))?.[1];
        text = text.slice(end + 2);
        if (number !== undefined) seen.push(Number(number));
      }
      if (seen.at(-1) === updates) resolve();
    });
    response.resume();
  });
  // The kernel's buffers hold a few; a queue would hold 300, of 150 MB.
  expect(seen.length).toBeLessThan(60);
  expect(seen).toEqual(seen.toSorted((a, b) => a - b));
  request.destroy();
});

test("a taken port is reported", async () => {
  const { url } = await start();
  const port = Number(new URL(url).port);
  await expect(startViewServer({ render: () => "", json: () => "", port })).rejects.toMatchObject({
    code: "EADDRINUSE",
  });
});

test("closing ends event streams and frees the port", async () => {
  const server = await startViewServer({ render: () => pageOf("x"), json: () => "", port: 0 });
  const heard = events(server.url, 9, () => void server.close());
  expect((await heard).at(-1)).toBe("event: end\ndata:");
  await server.close();
  await expect(get(server.url)).rejects.toMatchObject({ code: "ECONNREFUSED" });
});

test("parts of a page", () => {
  expect(contentPolicyOf("<html></html>")).toBeUndefined();
  expect(
    contentPolicyOf('<meta http-equiv="Content-Security-Policy" content="a\r\nX-Evil: 1">'),
  ).toBe("aX-Evil: 1");
  expect(mainElementOf("<mainly><main\n class='x'>a</main></main>")).toBe(
    "<main\n class='x'>a</main>",
  );
  expect(mainElementOf("no main")).toBe("");
});
