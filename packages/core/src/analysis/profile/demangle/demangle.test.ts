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
  ["_RNvCs123_4core3fmt", "core::fmt", "core::fmt", "core::fmt"],
  ["_RNvC6_123foo3bar", "123foo::bar", "123foo::bar", "123foo::bar"],
  [
    "_RNvMNtCs1_4core3fmtNtB2_9Formatter9write_str",
    "<core::fmt::Formatter>::write_str",
    "<core::fmt::Formatter>::write_str",
    "<core::fmt::Formatter>::write_str",
  ],
  [
    "_RNvXs_NtCs1_5alloc6stringNtB4_6StringNtNtCs2_4core3fmt7Display3fmt",
    "<alloc::string::String as core::fmt::Display>::fmt",
    "<alloc::string::String as core::fmt::Display>::fmt",
    "<alloc::string::String as core::fmt::Display>::fmt",
  ],
  [
    "_RINvNtC3std3mem8align_ofjdE",
    "std::mem::align_of::<>",
    "std::mem::align_of::<usize, f64>",
    "std::mem::align_of::<usize, f64>",
  ],
  [
    "_RNCNvC4main3foo0B3_",
    "main::foo::{closure#0}",
    "main::foo::{closure#0}",
    "main::foo::{closure#0}",
  ],
  [
    "_RNvYINtC3foo3BarhENtC3baz3Qux4test",
    "<foo::Bar<> as baz::Qux>::test",
    "<foo::Bar<u8> as baz::Qux>::test",
    "<foo::Bar<u8> as baz::Qux>::test",
  ],
  ["_RINvC3foo3barKj7b_E", "foo::bar::<>", "foo::bar::<123>", "foo::bar::<123>"],
  [
    "_RNvMC3fooINtB2_3BarRhE3new",
    "<foo::Bar<>>::new",
    "<foo::Bar<&u8>>::new",
    "<foo::Bar<&u8>>::new",
  ],
  [
    "_RINvC3foo3barFUKCtEuE",
    "foo::bar::<>",
    'foo::bar::<unsafe extern "C" fn(u16)>',
    'foo::bar::<unsafe extern "C" fn(u16)>',
  ],
  [
    "_RINvC3foo3barTlmbEE",
    "foo::bar::<>",
    "foo::bar::<(i32, u32, bool)>",
    "foo::bar::<(i32, u32, bool)>",
  ],
  [
    "_RINvC3foo3barAhj4_ShPvOvE",
    "foo::bar::<>",
    "foo::bar::<[u8; 4], [u8], *const ..., *mut ...>",
    "foo::bar::<[u8; 4], [u8], *const ..., *mut ...>",
  ],
  [
    "_RINvC3foo3barDNtC3std5DebugEL_E",
    "foo::bar::<>",
    "foo::bar::<dyn std::Debug>",
    "foo::bar::<dyn std::Debug>",
  ],
  ["_RNvNvC3foo3bars_3baz", "foo::bar::baz", "foo::bar::baz", "foo::bar::baz"],
  [
    "_RNvCsgStHSCytQ6I_7mycrate9my_structB3_",
    "mycrate::my_struct",
    "mycrate::my_struct",
    "mycrate::my_struct",
  ],
  [
    "_RNvNtNtCsbDqzXfLQacH_4core3num3fmt4part",
    "core::num::fmt::part",
    "core::num::fmt::part",
    "core::num::fmt::part",
  ],
];

describe("demangled", () => {
  it.each(NAMES)("%s", (name, simple, templates, full) => {
    expect(demangled(name, "simple")).toBe(simple);
    expect(demangled(name, "templates")).toBe(templates);
    expect(demangled(name, "full")).toBe(full);
  });

  it.each([
    "main.main",
    "_Z",
    "_Z3fo",
    "_ZN3foo",
    "_ZN1AS9_Ev",
    "_Z1fT_",
    "_ZQ",
    "__Z3foov",
    "_R",
    "_RNSvC3foo3bar",
    "_RNvC3foou8gdel_5qa",
    "_RB_",
    "_RIC3fooB_E",
  ])("%s stays as it is", (name) => {
    expect(demangled(name, "full")).toBeUndefined();
  });

  it("ends on any text in short time, whatever it refers to", () => {
    // Each pair of references doubles the one before.
    const at = (i: number): string => `S${i === 0 ? "" : (i - 1).toString(36).toUpperCase()}_`;
    const pairs = Array.from({ length: 30 }, (_, i) => `1AI${at(i * 2)}${at(i * 2)}E`);
    const doubling = `_Z1f1A${pairs.join("")}`;
    for (const name of [doubling, `_Z1f${"P".repeat(5000)}i`, `_ZN${"1a".repeat(5000)}17h`]) {
      for (const form of ["simple", "full"] as const) demangled(name, form);
    }
    for (const name of [`_RI${"I".repeat(3000)}`, `_RIC1f${"TB3_B3_".repeat(40)}E`])
      demangled(name, "full");
    const letters = "_ZNSIEKPRFTLXJDpcvUlvt0123aAsBCMYK$.".split("");
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...letters), { maxLength: 60 }), (parts) => {
        const out = demangled(`_Z${parts.join("")}`, "full");
        expect(out === undefined || typeof out === "string").toBe(true);
        const rust = demangled(`_R${parts.join("")}`, "simple");
        expect(rust === undefined || typeof rust === "string").toBe(true);
      }),
      { numRuns: 2000 },
    );
  });
});
