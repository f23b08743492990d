// From a listening port to its process and back: /proc/net/tcp{,6} give the socket's inode, the links
// in /proc/PID/fd say who holds it. Authority: proc_net(5), net/ipv4/tcp_ipv4.c get_tcp4_sock.
//
// How it can mislead: a port forwarder (kubectl port-forward, docker-proxy, ssh -L) listens in place of
// the service. Whoever uses a pid found here must confirm it (capture/same-process.ts).
// Not supported: listeners of other network namespaces (a container's port seen from the host).

import { readdirSync, readlinkSync, statSync } from "node:fs";
import { errnoOf } from "../bytes/errno.ts";
import { PROC, readProcFile, textOf } from "./proc-file.ts";

export interface ListeningSocket {
  /** "127.0.0.1", "0.0.0.0", "::1", "::". */
  readonly address: string;
  readonly port: number;
  readonly inode: number;
  readonly uid: number;
}

const STATE_LISTEN = "0A";

/** Lines of /proc/net/tcp or tcp6 that are in LISTEN. Unknown lines are passed over. */
export function parseListeners(text: string): ListeningSocket[] {
  const found: ListeningSocket[] = [];
  for (const line of text.split("\n")) {
    const fields = line.trim().split(/\s+/);
    const [address, port] = (fields[1] ?? "").split(":");
    if (fields[3] !== STATE_LISTEN || address === undefined || port === undefined) continue;
    const inode = Number(fields[9]);
    const uid = Number(fields[7]);
    const decoded = decodeAddress(address);
    if (decoded === undefined || !Number.isSafeInteger(inode) || !Number.isSafeInteger(uid))
      continue;
    found.push({ address: decoded, port: parseInt(port, 16), inode, uid });
  }
  return found;
}

/** The kernel prints 32-bit words in host order; every platform Go profiles on is little-endian. */
function decodeAddress(hex: string): string | undefined {
  if (!/^(?:[0-9A-F]{8}|[0-9A-F]{32})$/.test(hex)) return undefined;
  const bytes = Buffer.from(hex, "hex");
  for (let i = 0; i < bytes.length; i += 4) bytes.subarray(i, i + 4).reverse();
  if (bytes.length === 4) return bytes.join(".");
  if (bytes.subarray(0, 12).equals(Buffer.from("00000000000000000000ffff", "hex"))) {
    return bytes.subarray(12).join(".");
  }
  if (bytes.every((value) => value === 0)) return "::";
  if (bytes.subarray(0, 15).every((value) => value === 0) && bytes[15] === 1) return "::1";
  const groups: string[] = [];
  for (let i = 0; i < 16; i += 2) groups.push(bytes.readUInt16BE(i).toString(16));
  return groups.join(":");
}

export type ListenerSearch =
  /** Usually one; several where a socket was inherited, or both address families differ. */
  | { readonly kind: "found"; readonly pids: readonly number[] }
  /** Somebody listens, but the holder's fd folder cannot be read. */
  | { readonly kind: "not-permitted"; readonly uid: number }
  | { readonly kind: "not-found" };

/** Who listens on a loopback port of this network namespace? */
export async function findListener(port: number): Promise<ListenerSearch> {
  const sockets = (await readListeners(`${PROC}/net`)).filter(
    (socket) => socket.port === port && reachesLoopback(socket.address),
  );
  const [first] = sockets;
  if (first === undefined) return { kind: "not-found" };
  const holders = holdersOf(sockets);
  if (holders.pids.length > 0) return { kind: "found", pids: holders.pids };
  return holders.sawForbidden ? { kind: "not-permitted", uid: first.uid } : { kind: "not-found" };
}

function reachesLoopback(address: string): boolean {
  return (
    address === "0.0.0.0" || address === "::" || address === "::1" || address.startsWith("127.")
  );
}

async function readListeners(folder: string): Promise<ListeningSocket[]> {
  const found: ListeningSocket[] = [];
  for (const file of ["tcp", "tcp6"]) {
    const read = await readProcFile(`${folder}/${file}`);
    if (read.ok) found.push(...parseListeners(textOf(read.bytes)));
  }
  return found;
}

