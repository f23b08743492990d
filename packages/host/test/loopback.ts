// Servers on loopback for tests: each stops with its test, and no request leaves the machine.

import { createServer as createHttp, type RequestListener } from "node:http";
import { createServer as createTcp, type AddressInfo, type Server, type Socket } from "node:net";
import { onTestFinished } from "vitest";

function listening(server: Server, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, host, () => {
      const address: AddressInfo | string | null = server.address();
      if (address === null || typeof address === "string") reject(new Error("no TCP address"));
      else resolve(address.port);
    });
  });
}

/** An HTTP server that lives until the test ends; returns its origin. */
export async function httpServer(handler: RequestListener, host = "127.0.0.1"): Promise<string> {
  const server = createHttp(handler);
  const port = await listening(server, host);
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return `http://127.0.0.1:${port}`;
}

/** A bare TCP server: what it says is no HTTP, or the wrong HTTP. */
export async function tcpServer(onSocket: (socket: Socket) => void): Promise<string> {
  const open = new Set<Socket>();
  const server = createTcp((socket) => {
    open.add(socket);
    socket.on("error", () => undefined);
    onSocket(socket);
  });
  const port = await listening(server, "127.0.0.1");
  onTestFinished(async () => {
    for (const socket of open) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  return `http://127.0.0.1:${port}`;
}

/** A port on which nothing listens: one that was just closed. */
export async function closedPort(): Promise<number> {
  const server = createTcp();
  const port = await listening(server, "127.0.0.1");
  await new Promise((resolve) => server.close(resolve));
  return port;
}
