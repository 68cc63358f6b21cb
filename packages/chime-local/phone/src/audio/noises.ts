import type { Noise } from '../phone/state.ts';
import { audioContext, wake } from './context.ts';

/** One burst of a cadence: frequencies in Hz, begin and end in seconds. */
interface Burst {
  hz: readonly number[];
  from: number;
  to: number;
}

interface Cadence {
  bursts: readonly Burst[];
  /** Seconds until the cadence repeats. */
  every: number;
  gain: number;
}

/** Two soft rings, like those of an office telephone. */
const RINGING: Cadence = {
  bursts: [
    { hz: [660, 880], from: 0, to: 0.35 },
    { hz: [660, 880], from: 0.5, to: 0.85 },
  ],
  every: 2.5,
  gain: 0.12,
};
/** The ringback tone of North America: 440 and 480 Hz, two seconds of six. */
const RINGBACK: Cadence = { bursts: [{ hz: [440, 480], from: 0, to: 2 }], every: 6, gain: 0.04 };

/** The two tones of each key (ITU-T Q.23), in Hz. */
const LOW = [697, 770, 852, 941];
const HIGH = [1209, 1336, 1477];
const KEYPAD = '123456789*0#';
const KEY_SECONDS = 0.09;
const KEY_GAP_SECONDS = 0.08;
const KEY_GAIN = 0.05;
/** Seconds by which a burst is scheduled in advance. */
const LEAD_SECONDS = 0.02;
/** Seconds of fading in and out, so that nothing clicks. */
const FADE = 0.008;

/** The sounds of the telephone itself: ringing, ringback, keys. */
export class Noises {
  #stop: (() => void) | undefined;

  play(noise: Noise): void {
    this.#stop?.();
    this.#stop = noise === 'nothing' ? undefined : repeat(noise === 'ringing' ? RINGING : RINGBACK);
  }

  /** Plays the tones of the user's own keys. */
  keys(keys: string): void {
    void wake();
    const context = audioContext();
    [...keys].forEach((key, index) => {
      const place = KEYPAD.indexOf(key);
      if (place < 0) return;
      const hz = [LOW[Math.floor(place / 3)] as number, HIGH[place % 3] as number];
      const from = context.currentTime + index * (KEY_SECONDS + KEY_GAP_SECONDS);
      tone(context.destination, hz, from, from + KEY_SECONDS, KEY_GAIN);
    });
  }
}

/** Plays a cadence until it is stopped; silent while the browser does not let the page sound. */
function repeat(cadence: Cadence): () => void {
  const context = audioContext();
  const out = new GainNode(context);
  out.connect(context.destination);
  let timer: ReturnType<typeof setInterval> | undefined;
  let stopped = false;
  const once = () => {
    const now = context.currentTime + LEAD_SECONDS;
    for (const { hz, from, to } of cadence.bursts) tone(out, hz, now + from, now + to, cadence.gain);
  };
  void wake().then(() => {
    if (stopped) return;
    once();
    timer = setInterval(once, cadence.every * 1000);
  });
  return () => {
    stopped = true;
    clearInterval(timer);
    out.gain.setTargetAtTime(0, context.currentTime, FADE);
    setTimeout(() => out.disconnect(), 100);
  };
}

function tone(out: AudioNode, hz: readonly number[], from: number, to: number, gain: number): void {
  const envelope = new GainNode(out.context, { gain: 0 });
  envelope.connect(out);
  envelope.gain.setValueAtTime(0, from);
  envelope.gain.linearRampToValueAtTime(gain, from + FADE);
  envelope.gain.setValueAtTime(gain, to - FADE);
  envelope.gain.linearRampToValueAtTime(0, to);
  const oscillators = hz.map((frequency) => new OscillatorNode(out.context, { frequency }));
  for (const oscillator of oscillators) {
    oscillator.connect(envelope);
    oscillator.start(from);
    oscillator.stop(to + FADE);
  }
  oscillators[0]?.addEventListener('ended', () => envelope.disconnect());
}
