/** One step of what the built-in test party does when it is called. */
export type PartyStep =
  /** Rings for this long; then the next step follows. */
  | { do: 'ring'; seconds: number }
  | { do: 'refuse'; sipResponseCode: number }
  | { do: 'answer' }
  | { do: 'wait'; seconds: number }
  | { do: 'say'; text: string }
  /** The tone of an answering machine. */
  | { do: 'beep' }
  | { do: 'press'; keys: string }
  | { do: 'hangup' };

/** Who answers calls to a number that has neither route nor telephone: `--party "+1206=busy"`. */
export interface NumberParty {
  /** A number or a prefix of numbers, in E.164. */
  prefix: string;
  script: readonly PartyStep[];
}

/** Scripts by their names. */
const NAMED: Readonly<Record<string, string>> = {
  answer: 'ring 1; answer; say This is the test party.',
  busy: 'refuse 486',
  declines: 'ring 1; refuse 603',
  unreachable: 'refuse 404',
  'no-answer': 'ring 300; refuse 480',
  voicemail: 'ring 4; answer; say Please leave a message after the tone.; beep',
};

/** The names of scripts, for help texts. */
export const PARTY_NAMES = Object.keys(NAMED);

/** Fictional numbers (NANP 555-01XX) whose last four digits say what happens there. */
const BY_LAST_DIGITS: Readonly<Record<string, string>> = {
  '0104': 'unreachable',
  '0155': 'voicemail',
  '0180': 'no-answer',
  '0186': 'busy',
};

const FICTIONAL = /^\+1\d{3}555(?<last>01\d\d)$/;
const NUMBER_AND_SCRIPT = /^(?<prefix>\+[1-9]\d{0,14})=(?<script>.+)$/s;
/** Maximum seconds of a step: a day. */
const MAX_SECONDS = 86_400;

/**
 * Reads `busy`, or `ring 2; answer; say Hello; press 12#; wait 1.5; hangup`; undefined if the text is
 * something else.
 */
export function parsePartyScript(text: string): readonly PartyStep[] | undefined {
  const named = Object.hasOwn(NAMED, text.trim()) ? NAMED[text.trim()] : undefined;
  const steps = (named ?? text)
    .split(';')
    .map((step) => step.trim())
    .filter((step) => step !== '')
    .map(parseStep);
  const read = steps.flatMap((step) => step ?? []);
  return read.length === steps.length && read.length > 0 ? read : undefined;
}

/** Reads `NUMBER=SCRIPT`; undefined if the text is something else. */
export function parseParty(text: string): NumberParty | undefined {
  const { prefix, script } = NUMBER_AND_SCRIPT.exec(text)?.groups ?? {};
  const steps = script === undefined ? undefined : parsePartyScript(script);
  return prefix !== undefined && steps ? { prefix, script: steps } : undefined;
}

/** The script of a number: that of the longest given prefix, else that of its last digits, else `answer`. */
export function partyScriptOf(number: string, parties: readonly NumberParty[]): readonly PartyStep[] {
  const matching = parties.filter(({ prefix }) => number.startsWith(prefix));
  const [longest] = matching.sort((a, b) => b.prefix.length - a.prefix.length);
  const name = BY_LAST_DIGITS[FICTIONAL.exec(number)?.groups?.last ?? ''] ?? 'answer';
  return longest?.script ?? parsePartyScript(name) ?? [];
}

function parseStep(text: string): PartyStep | undefined {
  const [word = ''] = text.split(/\s/, 1);
  const rest = text.slice(word.length).trim();
  switch (word.toLowerCase()) {
    case 'ring':
    case 'wait': {
      const seconds = secondsOf(rest);
      return seconds === undefined ? undefined : { do: word.toLowerCase() as 'ring' | 'wait', seconds };
    }
    case 'refuse':
      return /^[3-6]\d\d$/.test(rest) ? { do: 'refuse', sipResponseCode: Number(rest) } : undefined;
    case 'say':
      return rest === '' ? undefined : { do: 'say', text: rest };
    case 'press':
      return /^[0-9*#A-D,]{1,50}$/.test(rest) ? { do: 'press', keys: rest } : undefined;
    case 'answer':
    case 'beep':
    case 'hangup':
      return rest === '' ? { do: word.toLowerCase() as 'answer' | 'beep' | 'hangup' } : undefined;
    default:
      return undefined;
  }
}

function secondsOf(text: string): number | undefined {
  const seconds = Number(text);
  return /^\d+(\.\d+)?$/.test(text) && seconds <= MAX_SECONDS ? seconds : undefined;
}
