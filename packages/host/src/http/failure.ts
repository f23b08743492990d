// Node's socket, TLS and parser errors brought to `HttpFailure`. Codes as of Node 20–24.

import { errnoOf } from "../bytes/errno.ts";
import type { HttpFailure } from "./outcome.ts";

const UNREACHABLE = new Set([
  "EHOSTUNREACH",
  "ENETUNREACH",
  "EHOSTDOWN",
  "ENETDOWN",
  "EADDRNOTAVAIL",
  "EACCES",
  "EPERM",
]);

/** OpenSSL's words for certificates Node refuses (tls.TLSSocket.authorizationError). */
const CERTIFICATE =
  /^(?:CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|ERR_TLS_|HOSTNAME_MISMATCH|INVALID_)/;

export function failureOf(
  error: unknown,
  about: { readonly host: string; readonly bytes: number; readonly unixSocket: boolean },
): HttpFailure {
  const code = errnoOf(error);
  if (about.unixSocket && (code === "ENOENT" || code === "EACCES" || code === "ENOTSOCK")) {
    return { kind: "unix-socket", code };
  }
  if (code === "ECONNREFUSED") {
    return about.unixSocket ? { kind: "unix-socket", code } : { kind: "refused" };
  }
  if (
    code === "ENOTFOUND" ||
    code === "EAI_AGAIN" ||
    code === "EAI_FAIL" ||
    code === "EAI_NODATA"
  ) {
    return { kind: "dns", host: about.host };
  }
  if (code === "ETIMEDOUT") {
    return { kind: "timeout", phase: "connect", afterMs: 0, afterBytes: about.bytes };
  }
  if (UNREACHABLE.has(code)) return { kind: "unreachable", code };
  if (
    code === "ECONNRESET" ||
    code === "EPIPE" ||
    code === "ECONNABORTED" ||
    code === "HPE_CLOSED_CONNECTION"
  ) {
    return { kind: "reset", afterBytes: about.bytes };
  }
  // TLS spoken to a plain port: OpenSSL reads the HTTP reply as a record of an unknown version. Node
  // 20 gives EPROTO and leaves the reason in the text only.
  const reason = error instanceof Error ? error.message : "";
  if (
    /wrong version number|packet length too long|record layer failure|http request/i.test(reason)
  ) {
    return { kind: "not-tls" };
  }
  if (code === "EPROTO" || CERTIFICATE.test(code) || code.startsWith("ERR_SSL_")) {
    return { kind: "tls", code };
  }
  if (code.startsWith("HPE_")) return { kind: "not-http", code };
  // "socket hang up" before a status line, and a body shorter than announced, carry ECONNRESET; what
  // is left has no code of its own and is told under its name.
  return { kind: "unreachable", code: code === "" ? String(error) : code };
}

/** Go's server says so when plain HTTP reaches its TLS port (net/http/server.go, since Go 1.12). */
export function saysNeedsHttps(status: number, body: string): boolean {
  return status === 400 && /HTTP request (?:was sent )?to (?:an )?HTTPS/i.test(body);
}

export function looksLikeHtml(contentType: string, head: string): boolean {
  return (
    contentType === "text/html" ||
    contentType === "application/xhtml+xml" ||
    /^\s*<(?:!doctype\s+html|html|head|body)\b/i.test(head)
  );
}

/** The page's title, for the message: "Sign in · Example". Control characters out, 80 characters. */
export function titleOf(head: string): string {
  const title = /<title[^>]*>([^<]{0,400})/i.exec(head)?.[1] ?? "";
  return title
    .replace(/[\u0000-\u001f\u007f-\u009f\s]+/g, " ")
    .trim()
    .slice(0, 80);
}
