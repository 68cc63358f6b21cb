/**
 * Reads WAV files with uncompressed PCM to mono samples and writes them.
 *
 * ```text
 * RIFF  size  WAVE
 *   fmt   size  format(2) channels(2) rate(4) bytes/s(4) blockAlign(2) bits(2) [cbSize(2) validBits(2) mask(4) GUID(16)]
 *   data  size  samples, little-endian, channels interleaved
 * ```
 *
 * Source: Microsoft "Multiple channel audio data and WAVE files"; the RIFF chunk rules (chunks are padded to
 * an even length, unknown chunks are skipped).
 */

/** Sound as mono, 16-bit signed linear samples. */
export interface MonoAudio {
  /** Samples per second. */
  sampleRate: number;
  samples: Int16Array;
}

/** Why a file cannot be played. */
export type WavFault =
  /** Not RIFF/WAVE at all. */
  | 'not-wav'
  /** RIFF/WAVE, but a chunk is missing or inconsistent. */
  | 'damaged'
  /** A valid WAV file with something other than 8, 16, 24 or 32 bit integer PCM, mono or stereo. */
  | 'unsupported'
  /** More bytes than `MAX_WAV_BYTES`. */
  | 'too-large';

/** An error in the file. The message says what was found and what is expected. */
export class WavError extends Error {
  override readonly name = 'WavError';
  readonly fault: WavFault;

  constructor(fault: WavFault, message: string) {
    super(message);
    this.fault = fault;
  }
}

/** Size of the largest file that is read, bytes (Chime SDK developer guide, PlayAudio: 50 MB). */
export const MAX_WAV_BYTES = 50 * 1024 * 1024;
/**
 * Lowest and highest sample rates that are read, Hz: telephony to studio. A rate outside of them means a
 * damaged header.
 */
export const MIN_WAV_RATE = 4_000;
export const MAX_WAV_RATE = 192_000;

/**
 * RF64 (EBU Tech 3306) and BW64 (ITU-R BS.2088) are RIFF for files of 4 GB and more; some programs use them
 * for short files, too.
 */
const FORMS = new Set(['RIFF', 'RF64', 'BW64']);
/** A size with this value means that the size is in the ds64 chunk. */
const SIZE_ELSEWHERE = 0xffff_ffff;
const WAVE_FORMAT_PCM = 0x0001;
const WAVE_FORMAT_EXTENSIBLE = 0xfffe;
/** The last 14 bytes of every KSDATAFORMAT_SUBTYPE GUID; the first two are the format tag. */
const SUBTYPE_TAIL = [0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xaa, 0, 0x38, 0x9b, 0x71];
const EXPECTED = 'expected uncompressed PCM, 8, 16, 24 or 32 bit, mono or stereo';

/** How the samples of a file are written. */
export interface WavForm {
  channels: number;
  /** Samples per second. */
  sampleRate: number;
  /** Bits per sample. */
  bits: number;
}

/**
 * Reads a PCM WAV file. Stereo becomes mono by averaging; samples of 24 and 32 bits are rounded to 16.
 * @throws {WavError} if the bytes are not such a file.
 */
export function parseWav(bytes: Uint8Array): MonoAudio {
  const { format, view, start, size } = findSound(bytes);
  return { sampleRate: format.sampleRate, samples: readSamples(view, start, size, format) };
}

/**
 * The form of a PCM WAV file.
 * @throws {WavError} if the bytes are not such a file.
 */
export function wavForm(bytes: Uint8Array): WavForm {
  return findSound(bytes).format;
}

/** The position of the samples and their format. */
interface Found {
  format: WavForm;
  view: DataView;
  start: number;
  size: number;
}

