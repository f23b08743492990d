import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { voiceOf } from "../report/say.ts";
import { RULES } from "./catalog.ts";
import { CAUSES, type CauseId } from "./causes.ts";

const DOC = new URL("../../../../docs/causes.md", import.meta.url);
const FOLDERS = ["heap", "goroutines", "gc", "container", "native", "build", "process", "trace"];

function folderOf(id: CauseId): string | undefined {
  return FOLDERS.find((f) => existsSync(new URL(`./${f}/${id}/README.md`, import.meta.url)));
}

function table(): string {
  const voice = voiceOf("en");
  const word = (id: string) => voice.say({ id: `cause.${id}`, params: {}, evidence: [] });
  const rows = RULES.map(({ id }) => {
    const c = CAUSES[id];
    const alike = c.alike.length === 0 ? "–" : c.alike.map((a) => `\`${a}\``).join(", ");
    return `| [\`${id}\`](../packages/core/src/rules/${folderOf(id) ?? "?"}/${id}/README.md) | ${word(id)} | ${c.needs.join("; ")} | ${c.fault ? "when its README says" : "never"} | ${c.top} | ${alike} |`;
  });
  return `# Causes

Made from \`packages/core/src/rules/causes.ts\`; \`UPDATE_GOLDEN=1 npx vitest run packages/core/src/rules\` writes it again.
Confidence is calibrated: *high* is meant to be right in ≥ 95 % of cases, *medium* in ≥ 75 %, *low* is a lead.

| cause | said as | needs at least | fault | highest confidence | cannot be told from, without more |
|---|---|---|---|---|---|
${rows.join("\n")}
`;
}

test("docs/causes.md is the table of causes", () => {
  const made = table();
  if (process.env["UPDATE_GOLDEN"] === "1") writeFileSync(DOC, made);
  expect(readFileSync(DOC, "utf8")).toBe(made);
});

test("every cause has a rule and every rule a README", () => {
  expect(RULES.map((r) => r.id).toSorted()).toEqual(Object.keys(CAUSES).toSorted());
  for (const { id } of RULES) expect(folderOf(id), id).toBeDefined();
});
