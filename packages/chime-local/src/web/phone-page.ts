import type { ServerResponse } from 'node:http';
import type { VoiceDirectory } from '#aws';
import type { OfferedKeys } from '#options';
import { pageHeaders, serveBuilt, serveJson } from './static-page.ts';
import { SIP_PATH } from './upgrades.ts';

/** Path prefix of the phone page. */
export const PHONE_PATH = '/phone/';

const HEADERS = pageHeaders('microphone=(self), speaker-selection=(self)');

/**
 * Numbers from which the page's phones call: 555-0100 to 555-0199 are assigned to nobody (ATIS-0300115), and
 * Vancouver's area code is not in the inventory for applications.
 */
const OWN_NUMBERS = { first: '+16045550100', count: 100 } as const;

/** Serves the phone page: its files and its configuration. */
export class PhonePage {
  readonly #folder: Promise<string>;
  readonly #voice: Pick<VoiceDirectory, 'routedNumbers' | 'applicationOf'>;
  readonly #port: () => number;
  #keys: readonly OfferedKeys[] = [];

  /** @param folder of the built files, as a promise because the build may still be running */
  constructor(
    folder: Promise<string>,
    voice: Pick<VoiceDirectory, 'routedNumbers' | 'applicationOf'>,
    port: () => number,
  ) {
    this.#folder = folder;
    this.#voice = voice;
    this.#port = port;
  }

  /** Sets the keys that the page offers, each with a button. */
  offer(keys: readonly OfferedKeys[]): void {
    this.#keys = keys;
  }

  /** `name` is the path after `PHONE_PATH`. */
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