/** @throws {WavError} */
function findSound(bytes: Uint8Array): Found {
  if (bytes.length > MAX_WAV_BYTES) {
    throw new WavError('too-large', `the file has ${bytes.length} bytes; at most ${MAX_WAV_BYTES} are read`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 12 || !FORMS.has(fourCc(view, 0)) || fourCc(view, 8) !== 'WAVE') {
    throw new WavError('not-wav', 'the file does not begin with RIFF ... WAVE, so it is not a WAV file');
  }
  let format: WavForm | undefined;
  let empty: Found | undefined;
  let longSize: number | undefined;
  for (let at = 12; at + 8 <= bytes.length; ) {
    const id = fourCc(view, at);
    const written = view.getUint32(at + 4, true);
    const size = id === 'data' && written === SIZE_ELSEWHERE ? (longSize ?? written) : written;
    const start = at + 8;
    if (id === 'fmt ') format = readFormat(view, start, size);
    if (id === 'ds64') longSize = readLongSize(view, start, size);
    if (id === 'data') {
      if (!format) throw new WavError('damaged', 'the data chunk comes before the fmt chunk');
      // An empty data chunk counts as empty only if whole chunks follow it, so later sizes can be trusted.
      const found = { format, view, start, size: empty ? size : soundSize(view, start, size) };
      // Some writers put an empty data chunk before the one with the sound.
      if (found.size > 0) return found;
      empty ??= found;
    }
    at = nextChunk(view, start + size, size);
  }
  if (empty) return empty;
  throw new WavError('damaged', format ? 'the file has no data chunk' : 'the file has no fmt chunk');
}

/** Length of the usual header of a WAV file: the bytes before the samples. */
export const WAV_HEADER_BYTES = 44;

/** Writes 16-bit mono PCM. */
export function writeWav(audio: MonoAudio): Uint8Array {
  const dataBytes = audio.samples.length * 2;
  const bytes = new Uint8Array(WAV_HEADER_BYTES + dataBytes);
  bytes.set(wavHeader({ sampleRate: audio.sampleRate, channels: 1, dataBytes }));
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < audio.samples.length; i++)
    view.setInt16(WAV_HEADER_BYTES + i * 2, audio.samples[i]!, true);
  return bytes;
}

/** The header of a file of 16-bit PCM. */
export function wavHeader({
  sampleRate,
  channels,
  dataBytes,
}: {
  sampleRate: number;
  channels: 1 | 2;
  dataBytes: number;
}): Uint8Array {
  const bytes = new Uint8Array(WAV_HEADER_BYTES);
  const view = new DataView(bytes.buffer);
  putFourCc(view, 0, 'RIFF');
  view.setUint32(4, 36 + dataBytes, true);
  putFourCc(view, 8, 'WAVE');
  putFourCc(view, 12, 'fmt ');
  view.setUint32(16, 16, true);
  view.setUint16(20, WAVE_FORMAT_PCM, true);
  view.setUint16(22, channels, true);
  view.setUint32(24, sampleRate, true);
  view.setUint32(28, sampleRate * channels * 2, true);
  view.setUint16(32, channels * 2, true);
  view.setUint16(34, 16, true);
  putFourCc(view, 36, 'data');
  view.setUint32(40, dataBytes, true);
  return bytes;
}

function readFormat(view: DataView, at: number, size: number): WavForm {
  if (size < 16 || at + 16 > view.byteLength) {
    throw new WavError('damaged', `the fmt chunk has ${size} bytes; at least 16 are needed`);
  }
  const channels = view.getUint16(at + 2, true);
  const sampleRate = view.getUint32(at + 4, true);
  const blockAlign = view.getUint16(at + 12, true);
  const bits = view.getUint16(at + 14, true);
  const tag = formatTag(view, at, size);
  if (tag !== WAVE_FORMAT_PCM) {
    throw new WavError(
      'unsupported',
      `the format tag is 0x${tag.toString(16).padStart(4, '0')}; ${EXPECTED}`,
    );
  }
  if (channels !== 1 && channels !== 2) {
    throw new WavError('unsupported', `the file has ${channels} channels; ${EXPECTED}`);
  }
  if (bits !== 8 && bits !== 16 && bits !== 24 && bits !== 32) {
    throw new WavError('unsupported', `the samples have ${bits} bits; ${EXPECTED}`);
  }
  if (sampleRate < MIN_WAV_RATE || sampleRate > MAX_WAV_RATE) {
    throw new WavError(
      'unsupported',
      `the sample rate is ${sampleRate} Hz; expected ${MIN_WAV_RATE} to ${MAX_WAV_RATE}`,
    );
  }
  // Nothing depends on the block length, and some writers leave it 0.
  if (blockAlign !== 0 && blockAlign !== (channels * bits) / 8) {
    throw new WavError(
      'damaged',
      `the fmt chunk says ${blockAlign} bytes a block, but ${channels} channels of ${bits} bits take ${(channels * bits) / 8}`,
    );
  }
  return { channels, sampleRate, bits };
}

