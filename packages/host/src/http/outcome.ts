// What came of one request. A failure is data, not an exception: capture decides which failure ends a
// run, and the front end decides what to say about it.

export type TimeoutPhase = "connect" | "first-byte" | "idle" | "total";

export type HttpFailure =
  | { readonly kind: "refused" }
  | { readonly kind: "dns"; readonly host: string }
  | { readonly kind: "unreachable"; readonly code: string }
  /** The connection ended before the reply was whole; `afterBytes` of its body had come. */
  | { readonly kind: "reset"; readonly afterBytes: number }
  | {
      readonly kind: "timeout";
      readonly phase: TimeoutPhase;
      readonly afterMs: number;
      readonly afterBytes: number;
    }
  /** 401, 403, 404, 500…: any status but 200 that is no redirect. */
  | { readonly kind: "status"; readonly status: number }
  /** 200 with a web page where data was asked for: most often a login page or a proxy's notice. */
  | { readonly kind: "html"; readonly title: string }
  | { readonly kind: "redirect-elsewhere"; readonly origin: string }
  | { readonly kind: "redirect-loop" }
  /** The certificate or the handshake; `code` is Node's (`DEPTH_ZERO_SELF_SIGNED_CERT`, …). */
  | { readonly kind: "tls"; readonly code: string }
  /** Plain HTTP spoken to a TLS port, or TLS to a plain one. */
  | { readonly kind: "needs-https" }
  | { readonly kind: "not-tls" }
  | { readonly kind: "not-http"; readonly code: string }
  | { readonly kind: "too-large"; readonly cap: number }
  | { readonly kind: "encoding"; readonly encoding: string }
  | { readonly kind: "unix-socket"; readonly code: string }
  | { readonly kind: "aborted" };

export interface HttpTiming {
  /** Unix ms, and ms on this process's monotonic clock. */
  readonly startMs: number;
  readonly startMonoMs: number;
  readonly endMs: number;
  readonly endMonoMs: number;
  /** Until the connection could be used, TLS included; undefined when a kept one was. */
  readonly connectMs: number | undefined;
  /** One TCP handshake, name look-up not included: the nearest there is to a round trip. */
  readonly roundTripMs: number | undefined;
}

export interface HttpReply {
  readonly ok: true;
  readonly status: 200;
  /** Lower case, without parameters; "" where the server named none. */
  readonly contentType: string;
  /** Body bytes after a Content-Encoding was undone. */
  readonly bytes: number;
  readonly timing: HttpTiming;
}

export interface HttpNoReply {
  readonly ok: false;
  readonly failure: HttpFailure;
  /** Body bytes that had been handed on before the failure. */
  readonly bytes: number;
  readonly timing: HttpTiming;
}

export type HttpOutcome = HttpReply | HttpNoReply;

/** One word for a record's `absent` field and for progress; never a sentence. */
export function failureCode(failure: HttpFailure): string {
  switch (failure.kind) {
    case "status":
      return String(failure.status);
    case "reset":
      return failure.afterBytes > 0 ? `reset after ${failure.afterBytes} bytes` : "reset";
    case "timeout":
      return `timeout (${failure.phase})`;
    case "tls":
      return `tls ${failure.code}`;
    case "unreachable":
      return `unreachable ${failure.code}`;
    case "too-large":
      return `larger than ${failure.cap} bytes`;
    default:
      return failure.kind;
  }
}
