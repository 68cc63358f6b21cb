import { g711 } from '#audio';
import type { Band, BandConverter } from '#conference';
import type { LegSound } from './leg-sound.ts';
import type { LegCodec } from './media-edge.ts';
import { G711Encoder, NarrowSound } from './narrow-sound.ts';
import { G711Decoder, type VoiceDecoder } from './voice-decoder.ts';

/** What decodes a leg's voice. */
export function makeDecoder(codec: LegCodec, _band: Band): VoiceDecoder {
  return new G711Decoder(g711(codec === 'opus' ? 'PCMU' : codec));
}

/** What a leg hears, in that codec. */
export function makeSound(codec: LegCodec, _band: Band): LegSound {
  return new NarrowSound(new G711Encoder(g711(codec === 'opus' ? 'PCMU' : codec)));
}

/** What takes a meeting's sound from one band to the other. */
export function makeConverter(from: Band, to: Band): BandConverter {
  throw new Error(`no converter from ${from} to ${to}`);
}
