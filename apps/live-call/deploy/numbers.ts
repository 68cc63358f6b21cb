/** The account's numbers: who owns each, and what a run would do with the number of the stack. */
import { fits, isE164, type NumberRequest } from '../handlers/chime-resources/number-request.ts';
import type { Aws } from './programs.ts';

export interface AccountNumber {
  E164PhoneNumber: string;
  Name?: string;
  Status?: string;
  ProductType?: string;
  DeletionTimestamp?: string | number;
  Associations?: { Name?: string; Value?: string }[];
}

export async function listNumbers(aws: Aws): Promise<AccountNumber[]> {
  const answer = await aws.call<{ PhoneNumbers?: AccountNumber[] }>('chime-sdk-voice', 'list-phone-numbers');
  return answer.PhoneNumbers ?? [];
}

export function isReleased(number: AccountNumber): boolean {
  return number.DeletionTimestamp !== undefined || /^(Release|Delete)/.test(number.Status ?? '');
}

/** The owner of a number according to its name, which is `STACK.REGION.LOGICALID.…`. */
export function ownerOf(number: AccountNumber): { stack: string; region: string; kept: boolean } | undefined {
  const [, stack, region, rest] =
    /^([A-Za-z][A-Za-z0-9-]*)\.([a-z]{2}-[a-z]+-\d)\.[A-Za-z0-9]+\.(.+)$/.exec(number.Name ?? '') ?? [];
  if (stack === undefined || region === undefined || rest === undefined) return undefined;
  return { stack, region, kept: rest === 'kept' };
}

/** The telephone number in the physical id of the number's resource. */
export function numberIn(physicalId: string | undefined): string | undefined {
  const last = physicalId?.replace(/^.*\//, '');
  return isE164(last) ? last : undefined;
}

export interface NumberPlan {
  /** What this run does with the number, as a sentence. */
  sentence: string;
  /** Why the run must not continue. */
  problem?: string;
  /** The number that is given up. */
  replaces?: string;
}

/**
 * What a run that wants this number does. `current`: the stack's number; `replace`: the number that may be
 * replaced.
 */
export function planNumber(
  current: string | undefined,
  wanted: NumberRequest,
  replace: string | undefined,
  found: { kept?: string; released?: string },
): NumberPlan {
  if (current === undefined) {
    if (wanted.number !== undefined)
      return { sentence: `uses ${wanted.number} of this account, and never releases it` };
    if (found.kept && fits(found.kept, wanted)) return { sentence: `uses ${found.kept}, which was kept` };
    if (found.released && fits(found.released, wanted))
      return { sentence: `takes ${found.released} back, which was released less than seven days ago` };
    return {
      sentence: `buys a number${wanted.areaCode === undefined ? '' : ` with area code ${wanted.areaCode}`}`,
    };
  }
  if (fits(current, wanted)) return { sentence: `keeps ${current}` };
  const described = wanted.number ?? `area code ${wanted.areaCode}`;
  if (replace === current)
    return { sentence: `this replaces ${current}: yes (${described})`, replaces: current };
  return {
    sentence: `this replaces ${current}: no`,
    problem:
      `${current} does not fit ${described}. It stays unless you say that it may go: ` +
      `--replace-number ${current}. Callers who know ${current} do not reach you then.`,
  };
}
