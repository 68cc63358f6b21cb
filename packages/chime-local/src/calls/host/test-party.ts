import { tone } from '#audio';
import type { MediaEdge } from '#media-edge';
import type { Clock, Ids, Log } from '#platform';
import { type ArrivedLeg, type SipEdge, startSipEdge } from '#sip-edge';
import type { Speech } from '#speech';
import type { PartyAt, PartyBehaviour } from './test-party-behaviour.ts';

/** For strangers who have found its port. RFC 3261 section 21.4.4. */
const FORBIDDEN = 403;
const BUSY = 486;
/** Milliseconds that it rings before it answers. */
const RINGS_MS = 1000;
/** Milliseconds from the answer to the first key. */
const KEYS_AFTER_MS = 1000;
const HELLO = 'Hello. This is the test party. You are connected.';
const GREETING = 'Nobody can take your call. Please leave a message after the tone.';
/** The tone of a voice mail. */
const BEEP = { hz: 1000, ms: 500 };
const TELEPHONE_RATE = 8000;

export interface TestPartyParts {
  /** Whose calls it takes: it is there for the stack alone. */
  caller(): { host: string; port: number };
  media: MediaEdge;
  speech: Speech;
  clock: Clock;
  ids: Ids;
  log: Log;
}

/**
 * Whoever an application calls at a number that leads nowhere else: a telephone of our own, with a SIP port and RTP of
 * its own, so that a bridge can be tried without a second person.
 */
export class TestParty {
  readonly #parts: TestPartyParts;
  readonly #behaviours: ReadonlyMap<string, PartyBehaviour>;
  /** Legs that ring, with what stops them from answering. */
  readonly #ringing = new Map<string, () => void>();
  #sip: SipEdge | undefined;

  static async start(
    address: string,
    behaviours: readonly PartyAt[],
    parts: TestPartyParts,
  ): Promise<TestParty> {
    const party = new TestParty(behaviours, parts);
    const { media, clock, ids, log } = parts;
    party.#sip = await startSipEdge(
      { address, port: 0 },
      {
        media,
        clock,
        ids,
        log,
        events: {
          onLegArrived: (leg) => party.#arrived(leg),
          onLegRinging: () => {},
          onLegAnswered: (callId) => void party.#speak(callId),
          onLegEnded: (callId) => party.#ended(callId),
          onDigit: () => {},
        },
      },
    );
    return party;
  }

  private constructor(behaviours: readonly PartyAt[], parts: TestPartyParts) {
    this.#behaviours = new Map(behaviours.map(({ number, behaviour }) => [number, behaviour]));
    this.#parts = parts;
  }

  /** Where it takes calls. */
  get address(): { host: string; port: number } {
    return { host: this.#open.host, port: this.#open.port };
  }

  async close(waitMs?: number): Promise<void> {
    for (const stop of this.#ringing.values()) stop();
    await this.#open.close(waitMs);
  }

  get #open(): SipEdge {
    if (!this.#sip) throw new Error('The test party is not there yet.');
    return this.#sip;
  }

  /** What each answered leg will say. */
  readonly #says = new Map<string, { text: string; beeps: boolean; keys?: string }>();

  #arrived({ callId, from, to, source }: ArrivedLeg): void {
    const caller = this.#parts.caller();
    if (source.address !== caller.host || source.port !== caller.port) {
      this.#open.hangUp(callId, FORBIDDEN);
      return;
    }
    const behaviour = this.#behaviours.get(to) ?? { does: 'answer' };
    this.#parts.log.info(`${from} has reached the test party at ${to}: ${behaviour.does}.`);
    if (behaviour.does === 'busy') {
      this.#open.hangUp(callId, BUSY);
      return;
    }
    this.#open.ring(callId);
    if (behaviour.does === 'no-answer') return;
    const beeps = behaviour.does === 'voicemail';
    const text = beeps ? GREETING : ('text' in behaviour && behaviour.text) || HELLO;
    this.#says.set(callId, { text, beeps, ...('keys' in behaviour ? { keys: behaviour.keys } : {}) });
    this.#ringing.set(
      callId,
      this.#parts.clock.after(RINGS_MS, () => {
        this.#ringing.delete(callId);
        this.#open.answer(callId);
      }),
    );
  }

  async #speak(callId: string): Promise<void> {
    const { media, speech, log } = this.#parts;
    const { text, beeps, keys } = this.#says.get(callId) ?? { text: HELLO, beeps: false };
    if (keys) {
      // The application needs a moment to listen.
      this.#parts.clock.after(KEYS_AFTER_MS, () =>
        media.sendKeys(callId, { playId: `keys ${callId}`, keys, toneMs: 200, gapMs: 100, commaMs: 500 }),
      );
      return;
    }
    try {
      const spoken = await speech.synthesize({ text, textType: 'text', voiceId: 'Joanna' });
      const samples = beeps
        ? joined(spoken, tone(BEEP.hz, (BEEP.ms * TELEPHONE_RATE) / 1000, TELEPHONE_RATE))
        : spoken;
      const audioId = `test party ${callId}`;
      if (!this.#says.has(callId)) return;
      media.loadAudio(audioId, samples);
      media.play(callId, { playId: audioId, audioId, repeat: 1 });
    } catch (error) {
      log.error(`The test party cannot speak: ${(error as Error).message}`);
    }
  }

  #ended(callId: string): void {
    this.#ringing.get(callId)?.();
    this.#ringing.delete(callId);
    if (this.#says.delete(callId)) this.#parts.media.dropAudio(`test party ${callId}`);
  }
}

function joined(first: Int16Array, second: Int16Array): Int16Array {
  const samples = new Int16Array(first.length + second.length);
  samples.set(first);
  samples.set(second, first.length);
  return samples;
}
