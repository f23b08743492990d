// The few globals that both hosts (Node ≥ 20.19 and browsers) have. core compiles with `types: []`
// and without the DOM library, so anything else does not resolve here: that is the wall.

declare class TextDecoder {
  constructor(label?: string, options?: { fatal?: boolean; ignoreBOM?: boolean });
  decode(input?: Uint8Array, options?: { stream?: boolean }): string;
}

declare class TextEncoder {
  encode(input?: string): Uint8Array;
}
