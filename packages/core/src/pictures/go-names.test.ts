import fc from "fast-check";
import { expect, test } from "vitest";
import { baseName, functionForms, position, shortFile, shortFunction } from "./go-names.ts";

test.each([
  ["example.com/checkout/session.(*Store).Add", ["session.(*Store).Add", "(*Store).Add", "Add"]],
  [
    "github.com/go-chi/chi/v5.(*Mux).routeHTTP",
    ["chi.(*Mux).routeHTTP", "(*Mux).routeHTTP", "routeHTTP"],
  ],
  ["main.main", ["main.main", "main"]],
  [
    "a.com/p.(*Engine).compileRules.func2.1",
    ["p.(*Engine).compileRules.func2.1", "(*Engine).compileRules.func2.1", "compileRules.func2.1"],
  ],
  [
    "x/cache.(*LRU[go.shape.string,a.com/b/c.T]).Put",
    ["cache.(*LRU[…]).Put", "(*LRU[…]).Put", "Put"],
  ],
  ["gopkg.in/yaml%2ev3.Unmarshal", ["yaml.v3.Unmarshal", "v3.Unmarshal", "Unmarshal"]],
  ["0x4a3bc0", ["0x4a3bc0"]],
  ["", [""]],
])("%s", (name, forms) => {
  expect(functionForms(name)).toEqual(forms);
});

test("files and positions", () => {
  expect(shortFile("/build/src/session/store.go")).toBe("session/store.go");
  expect(shortFile("store.go")).toBe("store.go");
  expect(shortFile("/store.go")).toBe("/store.go");
  expect(baseName("a/b/c.go")).toBe("c.go");
  expect(position("a/session/store.go", 88)).toBe("session/store.go:88");
  expect(position("a/session/store.go", 0)).toBe("session/store.go");
});

test("anything is a name, and its short form is never longer", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (name) => {
      expect(shortFunction(name).length).toBeLessThanOrEqual(name.length + 1);
      expect(functionForms(name).length).toBeGreaterThan(0);
    }),
    { seed: 1 },
  );
  // Hostile: long, and brackets without end. Linear, so this takes no time.
  expect(shortFunction("[".repeat(200_000)).length).toBe(2);
});
