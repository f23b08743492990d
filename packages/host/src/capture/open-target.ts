// From what the user named to what can be asked: the service's address, the process behind it, and the
// first reply. Everything that can be wrong with a target is found here, before a folder is made.

import { validateHeaderName, validateHeaderValue } from "node:http";
import { errnoOf } from "../bytes/errno.ts";
import {
  parseServiceAddress,
  portOf,
  publicUrl,
  serviceUrl,
  type ServiceAddress,
} from "../http/address.ts";
import type { HttpFailure } from "../http/outcome.ts";
import { readTlsFiles } from "../http/tls.ts";
import { readBuildInfo } from "../process/build-info.ts";
import { readIdentity, type ProcessIdentity } from "../process/identity.ts";
import { procAvailability } from "../process/proc-file.ts";
import {
  findListener,
  findUnixListener,
  listeningPorts,
  type ListenerSearch,
} from "../process/sockets.ts";
import { CaptureError, errorOfFirstRequest, type CaptureParams } from "./error.ts";
import { peakOf } from "./same-process.ts";
import { Service } from "./service.ts";
import { fetchHeapText, type HeapTextReply } from "./snapshot.ts";
import type { CaptureOptions, CaptureTarget } from "./types.ts";

/** A process that may be the one behind the address. */
export interface PidCandidate {
  readonly identity: ProcessIdentity;
  readonly peakBefore: number | undefined;
  readonly peakAfter: number | undefined;
}

export interface OpenedTarget {
  readonly service: Service | undefined;
  /** Undefined when the service could not be asked but the capture goes on without it. */
  readonly first: (HeapTextReply & { ok: true }) | undefined;
  readonly candidates: readonly PidCandidate[];
  readonly foundBy: "given" | "listening-socket" | undefined;
  /** For the seal: a public URL, "pid 4242" or "unix /run/app.sock". */
  readonly label: string;
  readonly notes: readonly { readonly code: string; readonly params: CaptureParams }[];
}

const MAX_PROBED_PORTS = 8;
const PROBE_TIMEOUTS = { connectMs: 1_000, firstByteMs: 5_000, idleMs: 5_000, totalMs: 30_000 };

export async function openTarget(
  target: CaptureTarget,
  options: CaptureOptions,
  signal: AbortSignal,
): Promise<OpenedTarget> {
  const notes: { code: string; params: CaptureParams }[] = [];
  if (target.url === undefined && target.pid === undefined && target.unix === undefined) {
    throw new CaptureError("no-target");
  }
  const kernel = procAvailability();
  const hasUrl = target.url !== undefined || target.unix !== undefined;
  if (!kernel.available) {
    if (!hasUrl) throw new CaptureError("not-on-this-platform", { platform: kernel.platform });
    notes.push({ code: "no-kernel-view", params: { platform: kernel.platform } });
  }
  const given =
    target.pid === undefined || !kernel.available ? undefined : await identityOf(target.pid);
  if (!hasUrl) {
    if (given === undefined) throw new CaptureError("no-target");
    return openPid(given, options, signal, notes);
  }
  const address = addressOf(target.url ?? "http://localhost", options.prefix);
  const service = await serviceFor(address, target, options, signal);
  try {
    const identities = given !== undefined ? [given] : await listeners(service, target, notes);
    const { reply, candidates } = await firstReply(service, identities);
    const label =
      target.unix === undefined
        ? publicUrl(serviceUrl(address, address.prefix))
        : `unix ${target.unix}`;
    const foundBy =
      given !== undefined ? "given" : candidates.length > 0 ? "listening-socket" : undefined;
    if (reply.ok) return { service, first: reply, candidates, foundBy, label, notes };
    const shownUrl = publicUrl(service.profileUrl("heap", { debug: "1" }));
    // Whatever hangs on that port: without the user's word only a Go program is looked at from outside.
    const hasPid = given !== undefined || (await anyMayBeGo(candidates));
    if (!goesOnWithout(reply.failure, hasPid, options)) {
      throw firstRequestError(reply, shownUrl);
    }
    notes.push({ code: "pprof-unavailable", params: { url: shownUrl, cause: causeOf(reply) } });
    return { service, first: undefined, candidates, foundBy, label, notes };
  } catch (error) {
    service.close();
    throw error;
  }
}

function addressOf(url: string, prefix: string | undefined): ServiceAddress {
  const address = parseServiceAddress(url, prefix);
  if (!("problem" in address)) return address;
  // The text itself may hold a password, so it is not repeated.
  throw address.problem.kind === "scheme"
    ? new CaptureError("bad-scheme", { scheme: address.problem.scheme })
    : new CaptureError("bad-url");
}

async function serviceFor(
  address: ServiceAddress,
  target: CaptureTarget,
  options: CaptureOptions,
  signal: AbortSignal,
): Promise<Service> {
  checkHeaders(options.headers ?? {});
  const tls = await readTlsFiles(options.tls ?? {});
  if ("problem" in tls) {
    const { option, path, code } = tls.problem;
    throw new CaptureError("tls-file", { option, path, cause: code });
  }
  return new Service(
    address,
    {
      tls: tls.material,
      ...(options.headers === undefined ? {} : { headers: options.headers }),
      ...(options.timeouts === undefined ? {} : { timeouts: options.timeouts }),
      ...(target.unix === undefined ? {} : { unixSocket: target.unix }),
      ...(options.tool === undefined ? {} : { userAgent: options.tool }),
    },
    signal,
  );
}

