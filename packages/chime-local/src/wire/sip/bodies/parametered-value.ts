import { indexOutside, type Params, unquote } from '../messages/scan.ts';

/** A value with parameters: Content-Type, Content-Disposition. */
export interface ParameteredValue {
  /** Lower case, without white space. */
  readonly value: string;
  /** By name in lower case; of one that comes twice the first. */
  readonly params: Params;
}

/** Never fails: what cannot be read of the parameters is left out, since most of them mean nothing to us. */
export function readParametered(text: string): ParameteredValue {
  const params: Params = new Map();
  let from = indexOutside(text, ';');
  const value = (from < 0 ? text : text.slice(0, from)).replace(/\s+/g, '').toLowerCase();
  while (from >= 0) {
    const next = indexOutside(text, ';', from + 1);
    const part = text.slice(from + 1, next < 0 ? text.length : next).trim();
    from = next;
    const equals = part.indexOf('=');
    const name = (equals < 0 ? part : part.slice(0, equals)).trim().toLowerCase();
    if (name === '' || params.has(name)) continue;
    params.set(name, equals < 0 ? undefined : unquote(part.slice(equals + 1).trim()));
  }
  return { value, params };
}
