/** The number that a stack asks for. Any number fits as far as members are left out. */

export interface NumberRequest {
  /** ISO 3166-1 alpha-2. */
  country: string;
  type: 'Local' | 'TollFree';
  /** Three digits; for a toll-free number, its prefix, e.g. `866`. */
  areaCode?: string;
  /** E.164: one of the account's own numbers, which remains the account's. */
  number?: string;
}

/** Prefixes of toll-free numbers in the North American Numbering Plan. */
const TOLL_FREE = new Set(['800', '833', '844', '855', '866', '877', '888']);
/** The shortest international numbers have seven digits, the longest fifteen (ITU-T E.164). */
export const E164 = /^\+[1-9]\d{6,14}$/;

export function isE164(text: unknown): text is string {
  return typeof text === 'string' && E164.test(text);
}

function text(properties: Record<string, unknown>, name: string): string | undefined {
  const value = properties[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** Reads `Country`, `PhoneNumberType`, `AreaCode` and `Number`. Throws on a request that no number can fit. */
export function readNumberRequest(properties: Record<string, unknown>): NumberRequest {
  const areaCode = text(properties, 'AreaCode');
  const number = text(properties, 'Number');
  if (areaCode !== undefined && !/^\d{3}$/.test(areaCode)) {
    throw new Error(`AreaCode is "${areaCode}"; it takes three digits, for example 206.`);
  }
  if (number !== undefined && !isE164(number)) {
    throw new Error(`Number is "${number}"; it takes a number in E.164, for example +12065550100.`);
  }
  return {
    country: text(properties, 'Country') ?? 'US',
    type: text(properties, 'PhoneNumberType') === 'TollFree' ? 'TollFree' : 'Local',
    ...(areaCode === undefined ? {} : { areaCode }),
    ...(number === undefined ? {} : { number }),
  };
}

/** Whether the number fits the request. */
export function fits(number: string, wanted: NumberRequest): boolean {
  if (wanted.number !== undefined) return number === wanted.number;
  const inNorthAmerica = number.startsWith('+1');
  if (inNorthAmerica !== ['US', 'CA'].includes(wanted.country)) return false;
  if (!inNorthAmerica) return true;
  const code = number.slice(2, 5);
  if (TOLL_FREE.has(code) !== (wanted.type === 'TollFree')) return false;
  return wanted.areaCode === undefined || wanted.areaCode === code;
}

/** The request as part of a number's name, e.g. `US-Local-206`, `US-Local-any`. */
export function labelOf(wanted: NumberRequest): string {
  return `${wanted.country}-${wanted.type}-${wanted.areaCode ?? 'any'}`;
}

/** The request in words, as part of a sentence. */
export function inWords(wanted: NumberRequest): string {
  if (wanted.number !== undefined) return wanted.number;
  const kind = wanted.type === 'TollFree' ? 'toll-free number' : 'local number';
  return `a ${kind} (${wanted.country})${wanted.areaCode === undefined ? '' : ` with area code ${wanted.areaCode}`}`;
}
