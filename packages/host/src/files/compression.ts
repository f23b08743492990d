// Compressed containers by their first bytes. gzip is undone; of the others it is said what they are, so
// that "unknown" does not hide a good profile.

const MAGIC: readonly { readonly name: string; readonly bytes: readonly number[] }[] = [
  { name: "zstd", bytes: [0x28, 0xb5, 0x2f, 0xfd] },
  { name: "xz", bytes: [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00] },
  { name: "bzip2", bytes: [0x42, 0x5a, 0x68] },
  { name: "lz4", bytes: [0x04, 0x22, 0x4d, 0x18] },
  { name: "zip", bytes: [0x50, 0x4b, 0x03, 0x04] },
  { name: "7z", bytes: [0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c] },
];

export function compressionOf(head: Uint8Array): string | undefined {
  return MAGIC.find(({ bytes }) => bytes.every((value, i) => head[i] === value))?.name;
}
