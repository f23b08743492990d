import { describe, expect, test } from "vitest";
import { Redactor } from "./redact.ts";

describe("Prometheus text", () => {
  test("label values are hashed, names and numbers stay, equal values stay equal", () => {
    const page = [
      "# HELP http_requests_total Requests by {path}.",
      "# TYPE http_requests_total counter",
      'http_requests_total{path="/customers/acme",code="200"} 12',
      'http_requests_total{ path="/customers/acme" , code="500" , } 1 1700000000000',
      'weird{a="x\\"},b=\\\\"} 3',
      "go_goroutines 7",
      'latency_bucket{le="0.5"} 8 # {trace_id="4bf92f"} 0.43',
      'go_info{version="go1.26.8"} 1',
      "",
    ].join("\n");
    const { text, dropped } = new Redactor().prometheus(page);
    expect(dropped).toBe(0);
    expect(text).not.toMatch(/acme|4bf92f|b=/);
    const lines = text.split("\n");
    expect(lines.slice(0, 2)).toEqual(page.split("\n").slice(0, 2));
    const first = /^http_requests_total\{path="(x[0-9a-f]{8})",code="200"\} 12$/.exec(
      lines[2] ?? "",
    );
    expect(lines[3]).toBe(`http_requests_total{path="${first?.[1]}",code="500"} 1 1700000000000`);
    expect(lines.slice(5)).toEqual([
      "go_goroutines 7",
      'latency_bucket{le="0.5"} 8',
      'go_info{version="go1.26.8"} 1',
      "",
    ]);
  });

  test("a label that the user named is kept; another capture has other hashes", () => {
    const line = 'x{path="/a",user="u"} 1';
    expect(new Redactor(["path"]).prometheus(line).text).toMatch(
      /^x\{path="\/a",user="x.{8}"\} 1$/,
    );
    expect(new Redactor().prometheus(line).text).not.toBe(new Redactor().prometheus(line).text);
  });

  test("a line that cannot be understood is dropped and counted", () => {
    const { text, dropped } = new Redactor().prometheus('a{b="c} 1\nd 2\ne{f=g} 3');
    expect([text, dropped]).toEqual(["d 2", 2]);
  });
});

test("labels of goroutine profiles", () => {
  const redactor = new Redactor(["role"]);
  const text =
    'goroutine profile: total 2\n1 @ 0x1\n# labels: {"role":"worker", "user":"bob \\"x\\", y"}\n#\t0x1\tmain.f+0x1\t/a.go:1\n';
  expect(redactor.goroutineText(text)).toMatch(
    /\n# labels: \{"role":"worker", "user":"x[0-9a-f]{8}"\}\n#\t0x1/,
  );
  for (const header of [
    "goroutine 7 [chan receive, 5 minutes] {user: bob}:",
    'goroutine 7 [chan receive, 5 minutes] labels:{"user": "bob"}:',
    'goroutine 7 [chan receive, 5 minutes] {user: "b} o:b"}:',
  ]) {
    expect(redactor.goroutineDump(`${header}\nmain.f({0x1, 0x2}:)\n`)).toBe(
      "goroutine 7 [chan receive, 5 minutes]:\nmain.f({0x1, 0x2}:)\n",
    );
  }
});

test("expvar: memstats and numbers", () => {
  const page = '{"cmdline":["app","-p=x"],"hits":3,"memstats":{"NumGC":4},"m":{"acme":1},"s":"x"}';
  expect(new Redactor().expvar(page)).toBe('{"hits":3,"memstats":{"NumGC":4}}');
  expect(new Redactor().expvar("[]")).toBeUndefined();
  expect(new Redactor().expvar("{")).toBeUndefined();
});
