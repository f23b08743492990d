// Which counters of an application can stand for load: how much work it was given. By name only, since
// nothing else in a page says what a counter counts. It misleads where a counter counts retries, health
// checks or the service's own calls; the analysis takes the one that moved most and names it.

export interface LoadRule {
  readonly pattern: RegExp;
  /**
   * counter: TYPE counter, or none. count: the `_count` of a histogram or summary. any: the exporter
   * gives counters the type gauge.
   */
  readonly of: "counter" | "count" | "any";
  readonly why: string;
}

export const LOAD_RULES: readonly LoadRule[] = [
  {
    pattern: /(?:^|[_.])requests?_total$/,
    of: "counter",
    why: "http_requests_total, caddy_http_requests_total, apiserver_request_total",
  },
  {
    pattern: /(?:^|[_.])requests?_count$/,
    of: "counter",
    why: "counters named before the _total convention",
  },
  {
    pattern: /(?:^|[_.])handled_total$/,
    of: "counter",
    why: "grpc_server_handled_total of go-grpc-middleware",
  },
  {
    pattern: /(?:^|[_.])(?:messages|msgs)(?:_(?:received|consumed|processed|handled|in))?_total$/,
    of: "counter",
    why: "consumers of queues",
  },
  {
    pattern: /(?:^|[_.])(?:http|grpc|requests?|rpc|query|queries|handler)(?:[_.].*)?_count$/,
    of: "count",
    why: "http_request_duration_seconds_count: one observation a request",
  },
  {
    pattern: /^(?:gnatsd|nats)_(?:varz_|.*_)?in_msgs$/,
    of: "any",
    why: "prometheus-nats-exporter writes every figure as a gauge",
  },
];

/** The scrape's own requests, and the runtime's and process's figures, are no load. */
const NOT_LOAD = /^(?:promhttp_|go_|process_|scrape_)/;

export function loadRulesOf(name: string): readonly LoadRule[] {
  return NOT_LOAD.test(name) ? [] : LOAD_RULES.filter((rule) => rule.pattern.test(name));
}
