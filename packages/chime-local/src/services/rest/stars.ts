/**
 * Patterns in which `*` stands for any characters. They are matched without a regular expression, which could
 * take very long for many stars.
 */

/** Whether the text consists of these parts in this order, with any text between them. */
export function fitsParts(text: string, parts: readonly string[]): boolean {
  const [first = '', ...rest] = parts;
  if (rest.length === 0) return text === first;
  if (!text.startsWith(first)) return false;
  const last = rest.pop() ?? '';
  let at = first.length;
  for (const part of rest) {
    const found = text.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return text.length - last.length >= at && text.endsWith(last);
}
