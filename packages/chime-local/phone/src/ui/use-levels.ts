import { useEffect, useState } from 'react';
import type { CallSound } from '../audio/call-sound.ts';

/** Milliseconds between two readings; longer for users who prefer reduced motion. */
const LOOK_MS = 100;
const CALM_LOOK_MS = 500;
/** The bar moves in steps of this many percent, which avoids most of the drawing. */
const STEP = 5;
/** The level that a microphone reaches even in a quiet room, in percent. */
const HEARD = 8;
/** Milliseconds of silence from the microphone before the hint is shown. */
const QUIET_MS = 10_000;

export interface Levels {
  /** In percent. */
  mine: number;
  theirs: number;
  /** Whether the microphone is open but no sound has ever come from it. */
  tooQuiet: boolean;
}

/** The levels of the call, about ten times a second. `open`: sound is expected from the microphone. */
export function useLevels(sound: CallSound, open: boolean): Levels {
  const [levels, setLevels] = useState<Levels>({ mine: 0, theirs: 0, tooQuiet: false });
  useEffect(() => {
    const calm = matchMedia('(prefers-reduced-motion: reduce)').matches;
    let quietSince: number | undefined = open ? performance.now() : undefined;
    const timer = setInterval(
      () => {
        const now = sound.levels();
        const mine = inSteps(now.mine);
        if (mine >= HEARD) quietSince = undefined;
        const tooQuiet = quietSince !== undefined && performance.now() - quietSince > QUIET_MS;
        const next = { mine, theirs: inSteps(now.theirs), tooQuiet };
        setLevels((before) => (same(before, next) ? before : next));
      },
      calm ? CALM_LOOK_MS : LOOK_MS,
    );
    return () => clearInterval(timer);
  }, [sound, open]);
  return levels;
}

function inSteps(level: number): number {
  return Math.round((level * 100) / STEP) * STEP;
}

function same(a: Levels, b: Levels): boolean {
  return a.mine === b.mine && a.theirs === b.theirs && a.tooQuiet === b.tooQuiet;
}
