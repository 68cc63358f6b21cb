import type {
  Attribute,
  Connection,
  MediaDescription,
  SdpLine,
  SessionDescription,
} from './session-description.ts';

/** RFC 8866 section 5 fixes the order of lines. These are written before `c=`, all others after it. */
const BEFORE_CONNECTION = new Set(['i', 'u', 'e', 'p']);

/** The origin of a writer that does not want to be identified (RFC 8866 section 5.2). */
const NOBODY = {
  username: '-',
  sessionId: '0',
  sessionVersion: '0',
  addressType: 'IP4',
  address: '0.0.0.0',
} as const;

/** Writes a description as bytes. */
export function writeSessionDescription(description: SessionDescription): Buffer {
  const { origin = NOBODY, sessionName, otherLines } = description;
  const { username, sessionId, sessionVersion, addressType, address } = origin;
  let text = `v=0\r\no=${username} ${sessionId} ${sessionVersion} IN ${addressType} ${address}\r\n`;
  text += `s=${sessionName === '' ? '-' : sessionName}\r\n`;
  text += section(description.connection, otherLines, description.attributes, true);
  for (const media of description.media) text += mediaLine(media);
  return Buffer.from(text, 'utf8');
}

function mediaLine(media: MediaDescription): string {
  const { type, port, portCount, protocol, formats } = media;
  const ports = portCount === undefined ? port : `${port}/${portCount}`;
  const line = `m=${type} ${ports} ${protocol} ${formats.join(' ')}\r\n`;
  return line + section(media.connection, media.otherLines, media.attributes, false);
}

function section(
  connection: Connection | undefined,
  otherLines: readonly SdpLine[],
  attributes: readonly Attribute[],
  needsTime: boolean,
): string {
  let before = '';
  let after = '';
  for (const { type, value } of otherLines) {
    if (BEFORE_CONNECTION.has(type)) before += `${type}=${value}\r\n`;
    else after += `${type}=${value}\r\n`;
  }
  // `t=` is required, and offer/answer uses `t=0 0` (RFC 3264 section 5).
  if (needsTime && !otherLines.some(({ type }) => type === 't')) after += 't=0 0\r\n';
  const middle = connection ? `c=IN ${connection.addressType} ${connection.address}\r\n` : '';
  let text = before + middle + after;
  for (const { name, value } of attributes)
    text += value === undefined ? `a=${name}\r\n` : `a=${name}:${value}\r\n`;
  return text;
}
