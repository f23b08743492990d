// Builds the page as the command line does: bundled client and style, real words, real hash.

import { createHash } from "node:crypto";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import type { Lang } from "@heapwright/core/model/message.ts";
import type { Answer } from "@heapwright/core/verdict/answer.ts";
import { build } from "esbuild";
import { type PageInput, renderPage } from "../src/render/page.ts";
import { pageVoice } from "../src/render/voice.ts";
import { NOW } from "./answers.ts";

export interface Assets {
  readonly script: string;
  readonly css: string;
}

let assets: Promise<Assets> | undefined;

async function bundle(): Promise<Assets> {
  const result = await build({
    entryPoints: [fileURLToPath(new URL("../src/client/main.ts", import.meta.url))],
    outdir: "out",
    bundle: true,
    write: false,
    format: "iife",
    platform: "browser",
    target: "es2022",
    charset: "utf8",
    legalComments: "none",
    logLevel: "warning",
  });
  const text = (end: string): string =>
    result.outputFiles.find((f) => f.path.endsWith(end))?.text ?? "";
  return { script: text(".js"), css: text(".css") };
}

export function clientAssets(): Promise<Assets> {
  assets ??= bundle();
  return assets;
}

export const hash = (text: string): string =>
  createHash("sha256").update(text, "utf8").digest("base64");

/** As the command line packs the answer. */
export function packed(value: unknown): string {
  return gzipSync(JSON.stringify(value)).toString("base64");
}

export async function page(
  answer: Answer,
  more: Partial<PageInput> = {},
  lang: Lang = "en",
): Promise<string> {
  const { script, css } = await clientAssets();
  return renderPage({
    answer,
    ...pageVoice(lang),
    css,
    clientScript: script,
    hash,
    theme: "auto",
    savedMs: NOW + 4000,
    text: "LIKELY LEAK\n  as in the terminal\n",
    packedJson: packed({ schema: answer.schema, target: answer.target }),
    ...more,
  });
}
