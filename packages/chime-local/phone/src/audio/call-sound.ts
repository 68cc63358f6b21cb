import type { Microphone } from '../phone/state.ts';
import { rest, wake } from './context.ts';
import { type Meter, meterOf } from './meter.ts';
import { type Capture, openMicrophone, silence } from './microphone.ts';
import type { SoundPreferences } from './preferences.ts';
import { type Counted, type Quality, readQuality } from './quality.ts';
import { Speaker } from './speaker.ts';

/** The sound of the only call: what is sent, what is played, and how loud both are. */
export class CallSound {
  readonly #onMicrophone: (id: string, microphone: Microphone) => void;
  readonly #speaker = new Speaker();
  #preferences: SoundPreferences;
  #id: string | undefined;
  #capture: Capture | undefined;
  #connection: RTCPeerConnection | undefined;
  #mine: Meter | undefined;
  #theirs: Meter | undefined;
  #counted: Counted | undefined;
  #muted = false;
  /** Counts openings, so that a microphone that is opened too late is released. */
  #opening = 0;

  /** `onMicrophone` is called after `open`, and whenever the microphone changes later. */
  constructor(preferences: SoundPreferences, onMicrophone: (id: string, microphone: Microphone) => void) {
    this.#preferences = preferences;
    this.#onMicrophone = onMicrophone;
    this.#setSpeaker();
  }

  /** Requests the microphone for call `id`. */
  async open(id: string): Promise<void> {
    this.close();
    void wake();
    this.#id = id;
    await this.#openChosen();
  }

  /** The stream to send; undefined until the microphone, or silence in its place, is available. */
  get stream(): MediaStream | undefined {
    return this.#capture && new MediaStream([this.#capture.track]);
  }

  /** Plays what the call's connection receives. */
  connect(id: string, connection: RTCPeerConnection): void {
    if (id !== this.#id) return;
    this.#connection = connection;
    connection.addEventListener('track', ({ track }) => {
      if (this.#connection !== connection || track.kind !== 'audio') return;
      this.#speaker.play(track);
      this.#theirs?.stop();
      this.#theirs = meterOf(track);
    });
  }

  mute(muted: boolean): void {
    this.#muted = muted;
    if (this.#capture) this.#capture.track.enabled = !muted;
  }

  /**
   * Releases the microphone, so that the browser's recording sign disappears. With an id, only if that call
   * has the sound: a late call must not take it from the next one.
   */
  close(id = this.#id): void {
    if (id !== this.#id) return;
    this.#opening += 1;
    this.#mine?.stop();
    this.#theirs?.stop();
    this.#capture?.stop();
    this.#speaker.stop();
    this.#id = undefined;
    this.#capture = undefined;
    this.#connection = undefined;
    this.#mine = undefined;
    this.#theirs = undefined;
    this.#counted = undefined;
    this.#muted = false;
    rest();
  }

  /** The loudness of both sides, each from 0 to 1. A muted microphone counts as silence. */
  levels(): { mine: number; theirs: number } {
    return { mine: this.#muted ? 0 : (this.#mine?.read() ?? 0), theirs: this.#theirs?.read() ?? 0 };
  }

  async quality(): Promise<Quality | undefined> {
    const connection = this.#connection;
    if (connection?.connectionState !== 'connected') return undefined;
    const reports: unknown[] = [];
    (await connection.getStats()).forEach((report: unknown) => {
      reports.push(report);
    });
    const { quality, counted } = readQuality(reports as Iterable<Record<string, unknown>>, this.#counted);
    this.#counted = counted;
    return quality;
  }

  /** Applies the preferences at once, even during a call; only the codec takes effect with the next call. */
  prefer(preferences: SoundPreferences): void {
    const before = this.#preferences;
    this.#preferences = preferences;
    this.#setSpeaker();
    const other = before.microphone !== preferences.microphone || before.cleaned !== preferences.cleaned;
    if (other && this.#capture) void this.#openChosen();
  }

  #setSpeaker(): void {
    this.#speaker.setVolume(this.#preferences.volume);
    void this.#speaker.choose(this.#preferences.speaker);
  }

  async #openChosen(): Promise<void> {
    this.#opening += 1;
    const opening = this.#opening;
    const { microphone, cleaned } = this.#preferences;
    const capture = await openMicrophone({ deviceId: microphone, cleaned });
    if (opening !== this.#opening) return capture.stop();
    this.#use(capture);
  }

  #use(capture: Capture) {
    const id = this.#id;
    if (id === undefined) return capture.stop();
    this.#capture?.stop();
    this.#mine?.stop();
    this.#capture = capture;
    capture.track.enabled = !this.#muted;
    this.#mine = meterOf(capture.track);
    capture.track.addEventListener('ended', () => {
      // The microphone was unplugged; `stop` fires no event.
      if (this.#capture === capture) this.#use(silence('gone'));
    });
    const sender = this.#connection?.getSenders().find(({ track }) => track?.kind === 'audio');
    if (sender) void sender.replaceTrack(capture.track).catch(() => {});
    this.#onMicrophone(id, capture.why ? { is: 'none', why: capture.why } : { is: 'open' });
  }
}
