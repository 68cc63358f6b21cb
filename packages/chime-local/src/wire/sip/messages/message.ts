import { type CSeq, parseCSeq } from './cseq.ts';
import type { HeaderList } from './headers.ts';
import { type NameAddr, parseNameAddr, tagOf } from './name-addr.ts';
import { splitList } from './scan.ts';
import { parseVia, splitTopVia, type Via } from './via.ts';

export type SipMessage = SipRequest | SipResponse;

const NO_BODY = Buffer.alloc(0);

/**
 * The common part of requests and responses. Headers are parsed when they are first read; `undefined` means
 * absent or malformed. A message that `parseMessage` accepted has all headers of RFC 3261 section 8.1.1.
 */
abstract class MessageBase {
  readonly headers: HeaderList;
  readonly body: Buffer;
  #from: NameAddr | undefined | null = null;
  #to: NameAddr | undefined | null = null;
  #cseq: CSeq | undefined | null = null;
  #topVia: Via | undefined | null = null;

  constructor(headers: HeaderList, body: Buffer = NO_BODY) {
    this.headers = headers;
    this.body = body;
  }

  get callId(): string {
    return this.headers.get('call-id') ?? '';
  }

  get from(): NameAddr | undefined {
    if (this.#from === null) this.#from = parsed(this.headers.get('from'), parseNameAddr);
    return this.#from;
  }

  get to(): NameAddr | undefined {
    if (this.#to === null) this.#to = parsed(this.headers.get('to'), parseNameAddr);
    return this.#to;
  }

  /** Empty if absent: RFC 3261 section 12.1.1 treats a missing tag as the null tag. */
  get fromTag(): string {
    return (this.from && tagOf(this.from)) ?? '';
  }

  get toTag(): string {
    return (this.to && tagOf(this.to)) ?? '';
  }

  get cseq(): CSeq | undefined {
    if (this.#cseq === null) this.#cseq = parsed(this.headers.get('cseq'), parseCSeq);
    return this.#cseq;
  }

  get topVia(): Via | undefined {
    if (this.#topVia === null) {
      this.#topVia = parsed(this.headers.get('via'), (field) => parseVia(splitTopVia(field).top));
    }
    return this.#topVia;
  }

  /**
   * The only or the first Contact (some proxies add their own). Undefined if it is absent, `*` or malformed.
   */
  get contact(): NameAddr | undefined {
    return parsed(this.headers.get('contact'), (field) => parseNameAddr(splitList(field)[0] ?? '', 'first'));
  }

  /** Media type in lower case without parameters; empty if the header is absent. */
  get contentType(): string {
    return (this.headers.get('content-type') ?? '').split(';', 1)[0]!.trim().toLowerCase();
  }
}

function parsed<T>(value: string | undefined, parse: (text: string) => T | undefined): T | undefined {
  return value === undefined ? undefined : parse(value);
}

/** A request (RFC 3261 section 7.1). */
export class SipRequest extends MessageBase {
  readonly kind = 'request';
  /** The method as it was written: methods are case-sensitive. */
  readonly method: string;
  /** The Request-URI as it was written. */
  readonly uri: string;

  constructor(method: string, uri: string, headers: HeaderList, body?: Buffer) {
    super(headers, body);
    this.method = method;
    this.uri = uri;
  }
}

/** A response (RFC 3261 section 7.2). */
export class SipResponse extends MessageBase {
  readonly kind = 'response';
  readonly status: number;
  readonly reason: string;

  constructor(status: number, reason: string, headers: HeaderList, body?: Buffer) {
    super(headers, body);
    this.status = status;
    this.reason = reason;
  }
}
