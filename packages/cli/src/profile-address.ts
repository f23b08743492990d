// Addresses of net/http/pprof as users write them, and what they give: for every verb that takes one.
// Authority: google/pprof internal/driver/fetch.go, golang/go src/cmd/pprof/pprof.go (Go 1.26).

import { durationText } from "@heapwright/core/analysis/profile/go-format.ts";
import {
  MAX_DECODED_BYTES,
  UnreadableProfileError,
} from "@heapwright/host/profiles/load-profile.ts";

/** Where a bare address is asked for a CPU profile. */
export const CPU_PROFILE = "/debug/pprof/profile";

/** What is not positive is not set. */
export interface AddressTimes {
  readonly seconds: number;
  readonly timeoutSeconds: number;
}

export interface Address {
  readonly url: URL;
  readonly timeoutMs: number;
  /** How long the server was asked to record, 0 when it was not. */
  readonly waitSeconds: number;
}

/** Undefined when the text is no address: then it was meant as a file. */
export function addressOf(
  text: string,
  { seconds, timeoutSeconds }: AddressTimes,
): Address | undefined {
  let url = URL.canParse(text) ? new URL(text) : undefined;
  const isHttp = url !== undefined && /^(?:https?|https\+insecure):$/.test(url.protocol);
  if (!isHttp) {
    // host:port and host:port/path; what has neither a port nor a path is a missing file.
    if (!/^(?:\[[0-9a-f:]+\]|[\w.-]*):\d+(?:\/|$|\?)/i.test(text)) return undefined;
    const candidate = `http://${text.startsWith(":") ? "localhost" : ""}${text}`;
    url = URL.canParse(candidate) ? new URL(candidate) : undefined;
  }
  if (url === undefined) return undefined;
  if (url.pathname === "" || url.pathname === "/") url.pathname = CPU_PROFILE;
  let duration = seconds;
  if (seconds > 0) url.searchParams.set("seconds", String(seconds));
  else duration = Number(url.searchParams.get("seconds") ?? "0") || 0;
  let timeout = timeoutSeconds;
  if (timeout <= 0) timeout = duration > 0 ? duration * 1.5 : 60;
  return { url, timeoutMs: (timeout + 5) * 1000, waitSeconds: Math.max(seconds, 0) };
}

/** @throws UnreadableProfileError when the address gives nothing */
export async function fetchBytes(
  { url, timeoutMs, waitSeconds }: Address,
  say: (message: string) => void,
): Promise<Uint8Array> {
  const { HttpClient } = await import("@heapwright/host/http/client.ts");
  const isInsecure = url.protocol === "https+insecure:";
  const target = isInsecure ? new URL(url.href.replace(/^https\+insecure:/, "https:")) : url;
  const client = new HttpClient(isInsecure ? { tls: { rejectUnauthorized: false } } : {});
  const chunks: Uint8Array[] = [];
  say(`Fetching profile over HTTP from ${url.href}`);
  if (waitSeconds > 0) say(`Please wait... (${durationText(waitSeconds * 1e9)})`);
  try {
    const outcome = await client.get(target, {
      maxBytes: MAX_DECODED_BYTES,
      onBody: (chunk) => {
        chunks.push(chunk);
      },
      timeouts: { firstByteMs: timeoutMs, idleMs: timeoutMs, totalMs: timeoutMs },
    });
    if (!outcome.ok) {
      const { failureCode } = await import("@heapwright/host/http/outcome.ts");
      throw new UnreadableProfileError(`http fetch: ${failureCode(outcome.failure)}`);
    }
  } finally {
    client.close();
  }
  return Buffer.concat(chunks);
}
