/**
 * Limits the cost of parsing a body, measured before anything is parsed: services parse on the main thread,
 * which also handles the signalling of calls, and a parser's time grows with the number of values and fields,
 * not with the bytes.
 */

import type { AwsService } from '../ports.ts';
import * as limits from './limits.ts';
import type { Protocol } from './refusal.ts';

const [QUOTE, COMMA, OPEN_LIST, ESCAPE, CLOSE_LIST, OPEN_MAP, CLOSE_MAP] = Buffer.from('",[\\]{}');
const AND = '&'.charCodeAt(0);

/** The limits of a service that differ from the endpoint's defaults. */
type Budget = Pick<AwsService, 'maxJsonValues' | 'maxFormFields'>;

/** Tells the sender which limit a body exceeds; undefined if the body may be parsed. */
export function excessOf(
  body: Buffer,
  protocol: Protocol,
  { maxJsonValues = limits.MAX_JSON_VALUES, maxFormFields = limits.MAX_FORM_FIELDS }: Budget = {},
): string | undefined {
  if (protocol === 's3' || protocol === 'cbor') return undefined;
  // A form from an SDK never begins like JSON. The content type does not decide, because any client can
  // choose it.
  return looksLikeJson(body)
    ? excessOfJson(body, maxJsonValues)
    : excessOfForm(body, protocol, maxFormFields);
}

function excessOfForm(body: Buffer, protocol: Protocol, maxFields: number): string | undefined {
  if (protocol !== 'query' && protocol !== 'ec2') return undefined;
  if (body.length > limits.MAX_FORM_BYTES) {
    return `The form has ${body.length} bytes; at most ${limits.MAX_FORM_BYTES} are read`;
  }
  let fields = 1;
  for (const byte of body) if (byte === AND) fields++;
  if (fields <= maxFields) return undefined;
  return `The form has ${fields} fields; at most ${maxFields} are read`;
}

/** White space may precede a value: spaces, tabs and line ends (RFC 8259 section 2). */
function looksLikeJson(body: Buffer): boolean {
  let at = 0;
  while (at < body.length && ' \t\r\n'.includes(String.fromCharCode(body[at]!))) at++;
  return body[at] === OPEN_MAP || body[at] === OPEN_LIST;
}

/** Stops reading as soon as a limit is exceeded. */
function excessOfJson(body: Buffer, maxValues: number): string | undefined {
  let values = 1;
  let depth = 0;
  let inText = false;
  for (let at = 0; at < body.length; at++) {
    const byte = body[at];
    if (inText) {
      if (byte === ESCAPE) at++;
      else if (byte === QUOTE) inText = false;
    } else if (byte === QUOTE) inText = true;
    else if (byte === CLOSE_LIST || byte === CLOSE_MAP) depth--;
    else if (byte === COMMA) values++;
    else if (byte === OPEN_LIST || byte === OPEN_MAP) {
      values++;
      if (++depth > limits.MAX_JSON_DEPTH) {
        return `The JSON is nested more than ${limits.MAX_JSON_DEPTH} deep`;
      }
    }
    if (values > maxValues) return `The JSON has more than ${maxValues} values`;
  }
  return undefined;
}
