import type { InvocationEvent } from '../events/index.ts';
import { checkMilliseconds } from './arguments.ts';
import type { Handler } from './handler.ts';
import type { Interference } from './interference.ts';
import { Seats, type TestAttendee, type TestMeetings } from './meetings.ts';
import type { SoundLengths } from './sounds.ts';
import { VirtualCall } from './virtual-call.ts';
import { VirtualTime } from './virtual-time.ts';

/** The environment of an application under test; everything has a default. */
export interface ApplicationOptions {
  /** Milliseconds of each sound. Default: every file exists and takes a second; a spoken character takes 65 ms. */
  sounds?: SoundLengths;
  /** The meetings that the handler creates. Default: each token admits its caller. */
  meetings?: TestMeetings;
  /** Milliseconds of the call's time until an answer arrives. Default 0. */
  latency?: number | ((event: InvocationEvent) => number);
  /** Milliseconds since the epoch at which the first call begins. */
  startsAt?: number;
  awsAccountId?: string;
  awsRegion?: string;
  sipMediaApplicationId?: string;
  /** Number of the application, E.164, for calls that name none. */
  phoneNumber?: string;
  /** Returns a new id for each call and leg. Default: GUIDs that are the same in each run. */
  ids?: () => string;
  /** For `atEveryStep`. */
  interference?: Interference;
}

/** Who calls whom. */
export interface Dialling {
  /** Number of the person on the phone, E.164. */
  from?: string;
  /** Number of the application, E.164. Default: the application's own. */
  to?: string;
  /** `x-…`, `User-to-User`, `Diversion` headers of the INVITE. */
  sipHeaders?: Record<string, string>;
}

const START_MS = 1_700_000_000_000;
const PERSON = '+12065550100';
const APPLICATION = '+12065550199';

/** A SIP media application under test. Its calls share a clock and meetings. */
export class ApplicationUnderTest {
  readonly calls: VirtualCall[] = [];
  readonly #handler: Handler;
  readonly #options: ApplicationOptions;
  readonly #time: VirtualTime;
  readonly #seats: Seats;
  #ids = 0;

  constructor(handler: Handler, options: ApplicationOptions) {
    this.#handler = handler;
    this.#options = options;
    this.#time = new VirtualTime(options.startsAt ?? START_MS);
    this.#seats = new Seats(options.meetings);
  }

  /** The calls' time in milliseconds since the epoch. */
  get now(): number {
    return this.#time.now;
  }

  /** The attendees who are in meetings by telephone now. */
  get attendees(): readonly TestAttendee[] {
    return this.#seats.present();
  }

  /** Somebody calls the application; returns when the handler has answered NEW_INBOUND_CALL. */
  async dial({ from = PERSON, to = this.#number(), sipHeaders }: Dialling = {}): Promise<VirtualCall> {
    const { call, identity } = this.#newCall();
    call.give({
      kind: 'LegArrived',
      ...identity,
      from,
      to,
      sipRuleId: 'rule',
      targets: [this.#target()],
      ...(sipHeaders ? { sipHeaders } : {}),
    });
    await this.#time.settle();
    return call;
  }

  /**
   * The application calls somebody (CreateSipMediaApplicationCall); returns when the handler has answered
   * NEW_OUTBOUND_CALL. Use the call's `answered`, `refused` or `pass` to say what follows.
   */
  async call(request: Dialling & { arguments?: Record<string, string> } = {}): Promise<VirtualCall> {
    const call = this.callNow(request);
    await this.#time.settle();
    return call;
  }

  /**
   * Like `call`, but waits for nothing: for use while something is under way, such as the handler that
   * requests the call.
   */
  callNow({
    from = this.#number(),
    to = PERSON,
    ...given
  }: Dialling & { arguments?: Record<string, string> } = {}): VirtualCall {
    const { call, identity } = this.#newCall();
    call.give({ kind: 'OutboundCallRequested', ...identity, from, to, target: this.#target(), ...given });
    return call;
  }

  /** Lets time pass for all calls. */
  async pass(milliseconds: number): Promise<void> {
    checkMilliseconds(milliseconds);
    await this.#time.passUntil(this.#time.now + milliseconds);
  }

  /** Hangs up all calls and waits until the application has done what follows. */
  async finish(): Promise<void> {
    await this.#time.settle();
    // Callers first: for most applications, that of the bridged party follows from it.
    for (const leg of ['LEG-A', 'LEG-B'] as const) {
      for (const call of this.calls) {
        if (!call.telephones.includes(leg)) continue;
        call.hangUpNow(leg);
        await this.#time.settle();
      }
      for (const call of this.calls) await call.quiet();
    }
  }

  #newCall() {
    const transactionId = this.#id();
    const call = new VirtualCall(transactionId, {
      handler: this.#handler,
      time: this.#time,
      seats: this.#seats,
      lengths: this.#options.sounds,
      latency: (event) => {
        const { latency = 0 } = this.#options;
        return typeof latency === 'number' ? latency : latency(event);
      },
      interference: this.#options.interference,
      legId: () => this.#id(),
    });
    this.calls.push(call);
    const { awsAccountId = '123456789012' } = this.#options;
    return { call, identity: { transactionId, legId: this.#id(), awsAccountId } };
  }

  #target() {
    const { awsRegion = 'us-east-1', sipMediaApplicationId = 'application' } = this.#options;
    return { sipMediaApplicationId, awsRegion, functionArn: 'function' };
  }

  #number(): string {
    return this.#options.phoneNumber ?? APPLICATION;
  }

  /** The service's ids are GUIDs; these are the same in each run. */
  #id(): string {
    if (this.#options.ids) return this.#options.ids();
    this.#ids += 1;
    return `00000000-0000-4000-8000-${String(this.#ids).padStart(12, '0')}`;
  }
}

/**
 * A SIP media application whose function is this handler, for its tests:
 *
 *     const call = await sma(handler).dial({ from: '+12065550100' });
 *     await call.hears('welcome.wav');
 *     await call.press('1');
 *     await call.hears('goodbye.wav');
 *     expect(await call.ends()).toMatchObject({ by: 'application' });
 */
export function sma(handler: Handler, options: ApplicationOptions = {}): ApplicationUnderTest {
  return new ApplicationUnderTest(handler, options);
}
