/**
 * The subscriber of an address, for budgets: an IPv4 address, or the 64 bits that an IPv6 subscriber has (RFC
 * 6177).
 */
export function sourceKey(address: string): string {
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, '');
  if (!plain.includes(':')) return plain;
  const [head = '', tail] = plain.split('%')[0]!.split('::');
  const groups = head === '' ? [] : head.split(':');
  if (tail !== undefined) {
    const rest = tail === '' ? [] : tail.split(':');
    while (groups.length < 8 - rest.length) groups.push('0');
    groups.push(...rest);
  }
  const first = [0, 1, 2, 3].map((at) => Number.parseInt(groups[at] ?? '0', 16).toString(16));
  return `${first.join(':')}::/64`;
}
