// Copying: a command, the whole answer, the answer as a file.

import type { ClientWords } from "../client-words.ts";
import { all, dataBlock, one } from "./dom.ts";

/** Where the clipboard is refused the text is selected, so that Ctrl-C takes it. */
async function put(text: string, shown: Element): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    getSelection()?.selectAllChildren(shown);
    return false;
  }
}

function flash(button: HTMLButtonElement, labels: ClientWords): void {
  const before = button.dataset["label"] ?? button.textContent;
  button.dataset["label"] = before;
  button.textContent = labels.copied;
  setTimeout(() => {
    button.textContent = before;
  }, 1500);
}

function answerText(verdict: Element): string {
  const text = dataBlock("#answer-text");
  if (typeof text === "string") return text;
  const lines = [verdict.querySelector(".chip"), ...verdict.querySelectorAll(".h1, .says")];
  return lines.map((e) => (e?.textContent ?? "").replace(/\s+/g, " ").trim()).join("\n");
}

export async function copyAnswer(verdict: Element, labels: ClientWords): Promise<void> {
  const button = one("[data-copy-answer]", HTMLButtonElement, verdict);
  if ((await put(answerText(verdict), verdict)) && button !== undefined) flash(button, labels);
}

/** gzip in base64 (answer-packed), or the JSON itself. */
async function answerJson(): Promise<Blob> {
  const packed = dataBlock("#answer-packed");
  if (typeof packed === "string") {
    const bytes = Uint8Array.from(atob(packed), (c) => c.charCodeAt(0));
    const unpacked = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    return new Blob([await new Response(unpacked).arrayBuffer()], { type: "application/json" });
  }
  const text = document.getElementById("answer-json")?.textContent ?? "";
  return new Blob([text.trim()], { type: "application/json" });
}

async function saveJson(): Promise<void> {
  const url = URL.createObjectURL(await answerJson());
  const link = document.createElement("a");
  link.href = url;
  link.download = "heapwright.json";
  link.click();
  // The download has its own reference by then.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/** One listener for the page: buttons that come with a live update work without being wired. */
export function startCopying(labels: ClientWords): void {
  document.addEventListener("click", (event) => {
    const target = event.target instanceof Element ? event.target.closest("button") : null;
    if (target === null) return;
    if (target.hasAttribute("data-copy")) {
      const code = target.parentElement?.querySelector("code");
      if (code === null || code === undefined) return;
      void put(code.textContent.trim(), code).then((done) => {
        if (done) flash(target, labels);
      });
    } else if (target.hasAttribute("data-copy-answer")) {
      const verdict = target.closest(".verdict");
      if (verdict !== null) void copyAnswer(verdict, labels);
    } else if (target.hasAttribute("data-save-json")) void saveJson();
  });
}

export function visibleVerdict(): Element | undefined {
  return all(".verdict", HTMLElement).find((v) => v.offsetParent !== null);
}