/** The value may be a token, so only the name is told. */
function checkHeaders(headers: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(headers)) {
    try {
      validateHeaderName(name);
      validateHeaderValue(name, value);
    } catch (error) {
      throw new CaptureError("bad-header", { name, cause: errnoOf(error) });
    }
  }
}

async function identityOf(pid: number): Promise<ProcessIdentity> {
  const identity = await readIdentity(pid);
  if (!("ok" in identity)) return identity;
  if (identity.problem === "gone") throw new CaptureError("pid-not-found", { pid });
  throw new CaptureError("pid-not-permitted", { pid, cause: identity.code });
}

async function listeners(
  service: Service,
  target: CaptureTarget,
  notes: { code: string; params: CaptureParams }[],
): Promise<ProcessIdentity[]> {
  if (!procAvailability().available || !service.isLocal) return [];
  const port = portOf(new URL(service.address.origin));
  const search: ListenerSearch =
    target.unix === undefined ? await findListener(port) : await findUnixListener(target.unix);
  if (search.kind === "not-permitted") {
    notes.push({ code: "listener-not-permitted", params: { port, uid: search.uid } });
  }
  if (search.kind !== "found") return [];
  const identities: ProcessIdentity[] = [];
  for (const pid of search.pids.slice(0, MAX_PROBED_PORTS)) {
    const identity = await readIdentity(pid);
    if (!("ok" in identity)) identities.push(identity);
  }
  return identities;
}

async function firstReply(
  service: Service,
  identities: readonly ProcessIdentity[],
): Promise<{ reply: HeapTextReply; candidates: PidCandidate[] }> {
  const before = new Map<number, number | undefined>();
  for (const { pid } of identities) before.set(pid, await peakOf(pid));
  const reply = await fetchHeapText(service);
  const candidates: PidCandidate[] = [];
  for (const identity of identities) {
    const { pid } = identity;
    candidates.push({ identity, peakBefore: before.get(pid), peakAfter: await peakOf(pid) });
  }
  return { reply, candidates };
}

/**
 * A service that hangs is the one whose memory one wants to know: then the kernel's view alone. A service
 * without pprof is taken if the user named a metrics page.
 */
function goesOnWithout(
  failure: HttpFailure | "not-pprof",
  hasPid: boolean,
  options: CaptureOptions,
): boolean {
  if (failure === "not-pprof") return false;
  if (failure.kind === "timeout" && failure.phase !== "connect") return hasPid;
  return failure.kind === "status" && failure.status === 404 && options.metricsUrl !== undefined;
}

async function anyMayBeGo(candidates: readonly PidCandidate[]): Promise<boolean> {
  for (const { identity } of candidates) {
    if ((await readBuildInfo(identity.pid)).kind !== "not-go") return true;
  }
  return false;
}

function firstRequestError(reply: HeapTextReply & { ok: false }, url: string): CaptureError {
  return reply.failure === "not-pprof"
    ? new CaptureError("not-pprof", {
        url,
        contentType: reply.reply.ok ? reply.reply.contentType : "",
      })
    : errorOfFirstRequest(reply.failure, url);
}

function causeOf(reply: HeapTextReply & { ok: false }): string {
  if (reply.failure === "not-pprof") return reply.failure;
  return reply.failure.kind === "status" ? String(reply.failure.status) : reply.failure.kind;
}

/** A pid alone: heapwright looks for a profile folder on the ports on which the process listens. */
async function openPid(
  identity: ProcessIdentity,
  options: CaptureOptions,
  signal: AbortSignal,
  notes: { code: string; params: CaptureParams }[],
): Promise<OpenedTarget> {
  const label = `pid ${identity.pid}`;
  const ports = await listeningPorts(identity.pid);
  for (const port of (ports ?? []).slice(0, MAX_PROBED_PORTS)) {
    const address = addressOf(`http://127.0.0.1:${port}`, options.prefix);
    const service = await serviceFor(address, {}, options, signal);
    const peakBefore = await peakOf(identity.pid);
    const reply = await fetchHeapText(service, PROBE_TIMEOUTS);
    if (reply.ok) {
      const candidate = { identity, peakBefore, peakAfter: await peakOf(identity.pid) };
      notes.push({
        code: "url-found-by-pid",
        params: { pid: identity.pid, url: publicUrl(service.profileUrl("")) },
      });
      return { service, first: reply, candidates: [candidate], foundBy: "given", label, notes };
    }
    service.close();
  }
  notes.push({
    code: ports === undefined ? "ports-not-permitted" : "no-pprof-port",
    params: { pid: identity.pid, uid: identity.uid, ports: (ports ?? []).join(", ") },
  });
  const candidate = { identity, peakBefore: undefined, peakAfter: undefined };
  return {
    service: undefined,
    first: undefined,
    candidates: [candidate],
    foundBy: "given",
    label,
    notes,
  };
}
