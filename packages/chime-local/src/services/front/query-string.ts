/** Parses the raw query of a request. */

/** A path or query that cannot be decoded. */
export class MalformedUri extends Error {}

/**
 * The decoded query parameters. The first value of a repeated parameter counts, and `+` is a space. Throws
 * `MalformedUri`.
 */
export function parseQuery(rawQuery: string): Map<string, string> {
  const query = new Map<string, string>();
  if (rawQuery === '') return query;
  for (const part of rawQuery.split('&')) {
    if (part === '') continue;
    const equals = part.indexOf('=');
    const name = decodePart((equals < 0 ? part : part.slice(0, equals)).replaceAll('+', ' '));
    const value = equals < 0 ? '' : decodePart(part.slice(equals + 1).replaceAll('+', ' '));
    if (!query.has(name)) query.set(name, value);
  }
  return query;
}

/** Decodes one part of a path or query. Throws `MalformedUri`. */
export function decodePart(text: string): string {
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    throw new MalformedUri(`"${text.slice(0, 100)}" is not percent-encoded UTF-8`);
  }
}
