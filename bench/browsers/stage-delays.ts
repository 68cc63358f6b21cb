import { tone } from '#audio';
import { type Band, FORMS } from '#conference';
import { createConverter } from '../../packages/chime-local/src/media/codecs/band-converter.ts';
import { OpusDecoder, OpusEncoder } from '../../packages/chime-local/src/media/codecs/opus.ts';

const BEEP_HZ = 1_000;
const AMPLITUDE = 12_000;
/** A sample of this amplitude is the onset. */
const LOUD = AMPLITUDE / 4;
const FRAMES = 3;

/** Milliseconds by which a beep is delayed when it passes through frame by frame; no time passes between frames. */
function shift(from: Band, to: Band, through: (frame: Int16Array) => Int16Array): number {
  const { frameSamples, sampleRate } = FORMS[from];
  const out: number[] = [];
  for (let frame = 0; frame < FRAMES; frame++) out.push(...through(new Int16Array(frameSamples)));
  const before = out.length;
  for (let frame = 0; frame < FRAMES; frame++)
    out.push(...through(tone(BEEP_HZ, frameSamples, sampleRate, AMPLITUDE, frame * frameSamples)));
  const place = out.findIndex((sample) => Math.abs(sample) >= LOUD);
  return ((place - before) * 1_000) / FORMS[to].sampleRate;
}

/** The delay of Opus, from encoder to decoder, in ms. */
export function opusDelay(): number {
  const encoder = new OpusEncoder('full');
  const decoder = new OpusDecoder('full');
  const delay = shift('full', 'full', (frame) => decoder.decode(encoder.encode(frame))?.slice() ?? frame);
  encoder.close();
  return delay;
}

/** The delay of converting between bands, in ms. */
export function converterDelay(from: Band, to: Band): number {
  const converter = createConverter(from, to);
  const delay = shift(from, to, (frame) => {
    const out = new Int16Array(FORMS[to].frameSamples);
    converter.convert(frame, out);
    return out;
  });
  converter.close();
  return delay;
}
