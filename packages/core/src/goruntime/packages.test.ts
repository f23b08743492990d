import { describe, expect, test } from "vitest";
import { ownerOf } from "./packages.ts";

describe("whose a frame is", () => {
  test.each([
    ["main.serve", "/src/shop/main.go", undefined, "own"],
    ["example.com/shop/cart.Add", "/src/shop/cart/cart.go", "example.com/shop", "own"],
    [
      "github.com/a/b.F",
      "/home/dev/go/pkg/mod/github.com/a/b@v1.2.3/f.go",
      undefined,
      "dependency",
    ],
    ["net/http.(*conn).serve", "/usr/local/go/src/net/http/server.go", undefined, "standard"],
    ["runtime.mallocgc", "/usr/local/go/src/runtime/malloc.go", undefined, "runtime"],
    // Instances of the standard library's generic functions carry the name of whoever instantiates them.
    [
      "github.com/a/b.Route.Compile.Backward[...].func2",
      "/usr/local/go/src/slices/iter.go",
      undefined,
      "standard",
    ],
    ["main.pages.Collect[...]", "slices/iter.go", undefined, "standard"],
    // A generic function of one's own, and a folder that is called as one of Go's.
    ["main.Map[...]", "/src/shop/main.go", undefined, "own"],
    ["example.com/shop/log.Write", "/home/me/src/log/log.go", "example.com/shop", "own"],
  ])("%s in %s", (name, file, modulePath, owner) => {
    expect(ownerOf(name, file, modulePath)).toBe(owner);
  });
});
