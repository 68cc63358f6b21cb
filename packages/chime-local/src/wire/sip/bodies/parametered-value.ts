import { indexOutside, type Params, unquote } from '../messages/scan.ts';

/** A value with parameters, as in Content-Type and Content-Disposition. */
export interface ParameteredValue {
  /** Lower case, without white space. */
  readonly value: string;
  /** Parameters by name in lower case; if a name occurs twice, the first one counts. */
  readonly params: Params;
}

/** Never fails: unreadable parameters are left out, since most of them are irrelevant to us. */
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