/**
 * Cost: one readlink per open file of the processes asked, about 3 µs each; the socket's own user is
 * asked first, so that a machine with thousands of processes is rarely walked whole.
 */
function holdersOf(sockets: readonly ListeningSocket[]): { pids: number[]; sawForbidden: boolean } {
  const inodes = new Set(sockets.map((socket) => `socket:[${socket.inode}]`));
  const uids = new Set(sockets.map((socket) => socket.uid));
  const own: number[] = [];
  const others: number[] = [];
  for (const name of readdirSync(PROC)) {
    if (!/^\d+$/.test(name)) continue;
    const pid = Number(name);
    (uids.has(uidOf(pid)) ? own : others).push(pid);
  }
  let sawForbidden = false;
  for (const pids of [own, others]) {
    const found: number[] = [];
    for (const pid of pids) {
      const links = socketLinks(pid);
      if (links === undefined) sawForbidden = true;
      else if (links.some((link) => inodes.has(link))) found.push(pid);
    }
    if (found.length > 0) return { pids: found.sort((a, b) => a - b), sawForbidden };
  }
  return { pids: [], sawForbidden };
}

function uidOf(pid: number): number {
  return statSync(`${PROC}/${pid}`, { throwIfNoEntry: false })?.uid ?? -1;
}

/** "socket:[12345]" of each socket the process holds; undefined when that may not be asked. */
function socketLinks(pid: number): string[] | undefined {
  const folder = `${PROC}/${pid}/fd`;
  try {
    const links: string[] = [];
    for (const fd of readdirSync(folder)) {
      const link = linkAt(`${folder}/${fd}`);
      if (link?.startsWith("socket:") === true) links.push(link);
    }
    return links;
  } catch (error) {
    const code = errnoOf(error);
    if (code === "EACCES" || code === "EPERM") return undefined;
    // The process ended while it was looked at: it listens no more.
    if (code === "ENOENT" || code === "ESRCH") return [];
    throw error;
  }
}

function linkAt(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch (error) {
    // A file closed since the folder was listed.
    if (errnoOf(error) === "") throw error;
    return undefined;
  }
}

/** TCP ports on which a process accepts connections that loopback reaches, lowest first. */
export async function listeningPorts(pid: number): Promise<readonly number[] | undefined> {
  const links = socketLinks(pid);
  if (links === undefined) return undefined;
  const held = new Set(links);
  // The process's own table: it may live in another network namespace, then the ports are not ours.
  const ours = new Set((await readListeners(`${PROC}/net`)).map((socket) => socket.inode));
  const ports = (await readListeners(`${PROC}/${pid}/net`))
    .filter((socket) => held.has(`socket:[${socket.inode}]`) && ours.has(socket.inode))
    .filter((socket) => reachesLoopback(socket.address))
    .map((socket) => socket.port);
  return [...new Set(ports)].sort((a, b) => a - b);
}

/** Who listens on a unix socket? /proc/net/unix: Num RefCount Protocol Flags Type St Inode Path. */
export async function findUnixListener(socketPath: string): Promise<ListenerSearch> {
  const read = await readProcFile(`${PROC}/net/unix`);
  if (!read.ok) return { kind: "not-found" };
  const inodes: number[] = [];
  for (const line of textOf(read.bytes).split("\n")) {
    const match = /^\S+ \S+ \S+ (\S+) \S+ \S+ +(\d+) (.+)$/.exec(line);
    const [, flags = "", inode = "", where] = match ?? [];
    // __SO_ACCEPTCON marks the listening socket; each accepted connection has a line of its own.
    if (where === socketPath && (parseInt(flags, 16) & 0x10000) !== 0) inodes.push(Number(inode));
  }
  if (inodes.length === 0) return { kind: "not-found" };
  // The table names no user, so every process is asked.
  const holders = holdersOf(inodes.map((inode) => ({ address: "", port: 0, inode, uid: -1 })));
  if (holders.pids.length > 0) return { kind: "found", pids: holders.pids };
  return holders.sawForbidden ? { kind: "not-permitted", uid: -1 } : { kind: "not-found" };
}
