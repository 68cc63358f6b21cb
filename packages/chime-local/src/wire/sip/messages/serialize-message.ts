import { headerSpelling } from './header-names.ts';
import type { SipMessage } from './message.ts';

/** Writes a message as bytes. Content-Length is always written from the true length of the body. */
export function serializeMessage(message: SipMessage): Buffer {
  const { names, keys, values } = message.headers;
  let text =
    message.kind === 'request'
      ? `${message.method} ${message.uri} SIP/2.0\r\n`
      : `SIP/2.0 ${message.status} ${message.reason}\r\n`;
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i]!;
    if (key !== 'content-length') text += `${headerSpelling(key, names[i]!)}: ${values[i]}\r\n`;
  }
  text += `Content-Length: ${message.body.length}\r\n\r\n`;
  const head = Buffer.from(text, 'utf8');
  return message.body.length === 0 ? head : Buffer.concat([head, message.body]);
}
