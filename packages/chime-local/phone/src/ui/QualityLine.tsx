import { useEffect, useState } from 'react';
import type { CallSound } from '../audio/call-sound.ts';
import type { Quality } from '../audio/quality.ts';

/** Milliseconds between two readings. */
const READ_MS = 2000;

/** Codec, round trip, loss and jitter in small print. */
export function QualityLine(props: { sound: CallSound }) {
  const [quality, setQuality] = useState<Quality>();
  useEffect(() => {
    let over = false;
    const read = async () => {
      const next = await props.sound.quality().catch(() => undefined);
      if (!over && next) setQuality(next);
    };
    void read();
    const timer = setInterval(() => void read(), READ_MS);
    return () => {
      over = true;
      clearInterval(timer);
    };
  }, [props.sound]);
  const parts = quality ? partsOf(quality) : [];
  return (
    <ul className="quality" aria-label="Connection quality">
      {parts.length === 0 ? <li>measuring…</li> : parts.map((part) => <li key={part}>{part}</li>)}
    </ul>
  );
}

function partsOf({ codec, roundTripMs, lossPercent, jitterMs }: Quality): string[] {
  return [
    ...(codec === undefined ? [] : [codec]),
    ...(roundTripMs === undefined ? [] : [`round trip ${Math.round(roundTripMs)} ms`]),
    ...(lossPercent === undefined ? [] : [`loss ${lossPercent.toFixed(lossPercent < 10 ? 1 : 0)} %`]),
    ...(jitterMs === undefined ? [] : [`jitter ${Math.round(jitterMs)} ms`]),
  ];
}
