import type { ServerResponse } from 'node:http';
import type { VoiceDirectory } from '#aws';
import type { OfferedKeys } from '#options';
import { pageHeaders, serveBuilt, serveJson } from './static-page.ts';
import { SIP_PATH } from './upgrades.ts';

/** Where the telephone in a page is. */
export const PHONE_PATH = '/phone/';

const HEADERS = pageHeaders('microphone=(self), speaker-selection=(self)');

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
  #keys: readonly OfferedKeys[] = [];

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

  /** From now on the page offers these, each by a button. */
  offer(keys: readonly OfferedKeys[]): void {
    this.#keys = keys;
  }

  /** `name` is what follows `PHONE_PATH`. */
  async serve(name: string, response: ServerResponse): Promise<void> {
    if (name === 'config.json') serveJson(response, HEADERS, this.#config());
    else {
      const about = { headers: HEADERS, advice: `The phone is at ${PHONE_PATH}.` };
      await serveBuilt(await this.#folder, name, response, about);
    }
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
      keys: this.#keys,
    };
  }
}
