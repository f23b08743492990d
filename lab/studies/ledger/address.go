package main

import "unsafe"

func address(b []byte) uintptr { return uintptr(unsafe.Pointer(&b[0])) }
