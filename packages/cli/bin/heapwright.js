#!/usr/bin/env node
// A stub that exists before the first build, so that `npm install` links the command. CommonJS, as the
// package.json beside it says: Node is 5 ms sooner ready for it than for an ES module.
"use strict";
const { existsSync } = require("node:fs");
const path = require("node:path");
const built = path.join(__dirname, "../dist/start.cjs");
if (existsSync(built)) {
  require(built);
} else {
  process.stderr.write("heapwright: not built yet. Run: npm ci && npm run build\n");
  process.exitCode = 2;
}
