import type { Clock, Log } from '#platform';
import { TokenBucket } from '#platform';
import type { Source } from '#sip';
import type { ToldRefusal } from './sip-edge.ts';

/** A request that was refused, as reported on the terminal. */
export interface RefusedRequest {
  readonly status: number;
  readonly method: string;
  /** What is wrong; if absent, only the status is known. */
  readonly text?: string | undefined;
  /** The code of a Warning about a description (RFC 3261 section 20.43). */
  readonly warning?: number | undefined;
  readonly from: string;
  readonly to: string;
  readonly source: Pick<Source, 'address' | 'port' | 'transport'>;
}

/** RFC 3261 section 21.5.4: Service Unavailable. */
const NO_ROOM = 503;
/** Log lines a second in the long run, and the burst allowed; further refusals are only counted. */
export const LINES_PER_SECOND = 0.5;
export const LINES_AT_ONCE = 10;
/** Maximum number of characters shown of a name or a text. */
const SHOWN_LENGTH = 120;

/** The cures for refusals. Statuses without one are everyday business of the protocol and are not reported. */
const CURES: Readonly<Record<number, string>> = {
  400: "The phone breaks SIP's grammar there: change that setting, or update it.",
  403: 'Choose another number for this phone, or end the other one; its password is the one that the start prints.',
  404: 'Dial a number that the start has printed, or give this one a SIP rule.',
  405: 'Switch that feature off in the phone; calls work without it.',
  406: 'Let the phone accept application/sdp.',
  413: 'Let the phone send shorter messages.',
  415: 'Let the phone send application/sdp, and keys as RTP events (RFC 4733) or application/dtmf-relay.',
  416: 'Dial sip:NUMBER@HOST.',
  420: 'Make the extension optional in the phone (Supported instead of Require), or switch it off.',
  469: 'Let the phone send keys as RTP events (RFC 4733) or application/dtmf-relay, without an Info-Package.',
  482: 'The same call came twice: take one of the two proxies or accounts on its way out.',
  483: 'Proxies send the call in a circle: look at their routes.',
  488: 'Let the phone offer PCMU or PCMA (G.711) over RTP.',
  501: 'Switch that feature off in the phone; calls work without it.',
  503: 'Call again in a few seconds; end other calls if it goes on.',
  504: 'Switch 100rel (PRACK) off in the phone.',
  505: 'Let the phone speak SIP/2.0.',
  513: 'Let the phone send shorter messages.',
};

/** Cures for an INVITE, where they differ from those for other requests. */
const CURES_OF_INVITES: Readonly<Record<number, string>> = {
  415: 'Let the phone send its offer as application/sdp alone, or the other parts of a multipart body with handling=optional.',
};

/** Cures by Warning code, where the status alone would suggest the wrong setting. */
const CURES_OF_WARNINGS: Readonly<Record<number, string>> = {
  300: 'Let the phone use the same IP version for its sound as for its signalling.',
  301: 'Set the address in the phone for its sound (NAT, STUN) or leave it empty.',
  302: 'Switch encryption of sound (SRTP) off in the phone.',
  304: 'Let the phone offer sound.',
};

/** The cure for a refusal; undefined if nobody can do anything about it. */
function cureOf({ status, method, warning }: RefusedRequest): string | undefined {
  if (method === 'OPTIONS') return undefined;
  if (status === 488 && warning !== undefined && CURES_OF_WARNINGS[warning])
    return CURES_OF_WARNINGS[warning];
  return (method === 'INVITE' && CURES_OF_INVITES[status]) || CURES[status];
}

/** One sentence that tells who wanted what from where, the reason and the cure; undefined if there is no cure. */
export function refusalSentence(refused: RefusedRequest): string | undefined {
  const { status, method, text, source } = refused;
  const cure = cureOf(refused);
  if (cure === undefined) return undefined;
  const where = `${source.address}:${source.port} (${source.transport.toUpperCase()})`;
  const what =
    method === 'INVITE'
      ? `called ${shown(refused.to)}`
      : method === 'REGISTER'
        ? `wanted to register ${shown(refused.to)}`
        : `sent ${shown(method)}`;
  const why = text === undefined ? '' : `: ${shown(text)}`;
  return `${shown(refused.from) || 'A phone'} at ${where} ${what} and was refused with ${status}${why}. ${cure}`;
}

/** Removes what would move the cursor or change the writing direction, and shortens the text. */
function shown(text: string): string {
  const plain = text.replace(/\p{C}/gu, '?');
  return plain.length > SHOWN_LENGTH ? `${plain.slice(0, SHOWN_LENGTH)}…` : plain;
}

/** Logs refusals, but no more of them than can be read. */
export class RefusalReport {
  readonly #log: Log;
  readonly #clock: Clock;
  readonly #onOverload: (why: string) => void;
  readonly #onTold: (refusal: ToldRefusal) => void;
  readonly #budget = new TokenBucket(LINES_PER_SECOND, LINES_AT_ONCE);
  #untold = 0;

  /**
   * `onOverload` is called with the reason for each call refused for lack of room, `onTold` for each refused
   * call that is logged.
   */
  constructor(
    log: Log,
    clock: Clock,
    onOverload: (why: string) => void = () => {},
    onTold: (refusal: ToldRefusal) => void = () => {},
  ) {
    this.#log = log;
    this.#clock = clock;
    this.#onOverload = onOverload;
    this.#onTold = onTold;
  }

  tell(refused: RefusedRequest): void {
    if (refused.status === NO_ROOM && refused.method === 'INVITE' && refused.text !== undefined) {
      this.#onOverload(refused.text);
    }
    const sentence = refusalSentence(refused);
    if (sentence === undefined) return;
    if (!this.#budget.take(this.#clock.now())) {
      this.#untold++;
      return;
    }
    const more = this.#untold > 0 ? ` (${this.#untold} more were refused meanwhile.)` : '';
    this.#untold = 0;
    this.#log.warn(sentence + more);
    const { status, method, from, to, source, text: why } = refused;
    if (method !== 'INVITE') return;
    const cure = cureOf(refused) ?? '';
    this.#onTold({ status, from, to, source, cure, ...(why === undefined ? {} : { why }) });
  }
}
