// Script and style of a page, built beside the bundle (dist/web) or, in development, from the sources.

import { readFile } from "node:fs/promises";
import { inDist } from "./dist.ts";

export async function webAssets(
  name: "client" | "profile",
): Promise<{ css: string; clientScript: string }> {
  const read = (end: string): Promise<string> => readFile(inDist(`web/${name}.${end}`), "utf8");
  return { css: await read("css"), clientScript: await read("js") };
}
