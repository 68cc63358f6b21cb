import { SDP_LIMITS } from './limits.ts';
import type {
  Attribute,
  Connection,
  MediaDescription,
  Origin,
  SdpLine,
  SessionDescription,
} from './session-description.ts';

/** The description, or why it is none. */
export type SdpParseResult =
  | { readonly kind: 'description'; readonly description: SessionDescription }
  | { readonly kind: 'malformed'; readonly text: string };

const MAX_PORT = 65_535;

/**
 * Reads a description. Strict where something would be misunderstood; otherwise generous: line ends may be LF,
 * `s=` and `t=` may be missing, unknown lines and attributes are kept. Never throws.
 */
export function parseSessionDescription(bytes: Buffer): SdpParseResult {
  if (bytes.length > SDP_LIMITS.bytes) {
    return malformed(`${bytes.length} bytes; at most ${SDP_LIMITS.bytes} are read`);
  }
  const lines = bytes.toString('utf8').split(/\r?\n/);
  while (lines.length > 0 && lines[lines.length - 1] === '') lines.pop();
  if (lines.length > SDP_LIMITS.lines) return malformed(`more than ${SDP_LIMITS.lines} lines`);
  if (lines[0] !== 'v=0') return malformed('the first line is not v=0');
  const reader = new Reader();
  for (const line of lines.slice(1)) {
    const fault = reader.read(line);
    if (fault !== undefined) return malformed(fault);
  }
  return reader.result();
}

function malformed(text: string): SdpParseResult {
  return { kind: 'malformed', text };
}

/** Collects lines; those after an `m=` belong to that media section. */
class Reader {
  #origin: Origin | undefined;
  #sessionName: string | undefined;
  #connection: Connection | undefined;
  readonly #session = { otherLines: [] as SdpLine[], attributes: [] as Attribute[] };
  readonly #media: MediaDescription[] = [];

  /** A text that says what is wrong, or undefined. */
  read(line: string): string | undefined {
    if (line[1] !== '=' || !/^[a-z]/.test(line) || line.includes('\r') || line.includes('\0')) {
      return 'a line is not of the form x=...';
    }
    const value = line.slice(2);
    const section = this.#media[this.#media.length - 1] ?? this.#session;
    switch (line[0]) {
      case 'o':
        return this.#readOrigin(value);
      case 's':
        this.#sessionName ??= value;
        return undefined;
      case 'c':
        return this.#readConnection(value);
      case 'm':
        return this.#readMedia(value);
      case 'a':
        section.attributes.push(parseAttribute(value));
        return undefined;
      case 'v':
        return 'two v= lines';
      default:
        section.otherLines.push({ type: line[0]!, value });
        return undefined;
    }
  }

  result(): SdpParseResult {
    if (!this.#origin) return malformed('no o= line');
    const description: SessionDescription = {
      origin: this.#origin,
      sessionName: this.#sessionName ?? '-',
      ...this.#session,
      media: this.#media,
    };
    if (this.#connection) description.connection = this.#connection;
    return { kind: 'description', description };
  }

  #readOrigin(value: string): string | undefined {
    if (this.#origin || this.#media.length > 0) return 'an o= line where none may stand';
    const match = /^(\S+) (\d{1,20}) (\d{1,20}) IN (IP4|IP6) (\S+)$/.exec(value.trim());
    if (!match) return 'malformed o= line';
    this.#origin = {
      username: match[1]!,
      sessionId: match[2]!,
      sessionVersion: match[3]!,
      addressType: match[4] as 'IP4' | 'IP6',
      address: match[5]!,
    };
    return undefined;
  }

  #readConnection(value: string): string | undefined {
    const match = /^IN (IP4|IP6) (\S+)$/.exec(value.trim());
    if (!match) return 'malformed c= line';
    const connection: Connection = { addressType: match[1] as 'IP4' | 'IP6', address: match[2]! };
    const media = this.#media[this.#media.length - 1];
    // Several c= lines in one section are for layered multicast; the first counts.
    if (media) media.connection ??= connection;
    else this.#connection ??= connection;
    return undefined;
  }

  #readMedia(value: string): string | undefined {
    if (this.#media.length >= SDP_LIMITS.media) return `more than ${SDP_LIMITS.media} media sections`;
    const match = /^([A-Za-z0-9-]+) (\d{1,5})(?:\/(\d{1,5}))? (\S+) (\S.*)$/.exec(value.trim());
    if (!match || Number(match[2]) > MAX_PORT) return 'malformed m= line';
    const formats = match[5]!.split(/ +/);
    if (formats.length > SDP_LIMITS.formats) return `more than ${SDP_LIMITS.formats} formats`;
    const media: MediaDescription = {
      type: match[1]!,
      port: Number(match[2]),
      protocol: match[4]!,
      formats,
      otherLines: [],
      attributes: [],
    };
    if (match[3] !== undefined) media.portCount = Number(match[3]);
    this.#media.push(media);
    return undefined;
  }
}

function parseAttribute(value: string): Attribute {
  const colon = value.indexOf(':');
  return colon < 0 ? { name: value } : { name: value.slice(0, colon), value: value.slice(colon + 1) };
}
