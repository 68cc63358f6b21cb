import { isObject } from 'page-ui/is-object.ts';
import type { OfferedKeys } from '#options';

/** The content of `GET /phone/config.json`. */
export interface PhoneConfig {
  /**
   * URL of SIP over WebSocket (RFC 7118): `ws://127.0.0.1:8080/sip`, or `/sip` for the page's own origin. A
   * URL with the page's own port is treated as the page's own origin, whatever host name the page was opened
   * with.
   */
  sipUrl: string;
  /** Numbers that can be dialled here, the most important first; others can be typed. */
  numbers: KnownNumber[];
  /** Numbers that phones of this page may register as: `first`, and the `count` - 1 that follow it. */
  ownNumbers: { first: string; count: number };
  /** ICE servers for RTCPeerConnection; empty if everything is on one machine. */
  iceServers: RTCIceServer[];
  /** Key sequences that the application offers as buttons; usually none. */
  keys: OfferedKeys[];
}

/** A number that the runtime routes. */
export interface KnownNumber {
  /** E.164 with `+`. */
  number: string;
  /** Who answers, in a few words; may be empty. */
  label: string;
}

/** Maximum number of own numbers, counted up from the first one. */
const MAX_OWN_NUMBERS = 1000;

/** The configuration cannot be used; `message` tells what to do. */
export class ConfigProblem extends Error {}

/**
 * @throws ConfigProblem if the configuration cannot be loaded or is invalid
 */
export async function loadConfig(url = `${import.meta.env.BASE_URL}config.json`): Promise<PhoneConfig> {
  const response = await fetch(url, { cache: 'no-store' }).catch(() => undefined);
  if (!response) throw new ConfigProblem(`${url} does not come. Does the runtime still run?`);
  if (!response.ok) throw new ConfigProblem(`${url} is answered with ${response.status}.`);
  const value: unknown = await response.json().catch(() => undefined);
  const config = checkConfig(value);
  return { ...config, sipUrl: webSocketUrl(config.sipUrl, new URL(location.href)) };
}

/**
 * The WebSocket's URL on the page's own host: the page's policy allows exactly its own origin, and
 * `localhost` and `127.0.0.1` are different origins.
 */
export function webSocketUrl(sipUrl: string, page: URL): string {
  const url = new URL(sipUrl, page);
  url.protocol = url.protocol.replace('http', 'ws');
  if (url.port === page.port) url.host = page.host;
  return url.href;
}

/**
 * @throws ConfigProblem that names the invalid member
 */
export function checkConfig(value: unknown): PhoneConfig {
  const wrong = (what: string) => new ConfigProblem(`config.json of the phone: ${what}.`);
  if (!isObject(value)) throw wrong('it is no JSON object');
  const { sipUrl, numbers, ownNumbers, iceServers, keys = [] } = value;
  if (typeof sipUrl !== 'string' || !/^(wss?:\/)?\//.test(sipUrl))
    throw wrong('sipUrl must begin with ws:// or be a path');
  if (!Array.isArray(numbers) || !numbers.every(isKnownNumber))
    throw wrong('numbers must be a list of { number, label }');
  if (!isObject(ownNumbers)) throw wrong('ownNumbers is missing');
  const { first, count } = ownNumbers;
  if (typeof first !== 'string' || !/^\+\d{3,15}$/.test(first))
    throw wrong('ownNumbers.first must be E.164, as +12025550160');
  if (typeof count !== 'number' || !Number.isInteger(count) || count < 1 || count > MAX_OWN_NUMBERS)
    throw wrong(`ownNumbers.count must be a whole number from 1 to ${MAX_OWN_NUMBERS}`);
  if (!Array.isArray(iceServers)) throw wrong('iceServers must be a list');
  if (!Array.isArray(keys) || !keys.every(isOffered)) throw wrong('keys must be a list of { name, keys }');
  return { sipUrl, numbers, ownNumbers: { first, count }, iceServers, keys };
}

function isKnownNumber(value: unknown): value is KnownNumber {
  return isObject(value) && typeof value.number === 'string' && typeof value.label === 'string';
}

function isOffered(value: unknown): value is OfferedKeys {
  return (
    isObject(value) &&
    typeof value.name === 'string' &&
    typeof value.keys === 'string' &&
    /^[0-9*#]+$/.test(value.keys)
  );
}
