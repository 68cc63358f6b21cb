import type { SipMessage } from '../messages/message.ts';
import { BODY_LIMITS } from './limits.ts';
import { splitMultipart } from './multipart.ts';
import { readParametered } from './parametered-value.ts';

/** One body of a message: the only one, or a part of a multipart body (RFC 5621). */
export interface Body {
  /** Media type in lower case without parameters; empty if none is given. */
  readonly type: string;
  readonly bytes: Buffer;
  /** The disposition (RFC 3261 section 20.11) in lower case; if none is given, the default for the type. */
  readonly disposition: string;
  /**
   * `handling`: whether a recipient that cannot process the body must refuse the message; undefined if not
   * given.
   */
  readonly handling: 'required' | 'optional' | undefined;
  /** Whether it has a Content-Encoding other than `identity`, or is a multipart body that cannot be split. */
  readonly unreadable: boolean;
}

interface Fields {
  get(key: string): string | undefined;
}

/**
 * The relevant bodies of a message, in order. `multipart/alternative` counts as one body, the last one that
 * `understands` accepts (RFC 2046 section 5.1.4); every other multipart type counts as all of its parts
 * (section 5.1.3). Empty if the message has no body.
 */
export function bodiesOf(message: SipMessage, understands: (type: string) => boolean): Body[] {
  return message.body.length === 0
    ? []
    : read(message.headers, message.body, understands, 0, BODY_LIMITS.parts);
}

function read(
  fields: Fields,
  bytes: Buffer,
  understands: (type: string) => boolean,
  depth: number,
  room: number,
): Body[] {
  const { value: type, params } = readParametered(fields.get('content-type') ?? '');
  const parts =
    type.startsWith('multipart/') && depth < BODY_LIMITS.depth
      ? splitMultipart(bytes, params.get('boundary'), room)
      : undefined;
  if (!parts) return [single(fields, type, bytes)];
  const found: Body[][] = [];
  let left = room;
  for (const part of parts) {
    if (left <= 0) break;
    const bodies = read(part.headers, part.bytes, understands, depth + 1, left);
    left -= bodies.length;
    found.push(bodies);
  }
  if (type !== 'multipart/alternative') return found.flat();
  return found.findLast((bodies) => bodies.some((body) => understands(body.type))) ?? found.at(-1) ?? [];
}

function single(fields: Fields, type: string, bytes: Buffer): Body {
  const { value, params } = readParametered(fields.get('content-disposition') ?? '');
  const handling = params.get('handling')?.toLowerCase();
  const encoding = (fields.get('content-encoding') ?? 'identity').trim().toLowerCase();
  return {
    type,
    bytes: decode(bytes, fields.get('content-transfer-encoding')),
    disposition: value || (type === 'application/sdp' || type === '' ? 'session' : 'render'),
    handling: handling === 'optional' || handling === 'required' ? handling : undefined,
    unreadable: (encoding !== 'identity' && encoding !== '') || type.startsWith('multipart/'),
  };
}

/** RFC 2045 section 6. SIP is 8-bit clean and needs none of these encodings, but mail gateways use them. */
function decode(bytes: Buffer, encoding: string | undefined): Buffer {
  switch (encoding?.trim().toLowerCase()) {
    case 'base64':
      return Buffer.from(bytes.toString('latin1'), 'base64');
    case 'quoted-printable':
      return Buffer.from(
        bytes
          .toString('latin1')
          .replace(/=[ \t]*\r?\n/g, '')
          .replace(/=([0-9A-Fa-f]{2})/g, (_all, hex: string) =>
            String.fromCharCode(Number.parseInt(hex, 16)),
          ),
        'latin1',
      );
    default:
      return bytes;
  }
}
