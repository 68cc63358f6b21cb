/**
 * MP3 and Ogg Vorbis, which Amazon Polly offers besides PCM. They are encoded by `wasm-media-encoders` (MIT;
 * LAME and libvorbis as WebAssembly), which npm installs when a function first asks for one, like the
 * packages of Lambda's images.
 */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import type { EncodedFormat, EncodeSound } from '#aws';
import { INSTALL_MS, lockWhenFree } from '#lambda-runner';

const PACKAGE = 'wasm-media-encoders';
const VERSION = '0.7.0';
/** Bit rate of MP3 in kbit/s. Polly uses the same for its standard voices. */
const MP3_BITRATE = 48;
/** Quality of Ogg Vorbis, -1 to 10: about that of Polly's files. */
const VORBIS_QUALITY = 3;

interface Encoder {
  configure(settings: { sampleRate: number; channels: 1; bitrate?: number; vbrQuality?: number }): void;
  /** The returned bytes lie in the encoder's own memory. */
  encode(channels: Float32Array[]): Uint8Array;
  finalize(): Uint8Array;
}
interface Encoders {
  createMp3Encoder(): Promise<Encoder>;
  createOggEncoder(): Promise<Encoder>;
}

export interface SoundEncodersOptions {
  /** The folder whose `node_modules` contains the package. */
  folder: string;
  onProgress(text: string): void;
  /** Runs npm; resolves with undefined, or with the reason for a failure. Tests pass a fake. */
  npm?: (args: string[]) => Promise<string | undefined>;
}

export function soundEncoders({ folder, onProgress, npm = runNpm }: SoundEncodersOptions): EncodeSound {
  const entry = path.join(folder, 'node_modules', PACKAGE, 'dist', 'es', 'index.mjs');
  const command = [
    'install',
    '--prefix',
    folder,
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
    `${PACKAGE}@${VERSION}`,
  ];
  const install = async (format: EncodedFormat): Promise<void> => {
    await mkdir(folder, { recursive: true });
    const release = await lockWhenFree(folder);
    try {
      if (existsSync(entry)) return;
      onProgress(`Installing ${PACKAGE} for speech as ${format} (once)`);
      const manifest = path.join(folder, 'package.json');
      if (!existsSync(manifest)) await writeFile(manifest, '{"private":true}\n');
      const why = await npm(command);
      if (why === undefined) return;
      throw new Error(
        `${format} needs ${PACKAGE}, which could not be installed (${why}): ask for pcm, or run, with a network: npm ${command.join(' ')}`,
      );
    } finally {
      release();
    }
  };
  return async (samples, rate, format) => {
    if (!existsSync(entry)) await install(format);
    const encoders = (await import(pathToFileURL(entry).href)) as Encoders;
    const mp3 = format === 'mp3';
    const encoder = await (mp3 ? encoders.createMp3Encoder() : encoders.createOggEncoder());
    encoder.configure({
      sampleRate: rate,
      channels: 1,
      ...(mp3 ? { bitrate: MP3_BITRATE } : { vbrQuality: VORBIS_QUALITY }),
    });
    const pieces: Buffer[] = [];
    // A second of audio at a time, so that calls are not held up.
    for (let at = 0; at < samples.length; at += rate) {
      const floats = Float32Array.from(samples.subarray(at, at + rate), (sample) => sample / 32_768);
      pieces.push(Buffer.from(encoder.encode([floats])));
      await nextTurn();
    }
    pieces.push(Buffer.from(encoder.finalize()));
    return Buffer.concat(pieces);
  };
}

function runNpm(args: string[]): Promise<string | undefined> {
  return new Promise((resolve) => {
    const options = { timeout: INSTALL_MS, shell: process.platform === 'win32' };
    execFile('npm', args, options, (error, stdout, stderr) => {
      const said = `${stdout}\n${stderr}`.trim().split('\n').at(-1)?.trim();
      resolve(error ? said || error.message : undefined);
    });
  });
}
