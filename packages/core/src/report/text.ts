// The answer for a terminal: verdict before data, one fact a line, at most 100 columns, missing
// evidence last with the command that gets it. The same text survives a copy into a chat.

import type { Ledger, LedgerPart } from "../analysis/ledger/ledger.ts";
import type { Site } from "../analysis/sites/site.ts";
import { say, type Statement } from "../model/message.ts";
import type { Quantity } from "../model/quantity.ts";
import { MiB } from "../model/units.ts";
import { shortFunction, shortLine } from "../rules/naming.ts";
import type { Answer, ProcessAnswer, Verdict } from "../verdict/answer.ts";
import { padEnd, padStart, shorten, width, wrap } from "./columns.ts";
import { inputLines, processDamage } from "./damage.ts";
import { reportMessages as m } from "./messages.ts";
import type { Voice } from "./say.ts";
import { digits, printable } from "./wording.ts";

export interface TextOptions {
  readonly voice: Voice;
  /** Wraps text in colour by meaning; identity when colour is off. */
  readonly paint: (text: string, as: "fault" | "low" | "ok" | "dim" | "bold") => string;
  readonly top: number;
  /** Add evidence ids to every line. */
  readonly withEvidence: boolean;
  /** Add why artefacts belong together. */
  readonly withLinking: boolean;
}

const COLUMNS = 100;
const BAR = 24;

export function formatText(answer: Answer, options: TextOptions): string {
  const out: string[] = [];
  const { voice } = options;
  if (answer.processes.length > 1) {
    out.push(voice.say(say(m, "answer.processes", { count: answer.processes.length })), "");
  }
  answer.processes.forEach((p, i) => {
    if (i > 0) out.push("", "─".repeat(72), "");
    // Beyond a handful, a process is one line: the folder's reader wants the worst, not a book.
    if (i >= 5) out.push(...headline(p, options).slice(0, 1));
    else out.push(...formatProcess(p, options));
  });
  const input = inputLines(answer, voice);
  if (input.capture.length > 0)
    out.push("", ...labelled(word(options, "heading.capture"), input.capture));
  if (input.damage.length > 0)
    out.push("", ...labelled(word(options, "heading.damage"), firstOf(input.damage, 10)));
  if (input.unused.length > 0) {
    const names = firstOf(input.unused.map(printable), 3, "…").join(", ");
    out.push(
      "",
      ...labelled(word(options, "heading.unused"), [
        voice.say(say(m, "answer.unused", { count: input.unused.length, names })),
      ]),
    );
  }
  return `${out.join("\n")}\n`;
}

/** The first few, and how many more there are. */
function firstOf(lines: readonly string[], limit: number, more?: string): string[] {
  return lines.length <= limit
    ? [...lines]
    : [...lines.slice(0, limit), more ?? `+${lines.length - limit}`];
}

function formatProcess(p: ProcessAnswer, o: TextOptions): string[] {
  const out: string[] = [];
  const fault = p.verdicts.find((v) => v.fault);
  out.push(...headline(p, o));
  const facts = fault === undefined ? p.facts : [...p.facts, ...fault.facts];
  out.push(...bullets(facts, o));
  if (fault !== undefined) {
    out.push("", ...actions(fault, o));
  } else if (p.status === "inconclusive" && p.next.length > 0) {
    out.push("", ...section("heading.next", p.next, o));
  }
  for (const l of p.ledgers) out.push("", ...ledger(l, p, o));
  out.push(...sites(p, o));
  const rest: string[] = [];
  if (fault !== undefined) {
    rest.push(
      ...section("heading.for", fault.for, o),
      ...section("heading.against", fault.against, o),
    );
    const others = p.verdicts.filter((v) => v !== fault);
    for (const v of others)
      rest.push(
        ...labelled(word(o, "heading.also"), [
          `${verdictWord(v, o)}   ${o.voice.say(v.headline)}${ids(v.headline, o)}`,
        ]),
      );
  }
  rest.push(...section("heading.not-it", p.notIt, o));
  rest.push(...section("heading.worth-knowing", p.worthKnowing, o));
  if (rest.length > 0) out.push("", ...rest);
  out.push(...missing(p, o));
  const damage = processDamage(p, o.voice);
  if (damage.length > 0) out.push("", ...labelled(word(o, "heading.damage"), firstOf(damage, 12)));
  if (o.withLinking) out.push("", ...section("heading.linking", p.linking, o));
  return out;
}

export function verdictWord(v: Verdict, o: { readonly voice: Voice }): string {
  const cause = o.voice.say({ id: `cause.${v.cause}`, params: {}, evidence: [] });
  return v.fault
    ? o.voice.say({ id: `confidence.${v.confidence}`, params: { cause }, evidence: [] })
    : cause;
}

function word(o: { readonly voice: Voice }, id: keyof typeof m): string {
  return o.voice.say({ id, params: {}, evidence: [] });
}

