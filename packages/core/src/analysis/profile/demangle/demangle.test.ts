// Expectations are what the demangler of google/pprof (ianlancetaylor/demangle v0.0.0-20250417) gives.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { demangled } from "./demangle.ts";

/** Mangled: simple, templates, full. */
const NAMES: readonly (readonly [string, string, string, string])[] = [
  ["_ZN3foo3barEv", "foo::bar", "foo::bar", "foo::bar()"],
  ["_ZNK3foo3barEv", "foo::bar", "foo::bar", "foo::bar() const"],
  [
    "_ZNSt6vectorIiSaIiEE9push_backEOi",
    "std::vector::push_back",
    "std::vector<int, std::allocator<int> >::push_back",
    "std::vector<int, std::allocator<int> >::push_back(int&&)",
  ],
  [
    "_ZNSsC1Ev",
    "std::basic_string::basic_string",
    "std::basic_string<char, std::char_traits<char>, std::allocator<char> >::basic_string",
    "std::basic_string<char, std::char_traits<char>, std::allocator<char> >::basic_string()",
  ],
  [
    "_ZZ4mainENKUlvE_clEv",
    "main::{lambda()#1}::operator()",
    "main::{lambda()#1}::operator()",
    "main::{lambda()#1}::operator()() const",
  ],
  [
    "_ZZN1A3fooEiENKUlT_E_clIdEEDaS0_",
    "A::foo()::{lambda(auto:1)#1}::operator()",
    "A::foo()::{lambda(auto:1)#1}::operator()<double>",
    "auto A::foo(int)::{lambda(auto:1)#1}::operator()<double>(double) const",
  ],
  ["_ZN3fooIXadL_Z3barvEEE3runEv", "foo::run", "foo<&bar>::run", "foo<&bar>::run()"],
  ["_Z3fooIJidEEvDpT_", "foo", "foo<int, double>", "void foo<int, double>(int, double)"],
  ["_Z1fRA10_i", "f", "f", "f(int (&) [10])"],
  ["_Z1fPFivE", "f", "f", "f(int (*)())"],
  ["_Z1fM1AFivE", "f", "f", "f(int (A::*)())"],
  ["_ZN1AcvT_IiEEv", "A::operator int", "A::operator int<int>", "A::operator int<int>()"],
  ["_Z3foov.constprop.0", "foo", "foo", "foo()"],
  [
    "_ZN12_GLOBAL__N_13fooEv",
    "(anonymous namespace)::foo",
    "(anonymous namespace)::foo",
    "(anonymous namespace)::foo()",
  ],
  ["_Zli2_xPKc", 'operator"" _x', 'operator"" _x', 'operator"" _x(char const*)'],
  ["_ZN1A1BB5cxx11Ev", "A::B[abi:cxx11]", "A::B[abi:cxx11]", "A::B[abi:cxx11]()"],
  ["_ZN1AD0Ev", "A::~A", "A::~A", "A::~A()"],
  ["_ZStL8__ioinit", "std::__ioinit", "std::__ioinit", "std::__ioinit"],
  ["_ZTV3foo", "vtable for foo", "vtable for foo", "vtable for foo"],
  [
    "_ZThn16_N3foo3barEv",
    "non-virtual thunk to foo::bar()",
    "non-virtual thunk to foo::bar()",
    "non-virtual thunk to foo::bar()",
  ],
  [
    "_ZN1AIiLi5ELb1ELm7ELc65EE1fEv",
    "A::f",
    "A<int, 5, true, 7ul, (char)65>::f",
    "A<int, 5, true, 7ul, (char)65>::f()",
  ],
  [
    "_ZN4llvm11depth_firstIPNS_10BasicBlockEEENS_14iterator_rangeINS_11df_iteratorIT_NS_23df_iterator_default_setINS_11GraphTraitsIS5_E7NodeRefELj8EEELb0ES8_EEEERKS5_",
    "llvm::depth_first",
    "llvm::depth_first<llvm::BasicBlock*>",
    "llvm::iterator_range<llvm::df_iterator<llvm::BasicBlock*, llvm::df_iterator_default_set<llvm::GraphTraits<llvm::BasicBlock*>::NodeRef, 8u>, false, llvm::GraphTraits<llvm::BasicBlock*> > > llvm::depth_first<llvm::BasicBlock*>(llvm::BasicBlock* const&)",
  ],
  [
    "_ZN60_$LT$alloc..string..String$u20$as$u20$core..fmt..Display$GT$3fmt17h0123456789abcdefE",
    "<alloc::string::String as core::fmt::Display>::fmt",
    "<alloc::string::String as core::fmt::Display>::fmt",
    "<alloc::string::String as core::fmt::Display>::fmt",
  ],
];

describe("demangled", () => {
  it.each(NAMES)("%s", (name, simple, templates, full) => {
    expect(demangled(name, "simple")).toBe(simple);
    expect(demangled(name, "templates")).toBe(templates);
    expect(demangled(name, "full")).toBe(full);
  });

  it.each(["main.main", "_Z", "_Z3fo", "_ZN3foo", "_ZN1AS9_Ev", "_Z1fT_", "_ZQ", "__Z3foov"])(
    "%s stays as it is",
    (name) => {
      expect(demangled(name, "full")).toBeUndefined();
    },
  );

  it("ends on any text in short time, whatever it refers to", () => {
    // Each S_ names what doubles the one before.
    const doubling = `_Z1f${"I".repeat(0)}3fooI1AS_E${Array.from({ length: 30 }, (_, i) => `3fooIS${i === 0 ? "" : (i - 1).toString(36).toUpperCase()}_S${i === 0 ? "" : (i - 1).toString(36).toUpperCase()}_E`).join("")}`;
    for (const name of [doubling, `_Z1f${"P".repeat(5000)}i`, `_ZN${"1a".repeat(5000)}17h`]) {
      for (const form of ["simple", "full"] as const) demangled(name, form);
    }
    const letters = "_ZNSIEKPRFTLXJDpcvUlvt0123aAs$.".split("");
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...letters), { maxLength: 60 }), (parts) => {
        const out = demangled(`_Z${parts.join("")}`, "full");
        expect(out === undefined || typeof out === "string").toBe(true);
      }),
      { numRuns: 2000 },
    );
  });
});
