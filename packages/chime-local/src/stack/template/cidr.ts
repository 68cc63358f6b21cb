import { TemplateError } from './template.ts';

/** Bits of an IPv4 address. */
const ADDRESS_BITS = 32;
/** Maximum number of blocks that `Fn::Cidr` returns. User Guide, "Fn::Cidr". */
const MAX_BLOCKS = 256;

/** `Fn::Cidr` for IPv4: `count` blocks of `cidrBits` host bits each, from the start of `block`. */
export function cidrBlocks(block: string, count: number, cidrBits: number): string[] {
  const [address = '', prefix] = block.split('/');
  const octets = address.split('.').map(Number);
  const size = 2 ** cidrBits;
  const fits = count * size <= 2 ** (ADDRESS_BITS - Number(prefix));
  if (octets.length !== 4 || octets.some(Number.isNaN) || !(count >= 1 && count <= MAX_BLOCKS) || !fits) {
    throw new TemplateError(
      `Template error: Fn::Cidr cannot cut ${count} blocks of ${cidrBits} bits from ${block}`,
    );
  }
  const first = octets.reduce((sum, octet) => sum * 256 + octet, 0);
  return Array.from({ length: count }, (_, n) => {
    const start = first + n * size;
    const text = [24, 16, 8, 0].map((shift) => Math.floor(start / 2 ** shift) % 256).join('.');
    return `${text}/${ADDRESS_BITS - cidrBits}`;
  });
}
