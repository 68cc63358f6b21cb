import { SDP_LIMITS } from './limits.ts';
import { readAttribute, readConnection, readMedia, readOrigin } from './read-lines.ts';
import type {
  Attribute,
  Connection,
  MediaDescription,
  SdpLine,
  SessionDescription,
} from './session-description.ts';

/** The description, or why the bytes are not one. */
export type SdpParseResult =
  | { readonly kind: 'description'; readonly description: SessionDescription }
  | { readonly kind: 'malformed'; readonly text: string };

/**
 * All kinds of line ends. NUL counts as one: phones that send a C buffer pad the text with it. Blank lines
 * are ignored.
 */
const LINE_END = /\r\n|\n|\r|\0/;
/** A line `x=…`. Blanks around the letter and the sign are tolerated. */
const LINE = /^([a-z])[ \t]*=(.*)$/is;

/**
 * Reads a description. Only what an offer or answer depends on is enforced (RFC 8866 section 5 asks for more
 * than anybody uses): `o=`, `s=`, `t=` and even `v=` may be missing or invalid, text that is not a line of
 * SDP is skipped, and a media section that cannot be read is kept with port 0 and its `fault`, so that only
 * this section is refused. Never throws.
 */
export function parseSessionDescription(bytes: Buffer): SdpParseResult {
  if (bytes.length > SDP_LIMITS.bytes) {
    return malformed(`${bytes.length} bytes; at most ${SDP_LIMITS.bytes} are read`);
  }
  const lines = bytes
    .toString('utf8')
    .split(LINE_END, SDP_LIMITS.lines * 2)
    .map((line) => line.trim())
    .filter((line) => line !== '');
  if (lines.length > SDP_LIMITS.lines) return malformed(`more than ${SDP_LIMITS.lines} lines`);
  const reader = new Reader();
  for (const line of lines) {
    const [, letter, value] = LINE.exec(line) ?? [];
    const fault = letter === undefined ? undefined : reader.read(letter.toLowerCase(), value!.trim());
    if (fault !== undefined) return malformed(fault);
  }
  return reader.result();
}

function malformed(text: string): SdpParseResult {
  return { kind: 'malformed', text };
}

/** Collects lines; those after an `m=` belong to that media section. */
class Reader {
  readonly #description: SessionDescription = { sessionName: '-', otherLines: [], attributes: [], media: [] };
  #versionSeen = false;

  /** Reads one line. Returns what makes the whole description invalid, or undefined. */
  read(letter: string, value: string): string | undefined {
    const description = this.#description;
    const media = description.media.at(-1);
    const section: { otherLines: SdpLine[]; attributes: Attribute[] } = media ?? description;
    switch (letter) {
      case 'v':
        return this.#readVersion(value);
      case 'o':
        if (!media) description.origin ??= readOrigin(value);
        return undefined;
      case 's':
        if (!media && value !== '') description.sessionName = value;
        return undefined;
      case 'c':
        this.#takeConnection(readConnection(value), media);
        return undefined;
      case 'm':
        if (description.media.length >= SDP_LIMITS.media)
          return `more than ${SDP_LIMITS.media} media sections`;
        description.media.push(readMedia(value));
        return undefined;
      case 'a':
        section.attributes.push(readAttribute(value));
        return undefined;
      default:
        section.otherLines.push({ type: letter, value });
        return undefined;
    }
  }

  result(): SdpParseResult {
    const description = this.#description;
    // A text with neither is not a session description.
    if (!this.#versionSeen && description.media.length === 0) return malformed('no v= line and no m= line');
    return { kind: 'description', description };
  }

  /** Section 5.1: another version would be another language. */
  #readVersion(value: string): string | undefined {
    if (Number(value) !== 0) return `version ${value.slice(0, 20)}; only version 0 of SDP is known`;
    this.#versionSeen = true;
    return undefined;
  }

  /** Several c= lines in one section are for layered multicast; the first readable one counts. */
  #takeConnection(connection: Connection | undefined, media: MediaDescription | undefined): void {
    if (!connection) return;
    if (media) media.connection ??= connection;
    else this.#description.connection ??= connection;
  }
}
