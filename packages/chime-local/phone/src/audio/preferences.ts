import type { Codec } from '../phone/line.ts';

/** The user's sound preferences, shared by all tabs. */
export interface SoundPreferences {
  codec: Codec;
  /** Empty for the system's choice. */
  microphone: string;
  speaker: string;
  /** 0 to 1. */
  volume: number;
  /** Echo and noise reduction. */
  cleaned: boolean;
}

const KEY = 'phone.sound';
/**
 * The defaults. Opus, because a browser's jitter buffer holds 30 ms of it, but 46 ms of PCMU
 * (docs/performance.md).
 */
export const USUAL: SoundPreferences = {
  ...{ codec: 'opus', microphone: '', speaker: '', volume: 1, cleaned: true },
};

export function readPreferences(storage: Pick<Storage, 'getItem'>): SoundPreferences {
  try {
    return checked(JSON.parse(storage.getItem(KEY) ?? '{}'));
  } catch {
    return USUAL;
  }
}

/** Stores the preferences. If the storage is full or forbidden, they last only as long as the page. */
export function keepPreferences(storage: Pick<Storage, 'setItem'>, preferences: SoundPreferences): void {
  try {
    storage.setItem(KEY, JSON.stringify(preferences));
  } catch {
    // Intended: see above.
  }
}

function checked(value: unknown): SoundPreferences {
  const kept = (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>;
  const text = (name: string) => (typeof kept[name] === 'string' ? kept[name] : '');
  const { codec, volume } = kept;
  return {
    codec: codec === 'PCMU' || codec === 'opus' ? codec : USUAL.codec,
    microphone: text('microphone'),
    speaker: text('speaker'),
    volume: typeof volume === 'number' && volume >= 0 && volume <= 1 ? volume : USUAL.volume,
    cleaned: kept.cleaned !== false,
  };
}