function headline(p: ProcessAnswer, o: TextOptions): string[] {
  const fault = p.verdicts.find((v) => v.fault);
  const v = o.voice;
  if (fault !== undefined) {
    const label = o.paint(verdictWord(fault, o), fault.confidence === "low" ? "low" : "fault");
    const first = `${label}   ${o.paint(v.say(fault.headline), "bold")}${ids(fault.headline, o)}`;
    return [
      ...wrapPainted(first, verdictWord(fault, o).length + 3),
      `  ${o.paint(serviceLine(p, o), "dim")}`,
    ];
  }
  if (p.status === "no-fault-seen") {
    return [`${o.paint(word(o, "status.no-fault-seen"), "ok")}   ${serviceLine(p, o)}`];
  }
  return [
    `${o.paint(word(o, "status.inconclusive"), "low")}   ${serviceLine(p, o)}`,
    ...wrap(`  ${v.say(p.headline)}`, COLUMNS, "    ").map((l) =>
      l.startsWith(" ") ? l : `  ${l}`,
    ),
  ];
}

/** Colour codes have no width, so a painted first line is only cut, not measured exactly. */
function wrapPainted(text: string, indent: number): string[] {
  return width(text) <= COLUMNS + 24 ? [text] : wrap(text, COLUMNS + 16, " ".repeat(indent));
}

function serviceLine(p: ProcessAnswer, o: TextOptions): string {
  const s = p.service;
  const v = o.voice;
  const parts = [printable(s.name)];
  if (s.goVersion !== undefined) parts.push(`${s.goVersion.text} (${s.goVersion.source})`);
  if (s.uptimeSec !== undefined)
    parts.push(v.say(say(m, "facts.up", { uptime: v.words.duration(s.uptimeSec) })));
  if (s.pid !== undefined) parts.push(v.say(say(m, "facts.pid", { pid: s.pid })));
  if (s.load !== undefined) parts.push(v.say(s.load));
  return parts.join("   ");
}

function ids(s: Statement, o: TextOptions): string {
  return o.withEvidence && s.evidence.length > 0
    ? `   ${o.paint(`[${s.evidence.slice(0, 3).join(" ")}]`, "dim")}`
    : "";
}

function bullets(list: readonly Statement[], o: TextOptions): string[] {
  return list.flatMap((s) =>
    wrap(`${o.voice.say(s)}${ids(s, o)}`, COLUMNS - 2, "  ").map((l) => `  ${l}`),
  );
}

function labelled(label: string, lines: readonly string[]): string[] {
  const indent = Math.max(9, width(label) + 2);
  const out: string[] = [];
  lines.forEach((text, i) => {
    wrap(text, COLUMNS - indent, "  ").forEach((line, j) => {
      out.push(padEnd(i === 0 && j === 0 ? label : "", indent) + line);
    });
  });
  return out;
}

function section(heading: keyof typeof m, list: readonly Statement[], o: TextOptions): string[] {
  return list.length === 0
    ? []
    : labelled(
        word(o, heading),
        list.map((s) => `${o.voice.say(s)}${ids(s, o)}`),
      );
}

function actions(v: Verdict, o: TextOptions): string[] {
  return [
    ...section("heading.now", v.now, o),
    ...section("heading.fix", v.fix, o),
    ...section("heading.verify", v.verify, o),
  ];
}

function mib(n: number): string {
  return digits(n / MiB);
}

function partName(part: LedgerPart["part"], o: TextOptions): string {
  return o.voice.say({ id: `part.${part}`, params: {}, evidence: [] });
}

function ledger(l: Ledger, p: ProcessAnswer, o: TextOptions): string[] {
  const v = o.voice;
  const head: string[] = [];
  const total = l.total === undefined ? word(o, "where.unknown") : `${mib(l.total.value)} MiB`;
  if (l.of === "process") {
    head.push(word(o, "heading.where"), v.say(say(m, "where.rss", { rss: total })));
  } else {
    head.push(word(o, "heading.container"), v.say(say(m, "where.charge", { charge: total })));
  }
  if (l.limit !== undefined)
    head.push(v.say(say(m, "where.limit", { limit: v.words.value(l.limit) })));
  if (l.nextPeak !== undefined && p.service.limit !== undefined)
    head.push(
      v.say(
        say(m, "where.headroom", {
          headroom: v.words.bytes(p.service.limit.value - l.nextPeak.value),
        }),
      ),
    );
  const out = [head.join("   ")];
  const most = Math.max(...l.parts.map((x) => x.bytes?.value ?? 0), 1);
  const names = Math.max(...l.parts.map((x) => width(partName(x.part, o))), 12);
  const unknown: { names: string[]; why: string }[] = [];
  for (const part of l.parts) {
    const name = padEnd(partName(part.part, o), names);
    if (part.bytes === undefined) {
      // Parts that lack the same evidence share a line.
      const why = part.unknown === undefined ? word(o, "where.unknown") : v.say(part.unknown);
      const same = unknown.find((u) => u.why === why);
      if (same === undefined) unknown.push({ names: [name.trimEnd()], why });
      else same.names.push(name.trimEnd());
      continue;
    }
    const extra: string[] = [];
    if (part.bytes.lo !== part.bytes.hi && part.part === "native")
      extra.push(`[${mib(part.bytes.lo)}, ${mib(part.bytes.hi)}]`);
    if (part.part === "unexplained" && l.total !== undefined)
      extra.push(v.words.percent(part.bytes.value / Math.max(1, l.total.value)));
    if (part.note !== undefined) extra.push(v.say(part.note));
    const change =
      part.change !== undefined && Math.abs(part.change.value) >= 0.5 * MiB
        ? `${part.change.value > 0 ? "+" : ""}${mib(part.change.value)}`
        : "";
    const line = `  ${name} ${padStart(mib(part.bytes.value), 7)} ${padStart(change, 7)}  ${padEnd(bar(part.bytes.value / most), BAR)}${o.paint(extra.join("  "), "dim")}${o.withEvidence ? `  [${part.bytes.evidence.slice(0, 2).join(" ")}]` : ""}`;
    out.push(line.trimEnd());
  }
  for (const u of unknown) out.push(...wrap(`  ${u.names.join(", ")}: ${u.why}`, COLUMNS, "    "));
  for (const b of l.beside)
    if (b.note !== undefined) out.push(`  ${o.paint(v.say(b.note), "dim")}`);
  for (const n of l.notes) out.push(`  ${o.paint(v.say(n), "dim")}`);
  return out;
}

