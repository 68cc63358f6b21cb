/**
 * Whose a number is. The service keeps a name with each number: `STACK.REGION.LOGICALID.WISH`, and a mark where one is
 * needed. It does not hold the request's id, so that whoever comes later finds the number again: the same request twice,
 * a Delete that was told no id, the next stack of that name.
 */
import { createHash } from 'node:crypto';
import type { CustomResourceEvent } from './custom-resource.ts';
import { labelOf, type NumberRequest } from './number-request.ts';

/** Characters of a name before request and mark; a name may have 256. API reference, CreatePhoneNumberOrder. */
const MAX_OWNER = 190;
const KEPT = '.kept';
const INSTEAD_OF = '.instead-of-';

/** Begins the names of all numbers of one resource of one stack. */
export type Owner = string;

export function ownerOf(event: CustomResourceEvent): Owner {
  const [stack, region] = stackOf(event.StackId);
  const owner = [stack, region, event.LogicalResourceId].map(clean).join('.');
  if (owner.length <= MAX_OWNER) return owner;
  const digest = createHash('sha256').update(owner).digest('hex').slice(0, 16);
  return `${owner.slice(0, MAX_OWNER - digest.length - 1)}.${digest}`;
}

/** Name and Region of the stack. `arn:aws:cloudformation:REGION:ACCOUNT:stack/NAME/GUID`. */
function stackOf(stackId: string): [name: string, region: string] {
  const [, region, name] = /^arn:[^:]*:cloudformation:([^:]*):[^:]*:stack\/([^/]+)/.exec(stackId) ?? [];
  return [name ?? stackId, region ?? 'no-region'];
}

/** A name is made of letters, digits and `,._-`; the dot separates its parts. */
function clean(part: string): string {
  return part.replaceAll(/[^A-Za-z0-9_-]/g, '-') || '-';
}

/** `insteadOf`: the number that it is to replace; until it does, it may have to go again. */
export function nameFor(owner: Owner, wanted: NumberRequest, insteadOf?: string): string {
  return `${owner}.${labelOf(wanted)}${insteadOf === undefined ? '' : INSTEAD_OF + insteadOf.replace('+', '')}`;
}

/** For a number that stays when its stack goes. */
export function nameOfKept(owner: Owner): string {
  return owner + KEPT;
}

export function isOurs(owner: Owner, name: string | undefined): boolean {
  return name?.startsWith(`${owner}.`) === true;
}

export function isKept(owner: Owner, name: string | undefined): boolean {
  return isOurs(owner, name) && name?.endsWith(KEPT) === true;
}

export function isInsteadOf(owner: Owner, name: string | undefined, replaced: string): boolean {
  return isOurs(owner, name) && name?.endsWith(INSTEAD_OF + replaced.replace('+', '')) === true;
}
