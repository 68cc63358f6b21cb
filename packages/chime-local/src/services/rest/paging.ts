/** Splits a list into pages by an opaque token that remains valid while items are added and removed. */
import { ApiError } from './api-error.ts';

export interface Page<T> {
  items: T[];
  nextToken?: string;
}

/**
 * Returns at most `maxResults` of `items`, ordered by `keyOf` (unique), starting after the item that `token`
 * names. Throws `ApiError` 400 for a token that no list returned.
 */
export function pageOf<T>(
  items: readonly T[],
  keyOf: (item: T) => string,
  maxResults: number,
  token: string | undefined,
): Page<T> {
  const after = token ? readToken(token) : undefined;
  const rest = items
    .map((item) => ({ item, key: keyOf(item) }))
    .filter(({ key }) => after === undefined || key > after)
    .sort((a, b) => (a.key < b.key ? -1 : 1));
  const page = rest.slice(0, maxResults);
  const last = page.at(-1);
  const found = page.map(({ item }) => item);
  if (!last || rest.length <= maxResults) return { items: found };
  return { items: found, nextToken: tokenAfter(last.key) };
}

/** The same for keys that are already in order. It generates no more keys than the page needs. */
export function pageOfOrdered(
  keys: Iterable<string>,
  maxResults: number,
  token: string | undefined,
): Page<string> {
  const after = token ? readToken(token) : undefined;
  const items: string[] = [];
  for (const key of keys) {
    if (after !== undefined && key <= after) continue;
    const last = items.at(-1);
    if (items.length === maxResults)
      return last === undefined ? { items } : { items, nextToken: tokenAfter(last) };
    items.push(key);
  }
  return { items };
}

const tokenAfter = (key: string): string => Buffer.from(`after:${key}`).toString('base64url');

function readToken(token: string): string {
  const text = Buffer.from(token, 'base64url').toString('utf8');
  if (!text.startsWith('after:')) {
    throw new ApiError(
      400,
      'BadRequestException',
      'NextToken is none that this list gave; start again without',
    );
  }
  return text.slice('after:'.length);
}

/** A key that orders items by creation time. */
export function byCreation(createdAt: number, id: string): string {
  return `${String(createdAt).padStart(15, '0')}/${id}`;
}
