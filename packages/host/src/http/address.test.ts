import { describe, expect, test } from "vitest";
import { isLoopback, parseServiceAddress, publicUrl, serviceUrl } from "./address.ts";

describe("what people type", () => {
  test.each([
    ["http://localhost:6060", "http://localhost:6060", "/debug/pprof"],
    ["localhost:6060", "http://localhost:6060", "/debug/pprof"],
    [":6060", "http://localhost:6060", "/debug/pprof"],
    ["10.0.0.7:6060/", "http://10.0.0.7:6060", "/debug/pprof"],
    ["[::1]:6060", "http://[::1]:6060", "/debug/pprof"],
    ["https://h/debug/pprof/", "https://h", "/debug/pprof"],
    ["http://h:1/debug/pprof/heap", "http://h:1", "/debug/pprof"],
    ["http://h:1/debug/pprof/heap?debug=1", "http://h:1", "/debug/pprof"],
    ["http://h:1/internal/pprof", "http://h:1", "/internal/pprof"],
    ["http://h:1/internal/profiles/heap", "http://h:1", "/internal/profiles"],
    ["http://h:1/api", "http://h:1", "/api/debug/pprof"],
    ["h.example/heap", "http://h.example", "/heap/debug/pprof"],
  ])("%s", (text, origin, prefix) => {
    expect(parseServiceAddress(text)).toMatchObject({ origin, prefix });
  });

  test("a prefix given wins", () => {
    expect(parseServiceAddress(":1/debug/pprof", "internal/pprof/")).toMatchObject({
      prefix: "/internal/pprof",
    });
  });

  test.each([["ftp://h/"], ["file:///etc/passwd"]])("%s has a wrong scheme", (text) => {
    expect(parseServiceAddress(text)).toMatchObject({ problem: { kind: "scheme" } });
  });

  test.each([[""], ["a b"], ["http://"], [":99999999"]])("%j is no address", (text) => {
    expect(parseServiceAddress(text)).toEqual({ problem: { kind: "syntax" } });
  });
});

test("a secret in the address is used, and is in nothing that may be stored", () => {
  const address = parseServiceAddress("http://ann:s3cret@h:1/debug/pprof/?token=t0ken#frag");
  if ("problem" in address) throw new Error("must parse");
  expect(address.authorization).toBe(`Basic ${Buffer.from("ann:s3cret").toString("base64")}`);
  const url = serviceUrl(address, `${address.prefix}/heap`, { debug: "1" });
  expect(url.href).toBe("http://h:1/debug/pprof/heap?token=t0ken&debug=1");
  expect(publicUrl(url)).toBe("http://h:1/debug/pprof/heap?token=&debug=1");
  expect(publicUrl(new URL("http://ann:s3cret@h:1/metrics?debug=abc"))).toBe(
    "http://h:1/metrics?debug=",
  );
});

test("loopback by name only", () => {
  const yes = ["http://localhost", "http://127.8.0.1:1", "http://[::1]:1", "http://0.0.0.0:1"];
  const no = ["http://10.0.0.1", "http://localhost.example", "http://example.com"];
  expect(yes.map((text) => isLoopback(new URL(text)))).toEqual(yes.map(() => true));
  expect(no.map((text) => isLoopback(new URL(text)))).toEqual(no.map(() => false));
});
