// What is known of the service, on one line: name, Go version, uptime, load, limit, time of capture.

import type { ServiceFacts } from "@heapwright/core/verdict/answer.ts";
import { type Markup, type Value, markup } from "../markup.ts";
import { bytes } from "../numbers.ts";
import { clock, date, isSameDay } from "../time.ts";
import type { Context } from "./context.ts";
import { cutName } from "./names.ts";
import { said } from "./statement.ts";

function fact(name: string, main: Value, note: Value, isUnknown = false): Markup {
  return markup`<div>
    <dt>${name}</dt>
    <dd${isUnknown ? markup` class="unk"` : ""}>${main}</dd>
    ${note === "" || note === undefined ? "" : markup`<dd>${note}</dd>`}
  </div>`;
}

function captured(ctx: Context, service: ServiceFacts): Markup {
  const { labels, input } = ctx;
  const { fromMs, toMs } = service;
  const cycles =
    service.cycles === undefined ? "" : labels.cycles(input.words.count(service.cycles));
  const start = fromMs ?? toMs;
  if (start === undefined) return fact(labels.captured, labels.unknown, cycles, true);
  const end = toMs ?? start;
  const day = date(start, input.lang);
  const isShort = end - start < 60_000;
  const times = isSameDay(start, end)
    ? isShort
      ? clock(start, true)
      : `${clock(start)}–${clock(end)}`
    : `${clock(start)} – ${date(end, input.lang)} ${clock(end)}`;
  return fact(
    labels.captured,
    markup`<span class="nw">${times} ${labels.utc}</span>`,
    [day, cycles].filter((x) => x !== "").join(", "),
  );
}

function limit(ctx: Context, service: ServiceFacts): Markup {
  const { labels } = ctx;
  const notes: string[] = [];
  if (service.limitSource !== undefined && service.limit !== undefined) {
    notes.push(labels.from(service.limitSource));
  }
  const isSet = service.goMemLimit !== undefined && Number.isFinite(service.goMemLimit);
  if (service.goMemLimit !== undefined && isSet && service.limitSource !== "GOMEMLIMIT") {
    notes.push(labels.gomemlimit(bytes(service.goMemLimit)));
  }
  if (service.gogcPercent !== undefined) {
    notes.push(labels.gogc(service.gogcPercent < 0 ? "off" : String(service.gogcPercent)));
  }
  const note = notes.join(", ");
  return service.limit === undefined
    ? fact(labels.limit, labels.noLimit, note, true)
    : fact(labels.limit, bytes(service.limit.value), note);
}

export function factsList(ctx: Context): Markup {
  const { labels, input, process } = ctx;
  const { service } = process;
  const { words } = input;
  const up = service.uptimeSec;
  const load = service.load === undefined ? undefined : said(ctx, service.load);
  const pid = service.pid === undefined ? "" : labels.pid(String(service.pid));
  const go = service.goVersion;
  let since = "";
  if (up !== undefined && service.toMs !== undefined) {
    const start = service.toMs - up * 1000;
    const day = isSameDay(start, service.toMs) ? "" : `${date(start, input.lang)} `;
    since = labels.since(`${day}${clock(start)}`);
  }
  return markup`<dl class="facts" id="${ctx.prefix}facts" aria-label="${labels.facts}">
    ${
      service.name === ""
        ? fact(labels.service, labels.unknown, pid, true)
        : fact(labels.service, markup`<bdi>${cutName(service.name, 80)}</bdi>`, pid)
    }
    ${
      go === undefined
        ? fact(labels.go, labels.unknown, "", true)
        : fact(labels.go, go.text.replace(/^go(?=\d)/, ""), go.source)
    }
    ${
      up === undefined
        ? fact(labels.up, labels.unknown, "", true)
        : fact(labels.up, words.duration(up), since)
    }
    ${
      load === undefined
        ? fact(labels.load, labels.unknown, "", true)
        : fact(labels.load, load.prose, "")
    }
    ${limit(ctx, service)} ${captured(ctx, service)}
  </dl>`;
}
