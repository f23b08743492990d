#!/usr/bin/env node
// A stub that exists before the first build, so that `npm install` links the command.
import { existsSync } from "node:fs";
const built = new URL("../dist/main.js", import.meta.url);
if (existsSync(built)) {
  await import(built.href);
} else {
  process.stderr.write("heapwright: not built yet. Run: npm ci && npm run build\n");
  process.exitCode = 2;
}
