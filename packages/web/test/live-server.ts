// The smallest server that a live page needs, for tests of the page: the document, and its <main> again on
// each update. The real one (host/view-server) has its own tests; the protocol is in README.md.

import { type ServerResponse, createServer } from "node:http";

export interface LiveServer {
  readonly url: string;
  /** Pages that listen; an update reaches only these. */
  readonly listening: number;
  update(): void;
  close(): Promise<void>;
}

export async function startLiveServer(render: () => string): Promise<LiveServer> {
  const clients = new Set<ServerResponse>();
  const message = (): string => {
    const page = render();
    const main = page.slice(page.search(/<main\s/), page.indexOf("</main>") + "</main>".length);
    return `data: ${JSON.stringify({ main })}\n\n`;
  };
  const server = createServer((request, response) => {
    if (request.url !== "/events") {
      response.writeHead(200, { "content-type": "text/html; charset=utf-8" });
      response.end(render());
      return;
    }
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write(message());
    clients.add(response);
    response.on("close", () => clients.delete(response));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}/`,
    get listening() {
      return clients.size;
    },
    update: () => {
      for (const client of clients) client.write(message());
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
