import { g711 } from '#audio';
import { type Band, frameSamples } from '#conference';
import type { LegSound } from './leg-sound.ts';
import type { LegCodec } from './media-edge.ts';
import { G711Encoder, NarrowSound } from './narrow-sound.ts';
import { FullSound, NarrowOpusEncoder, OpusVoiceDecoder } from './opus-voice.ts';
import { G711Decoder, type VoiceDecoder } from './voice-decoder.ts';

/** Creates the decoder of a leg's voice. A full-band leg uses Opus, whatever codec is asked for. */
export function createDecoder(codec: LegCodec, band: Band): VoiceDecoder {
  return codec === 'opus' || band === 'full' ? new OpusVoiceDecoder(band) : new G711Decoder(g711(codec));
}

/** Creates the sound that a leg hears, in that codec and in frames of that length. */
export function createSound(codec: LegCodec, band: Band, frameMs: number): LegSound {
  if (band === 'full') return new FullSound(frameMs);
  if (codec === 'opus') return new NarrowSound(new NarrowOpusEncoder(frameMs));
  return new NarrowSound(new G711Encoder(g711(codec), frameSamples('narrow', frameMs)));
}
