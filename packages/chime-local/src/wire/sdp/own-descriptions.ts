import { isIPv6 } from './ip-address.ts';
import type { Attribute, MediaDescription, SessionDescription } from './session-description.ts';
import { writeSessionDescription } from './write-session-description.ts';

/**
 * The descriptions that we write during one call: they have the same `o=` line, whose version is incremented
 * if, and only if, the description differs from the last one (RFC 3264 section 8).
 */
export class OwnDescriptions {
  readonly #address: string;
  readonly #sessionId: string;
  #version = 1;
  #lastText = '';
  #last: SessionDescription | undefined;

  /** @param sessionId digits, unique for this call (RFC 8866 section 5.2). */
  constructor(address: string, sessionId: string) {
    this.#address = address;
    this.#sessionId = sessionId;
  }

  /** The description that was written last. */
  get last(): SessionDescription | undefined {
    return this.#last;
  }

  write(media: MediaDescription[], attributes: Attribute[] = []): Buffer {
    const addressType = isIPv6(this.#address) ? 'IP6' : 'IP4';
    const connection = { addressType, address: this.#address } as const;
    const description = {
      origin: { username: '-', sessionId: this.#sessionId, sessionVersion: '0', ...connection },
      sessionName: '-',
      connection,
      otherLines: [],
      attributes,
      media,
    } satisfies SessionDescription;
    const text = writeSessionDescription(description).toString('latin1');
    if (this.#lastText !== '' && text !== this.#lastText) this.#version++;
    this.#lastText = text;
    this.#last = description;
    description.origin.sessionVersion = String(this.#version);
    return writeSessionDescription(description);
  }
}
