import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { soundEncoders } from './sound-encoders.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'encoders-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A fake package, whose encoder records what it was given. */
const PACKAGE = `const create = (name) => async () => { let said = name; return {
  configure: (settings) => { said += JSON.stringify(settings); },
  encode: ([samples]) => { said += '|' + samples.join(); return new Uint8Array(0); },
  finalize: () => new TextEncoder().encode(said) }; };
export const createMp3Encoder = create('mp3'); export const createOggEncoder = create('ogg');`;

function install(): void {
  const place = path.join(folder, 'node_modules', 'wasm-media-encoders', 'dist', 'es');
  mkdirSync(place, { recursive: true });
  writeFileSync(path.join(place, 'index.mjs'), PACKAGE);
}

it('The encoder is installed once and gets a second at a time', async () => {
  const asked: string[][] = [];
  const told: string[] = [];
  const encode = soundEncoders({
    folder,
    onProgress: (text) => void told.push(text),
    async npm(args) {
      asked.push(args);
      install();
      return undefined;
    },
  });
  const samples = Int16Array.of(16_384, -32_768, 0);
  expect((await encode(samples, 2, 'mp3')).toString()).toBe(
    'mp3{"sampleRate":2,"channels":1,"bitrate":48}|0.5,-1|0',
  );
  expect((await encode(samples, 4, 'ogg_vorbis')).toString()).toBe(
    'ogg{"sampleRate":4,"channels":1,"vbrQuality":3}|0.5,-1,0',
  );
  expect([asked.length, asked[0]?.at(-1), told]).toEqual([
    1,
    'wasm-media-encoders@0.7.0',
    ['Installing wasm-media-encoders for speech as mp3 (once)'],
  ]);
});

it('An encoder that cannot be installed is reported with the command', async () => {
  const encode = soundEncoders({ folder, onProgress: () => {}, npm: async () => 'no network' });
  await expect(encode(Int16Array.of(1), 8000, 'mp3')).rejects.toThrow(
    /could not be installed \(no network\): ask for pcm, or run, with a network: npm install --prefix /,
  );
});
