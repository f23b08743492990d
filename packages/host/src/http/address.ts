// What a person types for a service and what may be written down about it. User info and query
// values are used for requests and never stored: `publicUrl` is the only form that reaches a file.

export interface ServiceAddress {
  /** Origin of the service, without user info. */
  readonly origin: string;
  /** Path of the profile index without a trailing slash: "/debug/pprof". */
  readonly prefix: string;
  /** "Basic …" made from user info in the URL. */
  readonly authorization: string | undefined;
  /** The user's own query parameters (often a token), sent with every request to `origin`. */
  readonly query: readonly (readonly [string, string])[];
}

export type AddressProblem =
  | { readonly kind: "syntax" }
  | { readonly kind: "scheme"; readonly scheme: string };

export const DEFAULT_PREFIX = "/debug/pprof";

/** Names of net/http/pprof handlers (Go 1.27): a URL that ends in one points at their folder. */
const PROFILE_NAMES = new Set([
  "allocs",
  "block",
  "cmdline",
  "goroutine",
  "goroutineleak",
  "heap",
  "mutex",
  "profile",
  "symbol",
  "threadcreate",
  "trace",
]);

/** Parameters heapwright sets itself; their values say nothing about the user. */
const OWN_PARAMETERS = new Set(["debug", "gc", "seconds"]);

/**
 * Takes `http://h:p`, `h:p`, `:p`, `http://h/debug/pprof/`, `…/debug/pprof/heap?debug=1`. A path that
 * names no profile folder is a mount point: `/api` means `/api/debug/pprof`.
 */
export function parseServiceAddress(
  text: string,
  prefix?: string,
): ServiceAddress | { readonly problem: AddressProblem } {
  const trimmed = text.trim();
  if (trimmed === "" || /\s/.test(trimmed)) return { problem: { kind: "syntax" } };
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(trimmed)?.[1]?.toLowerCase();
  if (scheme !== undefined && scheme !== "http" && scheme !== "https") {
    return { problem: { kind: "scheme", scheme } };
  }
  const url = toUrl(
    scheme !== undefined
      ? trimmed
      : `http://${trimmed.startsWith(":") ? `localhost${trimmed}` : trimmed}`,
  );
  if (url === undefined || url.hostname === "") return { problem: { kind: "syntax" } };
  return {
    origin: url.origin,
    prefix: prefix === undefined ? prefixOf(url.pathname) : cleanPrefix(prefix),
    authorization: authorizationOf(url),
    query: [...url.searchParams].filter(([name]) => !OWN_PARAMETERS.has(name)),
  };
}

export function toUrl(text: string): URL | undefined {
  // URL.canParse came with Node 19.9 and saves a thrown exception per wrong word.
  return URL.canParse(text) ? new URL(text) : undefined;
}

function cleanPrefix(prefix: string): string {
  const path = `/${prefix}`.replace(/\/{2,}/g, "/").replace(/\/+$/, "");
  return path;
}

function prefixOf(pathname: string): string {
  const parts = pathname.split("/").filter((part) => part !== "");
  const last = parts.at(-1);
  if (last === undefined) return DEFAULT_PREFIX;
  if (PROFILE_NAMES.has(last) && parts.length > 1) return `/${parts.slice(0, -1).join("/")}`;
  if (last === "pprof") return `/${parts.join("/")}`;
  return `/${parts.join("/")}${DEFAULT_PREFIX}`;
}

export function authorizationOf(url: URL): string | undefined {
  if (url.username === "" && url.password === "") return undefined;
  const user = percentDecoded(url.username);
  const password = percentDecoded(url.password);
  return `Basic ${Buffer.from(`${user}:${password}`, "utf8").toString("base64")}`;
}

/** A password may hold a bare "%", which decodeURIComponent refuses: then it is meant literally. */
function percentDecoded(text: string): string {
  return /^(?:[^%]|%[0-9a-f]{2})*$/i.test(text)
    ? Buffer.from(
        text.replace(/%([0-9a-f]{2})/gi, (_, hex: string) =>
          String.fromCharCode(parseInt(hex, 16)),
        ),
        "latin1",
      ).toString("utf8")
    : text;
}

/** URL of one profile or page of the service, with the user's query parameters. */
export function serviceUrl(
  address: ServiceAddress,
  path: string,
  parameters: Readonly<Record<string, string>> = {},
): URL {
  const url = new URL(path, address.origin);
  for (const [name, value] of address.query) url.searchParams.append(name, value);
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  return url;
}

/** For files and messages: no user info, no fragment, no query value but heapwright's own. */
export function publicUrl(url: URL): string {
  const query = [...url.searchParams].map(([name, value]) =>
    OWN_PARAMETERS.has(name) && /^\d+$/.test(value)
      ? `${name}=${value}`
      : `${encodeURIComponent(name)}=`,
  );
  return `${url.origin}${url.pathname}${query.length === 0 ? "" : `?${query.join("&")}`}`;
}

/** Is the host of this URL this machine by name? Only then may a local pid be looked for. */
export function isLoopback(url: URL): boolean {
  const host = url.hostname.replace(/^\[|\]$/g, "").toLowerCase();
  return (
    host === "localhost" ||
    host.endsWith(".localhost") ||
    host === "::1" ||
    host.startsWith("::ffff:7f") ||
    /^127(?:\.\d{1,3}){3}$/.test(host) ||
    // Connecting to the unspecified address reaches the same machine on Linux.
    host === "0.0.0.0" ||
    host === "::"
  );
}

export function portOf(url: URL): number {
  return url.port !== "" ? Number(url.port) : url.protocol === "https:" ? 443 : 80;
}