const EIGHTHS = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];

function bar(share: number): string {
  const eighths = Math.round(Math.max(0, Math.min(1, share)) * (BAR - 2) * 8);
  return "█".repeat(Math.floor(eighths / 8)) + (EIGHTHS[eighths % 8] ?? "");
}

function sites(p: ProcessAnswer, o: TextOptions): string[] {
  const t = p.sites;
  if (t === undefined || t.sites.length === 0) return [];
  const v = o.voice;
  const cycles =
    t.cycles === undefined
      ? ""
      : v.say(say(m, "who.cycles", { from: t.cycles.from, to: t.cycles.to }));
  const label = word(o, "heading.who");
  const out = [
    "",
    `${label}   ${padEnd(v.say(say(m, "who.header", { cycles })), 56 - width(label) - 3)}${padEnd(word(o, "who.kept"), 10)}${word(o, "who.line")}`,
  ];
  const listed = t.sites
    .filter((s) => s.live.value >= 0.05 * MiB || (s.growth !== undefined && s.growth.lo > 0))
    .slice(0, o.top);
  for (const s of listed) out.push(siteLine(s, o));
  const restCount = t.rest.sites + t.sites.length - listed.length;
  if (restCount > 0) {
    const restLive =
      t.rest.live.value +
      t.sites.filter((s) => !listed.includes(s)).reduce((a, s) => a + s.live.value, 0);
    out.push(
      `  ${padStart(mib(restLive), 6)}${" ".repeat(58)}${v.say(say(m, "who.others", { count: restCount }))}`,
    );
  }
  return out;
}

function range(q: Quantity): string {
  return `[${mib(q.lo)}, ${mib(q.hi)}]`;
}

function siteLine(s: Site, o: TextOptions): string {
  const v = o.voice;
  const live = `${padStart(mib(s.live.value), 6)} ${padEnd(range(s.live), 14)}`;
  let growth = word(o, "who.one-profile");
  if (s.growth !== undefined) {
    growth =
      s.growth.lo > 0 || s.growth.hi < 0
        ? `${s.growth.value > 0 ? "+" : ""}${mib(s.growth.value)} ${range(s.growth)}`
        : v.say(say(m, "who.none-seen", { visible: mib(s.visibleGrowth ?? 0) }));
  }
  const kept = s.survival === undefined ? "–" : v.words.percent(s.survival.value);
  const head = `  ${live}  ${padEnd(growth, 32)}${padEnd(kept, 9)}`;
  // A library line is told by the own line below it, an own line by its function.
  const place =
    s.user === undefined
      ? `${shortLine(s)}  ${shortFunction(s.function)}`
      : `${shortLine(s)} ← ${shortLine(s.user)}`;
  const assists =
    s.assistShare === undefined || s.assistShare.value < 0.01
      ? ""
      : `  ${v.say(say(m, "who.assists", { share: s.assistShare.value }))}`;
  const text = `${head}${printable(shorten(`${place}${assists}`, Math.max(40, COLUMNS + 4 - width(head))))}`;
  return o.withEvidence ? `${text}  [${s.evidence}]` : text;
}

/** What would settle most comes first; the rest is counted. */
const MISSING_SHOWN = 3;

function missing(p: ProcessAnswer, o: TextOptions): string[] {
  if (p.missing.length === 0) return [];
  const v = o.voice;
  const rows = p.missing
    .slice(0, MISSING_SHOWN)
    .map((x) => ({ name: v.say(x.name), tells: v.say(x.wouldTell), get: v.say(x.get) }));
  const names = Math.max(...rows.map((r) => width(r.name)));
  const lines = rows.flatMap((r) => [`${padEnd(r.name, names)}   ${r.tells}`, `  ${r.get}`]);
  const more = p.missing.length - rows.length;
  if (more > 0) lines.push(v.say(say(m, "missing.more", { count: more })));
  return ["", ...labelled(word(o, "heading.missing"), lines)];
}
