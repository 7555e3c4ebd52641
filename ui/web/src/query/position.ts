// The server counts bytes of UTF-8; a text field counts UTF-16 units.

export function sliceAtBytes(text: string, offset: number, length: number): readonly [string, string, string] {
  const encoded = new TextEncoder().encode(text);
  const decode = (from: number, to?: number): string => new TextDecoder().decode(encoded.slice(from, to));
  return [decode(0, offset), decode(offset, offset + length), decode(offset + length)];
}
