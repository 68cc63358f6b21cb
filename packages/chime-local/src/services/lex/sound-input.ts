/** The audio input of RecognizeUtterance. API reference, RecognizeUtterance, requestContentType. */
import { ApiError } from '../rest/api-error.ts';

/** Length in bytes of the header of a WAV file that contains only the format and the samples. */
const WAV_HEADER_BYTES = 44;

/**
 * Decodes 16-bit little-endian samples. The header of a WAV file is skipped, as in the service.
 * @throws ApiError
 */
export function samplesOf(body: Buffer, contentType: string): { samples: Int16Array; rate: number } {
  const rate = /^audio\/(?:l16|lpcm|x-l16)\b.*?(?:sample-)?rate=(\d+)/i.exec(contentType)?.[1];
  if (rate !== '8000' && rate !== '16000') {
    throw new ApiError(
      415,
      'UnsupportedMediaTypeException',
      `requestContentType ${contentType.slice(0, 100)}: text, audio/l16 and audio/lpcm of 8000 or 16000 Hz are heard here`,
    );
  }
  const wav = body.length >= WAV_HEADER_BYTES && body.subarray(0, 4).toString('latin1') === 'RIFF';
  const sound = wav ? body.subarray(WAV_HEADER_BYTES) : body;
  const samples = new Int16Array(sound.length >> 1);
  for (let index = 0; index < samples.length; index++) samples[index] = sound.readInt16LE(2 * index);
  return { samples, rate: Number(rate) };
}