/** Number of bytes of sound according to the ds64 chunk: its second 64-bit number. */
function readLongSize(view: DataView, at: number, size: number): number | undefined {
  return size < 16 || at + 16 > view.byteLength ? undefined : Number(view.getBigUint64(at + 8, true));
}

/** The format tag, or the one in the GUID if the tag is WAVE_FORMAT_EXTENSIBLE. */
function formatTag(view: DataView, at: number, size: number): number {
  const tag = view.getUint16(at, true);
  if (tag !== WAVE_FORMAT_EXTENSIBLE) return tag;
  if (size < 40 || at + 40 > view.byteLength) {
    throw new WavError('damaged', `the extensible fmt chunk has ${size} bytes; 40 are needed`);
  }
  for (let i = 0; i < SUBTYPE_TAIL.length; i++) {
    if (view.getUint8(at + 26 + i) !== SUBTYPE_TAIL[i]) return tag;
  }
  return view.getUint16(at + 24, true);
}

/**
 * Where the next chunk begins. Chunks are padded to an even length, but some writers forget the padding. That
 * is assumed if a chunk name is found without the padding and none with it.
 */
function nextChunk(view: DataView, end: number, size: number): number {
  if ((size & 1) === 0) return end;
  return isName(view, end) && !isName(view, end + 1) ? end : end + 1;
}

/** Whether a chunk with a plausible name could begin there. */
function isName(view: DataView, at: number): boolean {
  if (at + 8 > view.byteLength) return false;
  return /^[A-Za-z][\w-]{2}[\w ]$/.test(fourCc(view, at));
}

/**
 * The number of bytes of sound. A writer that does not know the size yet writes 0 or a number near 2^31 or
 * 2^32, and cannot correct it later if it writes to a pipe; a file may also have been cut off. In these cases
 * all remaining bytes are sound. A size of 0 means that there is no sound only if nothing but further chunks
 * follows.
 */
function soundSize(view: DataView, start: number, size: number): number {
  const there = view.byteLength - start;
  return size > there || (size === 0 && !areChunks(view, start)) ? there : size;
}

/** Whether the rest of the file consists of whole chunks. */
function areChunks(view: DataView, from: number): boolean {
  let at = from;
  while (isName(view, at)) {
    const size = view.getUint32(at + 4, true);
    at = nextChunk(view, at + 8 + size, size);
  }
  return at >= view.byteLength && at <= view.byteLength + 1;
}

function readSamples(view: DataView, start: number, size: number, format: WavForm): Int16Array {
  const width = format.bits / 8;
  const block = width * format.channels;
  const count = Math.floor(size / block);
  const samples = new Int16Array(count);
  for (let i = 0; i < count; i++) {
    let sum = 0;
    for (let channel = 0; channel < format.channels; channel++) {
      sum += readSample(view, start + i * block + channel * width, format.bits);
    }
    samples[i] = toInt16(sum / format.channels);
  }
  return samples;
}

/** One sample scaled to the 16-bit range, not yet rounded. 8-bit WAV is unsigned, the others are signed. */
function readSample(view: DataView, at: number, bits: number): number {
  if (bits === 16) return view.getInt16(at, true);
  if (bits === 8) return (view.getUint8(at) - 128) * 256;
  if (bits === 24) return (view.getUint16(at, true) + view.getInt8(at + 2) * 65_536) / 256;
  return view.getInt32(at, true) / 65_536;
}

function toInt16(value: number): number {
  return Math.max(-32_768, Math.min(32_767, Math.round(value)));
}

function fourCc(view: DataView, at: number): string {
  return String.fromCharCode(
    view.getUint8(at),
    view.getUint8(at + 1),
    view.getUint8(at + 2),
    view.getUint8(at + 3),
  );
}

function putFourCc(view: DataView, at: number, text: string): void {
  for (let i = 0; i < 4; i++) view.setUint8(at + i, text.charCodeAt(i));
}
