// Why a capture could not begin. A code and parameters; the words are made by the front end (README.md of
// this package proposes English ones). No parameter holds user info, a header or a query value.

import type { HttpFailure } from "../http/outcome.ts";

export type CaptureErrorCode =
  // what was asked for
  | "no-target"
  | "bad-url"
  | "bad-scheme"
  | "bad-header"
  | "tls-file"
  | "folder-not-empty"
  | "folder-not-writable"
  /** Ctrl-C before anything was collected. */
  | "interrupted"
  // the service
  | "refused"
  | "dns"
  | "unreachable"
  | "reset"
  | "timeout"
  | "unauthorized"
  | "forbidden"
  | "pprof-not-found"
  | "http-status"
  | "html-page"
  | "redirect-elsewhere"
  | "redirect-loop"
  | "tls"
  | "needs-https"
  | "not-tls"
  | "not-http"
  | "not-pprof"
  | "too-large"
  | "encoding"
  | "unix-socket"
  // the process
  | "not-on-this-platform"
  | "pid-not-found"
  | "pid-not-permitted"
  | "pid-mismatch"
  | "not-go";

export type CaptureParams = Readonly<Record<string, string | number | boolean>>;

export class CaptureError extends Error {
  readonly code: CaptureErrorCode;
  readonly params: CaptureParams;

  constructor(code: CaptureErrorCode, params: CaptureParams = {}) {
    super(
      [code, ...Object.entries(params).map(([name, value]) => `${name}=${String(value)}`)].join(
        " ",
      ),
    );
    this.name = "CaptureError";
    this.code = code;
    this.params = params;
  }
}

/** The first request of a capture failed: what that means for the whole. `url` is a public URL. */
export function errorOfFirstRequest(failure: HttpFailure, url: string): CaptureError {
  switch (failure.kind) {
    case "status":
      if (failure.status === 401) return new CaptureError("unauthorized", { url });
      if (failure.status === 403) return new CaptureError("forbidden", { url });
      if (failure.status === 404) return new CaptureError("pprof-not-found", { url });
      return new CaptureError("http-status", { url, status: failure.status });
    case "refused":
      return new CaptureError("refused", { url });
    case "dns":
      return new CaptureError("dns", { url, host: failure.host });
    case "unreachable":
      return new CaptureError("unreachable", { url, cause: failure.code });
    case "reset":
      return new CaptureError("reset", { url, afterBytes: failure.afterBytes });
    case "timeout":
      return new CaptureError("timeout", {
        url,
        phase: failure.phase,
        afterMs: failure.afterMs,
        afterBytes: failure.afterBytes,
      });
    case "html":
      return new CaptureError("html-page", { url, title: failure.title });
    case "redirect-elsewhere":
      return new CaptureError("redirect-elsewhere", { url, origin: failure.origin });
    case "redirect-loop":
      return new CaptureError("redirect-loop", { url });
    case "tls":
      return new CaptureError("tls", { url, cause: failure.code });
    case "needs-https":
      return new CaptureError("needs-https", { url });
    case "not-tls":
      return new CaptureError("not-tls", { url });
    case "not-http":
      return new CaptureError("not-http", { url, cause: failure.code });
    case "too-large":
      return new CaptureError("too-large", { url, cap: failure.cap });
    case "encoding":
      return new CaptureError("encoding", { url, encoding: failure.encoding });
    case "unix-socket":
      return new CaptureError("unix-socket", { url, cause: failure.code });
    case "aborted":
      return new CaptureError("interrupted", { url });
  }
}
