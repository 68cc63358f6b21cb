import { readFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import path from 'node:path';
import type { VoiceDirectory } from '#aws';
import { contentTypeOf } from './content-types.ts';
import { SIP_PATH } from './upgrades.ts';

/** Where the telephone in a page is. */
export const PHONE_PATH = '/phone/';

/** What the page and its libraries may do: nothing but what comes from here. Sound is played from streams (`blob:`). */
const HEADERS = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; media-src 'self' blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'permissions-policy': 'microphone=(self), speaker-selection=(self)',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
} as const;

/**
 * Numbers that the phones of the page call from: 555-0100 to 555-0199 belong to nobody (ATIS-0300115), and numbers of
 * Vancouver are not in the inventory of applications.
 */
const OWN_NUMBERS = { first: '+16045550100', count: 100 } as const;

/** Serves the page: its files, and what it must be told. */
export class PhonePage {
  readonly #folder: Promise<string>;
  readonly #voice: Pick<VoiceDirectory, 'routedNumbers' | 'applicationOf'>;
  readonly #port: () => number;

  /** @param folder of the built files; may still be in the making. */
  constructor(
    folder: Promise<string>,
    voice: Pick<VoiceDirectory, 'routedNumbers' | 'applicationOf'>,
    port: () => number,
  ) {
    this.#folder = folder;
    this.#voice = voice;
    this.#port = port;
  }

  /** `name` is what follows `PHONE_PATH`. */
  async serve(name: string, response: ServerResponse): Promise<void> {
    if (name === 'config.json') {
      const body = JSON.stringify(this.#config());
      response.writeHead(200, {
        ...HEADERS,
        'content-type': 'application/json',
        'cache-control': 'no-store',
      });
      response.end(body);
      return;
    }
    const folder = await this.#folder;
    const file = path.resolve(folder, name || 'index.html');
    const inside = file.startsWith(`${folder}${path.sep}`) && !name.includes('\0');
    const body = inside ? await readFile(file).catch(() => undefined) : undefined;
    if (!body) {
      response.writeHead(404, { ...HEADERS, 'content-type': 'text/plain; charset=utf-8' });
      response.end(`There is no such file here. The phone is at ${PHONE_PATH}.\n`);
      return;
    }
    response.writeHead(200, {
      ...HEADERS,
      'content-type': contentTypeOf(file),
      'content-length': body.length,
      'cache-control': name.startsWith('assets/') ? 'public, max-age=31536000, immutable' : 'no-cache',
    });
    response.end(body);
  }

  #config(): object {
    return {
      sipUrl: `ws://127.0.0.1:${this.#port()}${SIP_PATH}`,
      numbers: this.#voice.routedNumbers().map((number) => ({
        number,
        label: this.#voice.applicationOf(number) ?? '',
      })),
      ownNumbers: OWN_NUMBERS,
      iceServers: [],
    };
  }
}
