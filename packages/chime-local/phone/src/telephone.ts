import { CallSound } from './audio/call-sound.ts';
import { Noises } from './audio/noises.ts';
import { keepPreferences, readPreferences, type SoundPreferences } from './audio/preferences.ts';
import type { PhoneConfig } from './config.ts';
import { JssipLine } from './phone/jssip-line.ts';
import type { CallMedia, TelephoneLine } from './phone/line.ts';
import { numberRange } from './phone/numbers.ts';
import { Phone } from './phone/phone.ts';
import { Registration } from './phone/registration.ts';
import type { Effect } from './phone/state.ts';
import { CallTrace } from './trace.ts';

/** Storage key under which the tab keeps its number over a reload. */
const KEPT_NUMBER = 'phone.number';
/** Milliseconds for which a reloaded page waits until its previous instance releases the number. */
const HAND_OVER_MS = 1500;

/** Everything behind the page: the phone, its line, its sound and its number. */
export class Telephone {
  readonly config: PhoneConfig;
  readonly phone: Phone;
  readonly sound: CallSound;
  /** The runtime's trace of the current call. */
  readonly callTrace = new CallTrace();
  readonly #noises = new Noises();
  readonly #line: TelephoneLine;
  readonly #registration: Registration;
  readonly #listeners = new Set<() => void>();
  #preferences = readPreferences(localStorage);
  #calls = 0;

  constructor(config: PhoneConfig) {
    this.config = config;
    this.phone = new Phone((effect) => this.#carryOut(effect));
    this.phone.subscribe(() => {
      const { call, number } = this.phone.state();
      this.callTrace.follow(call, number);
    });
    const tell = this.phone.tell.bind(this.phone);
    this.sound = new CallSound(this.#preferences, (id, microphone) =>
      tell({ type: 'microphone', id, microphone }),
    );
    this.#line = new JssipLine(config.sipUrl, {
      onRegistered: (number) => this.#registration.onRegistered(number),
      onNotRegistered: (number, code) => this.#registration.onNotRegistered(number, code),
      onLost: () => this.#registration.onLost(),
      onArrived: (id, number) => tell({ type: 'arrived', id, number, at: Date.now() }),
      onRinging: (id) => tell({ type: 'ringing', id }),
      onConnected: (id) => tell({ type: 'connected', id, at: Date.now() }),
      onEnded: (id, ending) => tell({ type: 'ended', id, ending, at: Date.now() }),
      onPeerConnection: (id, connection) => this.sound.connect(id, connection),
    });
    this.#registration = this.#register(config);
  }

  /** Takes a number and registers. */
  start(): void {
    void this.#registration.start();
    addEventListener('online', () => this.#line.connectNow());
    addEventListener('pagehide', () => this.#leave());
    // A page restored from the browser's cache no longer has a line and a number.
    addEventListener('pageshow', ({ persisted }) => persisted && location.reload());
  }

  dial(number: string): void {
    this.#calls += 1;
    this.phone.tell({ type: 'dial', id: `out-${this.#calls}`, number, at: Date.now() });
  }

  hangUp(): void {
    this.phone.tell({ type: 'hang-up', at: Date.now() });
  }

  /** Reconnects or registers again at once. */
  tryAgain(): void {
    if (this.phone.state().line.is === 'refused') this.#registration.again();
    else this.#line.connectNow();
  }

  readonly preferences = (): SoundPreferences => this.#preferences;

  readonly subscribeToPreferences = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  prefer(change: Partial<SoundPreferences>): void {
    this.#preferences = { ...this.#preferences, ...change };
    keepPreferences(localStorage, this.#preferences);
    this.sound.prefer(this.#preferences);
    for (const listener of this.#listeners) listener();
  }

  #register(config: PhoneConfig): Registration {
    const reloaded = performance.getEntriesByType('navigation').some(isReload);
    return new Registration({
      pool: numberRange(config.ownNumbers.first, config.ownNumbers.count),
      locks: navigator.locks,
      kept: sessionStorage.getItem(KEPT_NUMBER) ?? undefined,
      handOverMs: reloaded ? HAND_OVER_MS : 0,
      keep: (number) => sessionStorage.setItem(KEPT_NUMBER, number),
      register: (number) => this.#line.register(number),
      onNumber: (number) => this.phone.tell({ type: 'number', number }),
      onLine: (line) => this.phone.tell({ type: 'line', line, at: Date.now() }),
      after: (ms, fn) => void setTimeout(fn, ms),
    });
  }

  #carryOut(effect: Effect) {
    switch (effect.do) {
      case 'open-sound':
        return void this.sound.open(effect.id);
      case 'close-sound':
        return this.sound.close(effect.id);
      case 'dial':
        return this.#withMedia(effect.id, (media) => this.#line.dial(effect.id, effect.number, media));
      case 'accept':
        return this.#withMedia(effect.id, (media) => this.#line.accept(effect.id, media));
      case 'end':
        return this.#line.end(effect.id, effect.code);
      case 'keys':
        this.#noises.keys(effect.keys);
        return this.#line.keys(effect.id, effect.keys);
      case 'mute':
        return this.sound.mute(effect.muted);
      case 'noise':
        return this.#noises.play(effect.noise);
    }
  }

  /** Reports a failed browser if JsSIP throws, as it does without WebRTC. */
  #withMedia(id: string, use: (media: CallMedia) => void): void {
    const { stream } = this.sound;
    try {
      if (!stream) throw new Error('no sound');
      use({ stream, codec: this.#preferences.codec, iceServers: this.config.iceServers });
    } catch {
      this.phone.tell({ type: 'ended', id, ending: { how: 'browser-failed' }, at: Date.now() });
    }
  }

  #leave(): void {
    this.callTrace.close();
    this.#line.leave();
    this.sound.close();
    this.#registration.leave();
  }
}

function isReload(entry: PerformanceEntry): boolean {
  return (entry as PerformanceNavigationTiming).type === 'reload';
}
