/**
 * Who owns a number. The service stores a name with each number: `STACK.REGION.LOGICALID.WISH`, with a mark
 * where one is needed. The name does not contain the request's id, so that later requests find the number
 * again: a repetition of the same request, a Delete without an id, or the next stack of that name.
 */
import { createHash } from 'node:crypto';
import type { CustomResourceEvent } from './custom-resource.ts';
import { labelOf, type NumberRequest } from './number-request.ts';

/** Maximum characters of a name before request and mark; a name may have 256. API reference, CreatePhoneNumberOrder. */
const MAX_OWNER = 190;
const KEPT = '.kept';
const INSTEAD_OF = '.instead-of-';

/** The common prefix of the names of all numbers of one resource of one stack. */
export type Owner = string;

export function ownerOf(event: CustomResourceEvent): Owner {
  const [stack, region] = stackOf(event.StackId);
  const owner = [stack, region, event.LogicalResourceId].map(clean).join('.');
  if (owner.length <= MAX_OWNER) return owner;
  const digest = createHash('sha256').update(owner).digest('hex').slice(0, 16);
  return `${owner.slice(0, MAX_OWNER - digest.length - 1)}.${digest}`;
}

/** Name and Region of the stack, from `arn:aws:cloudformation:REGION:ACCOUNT:stack/NAME/GUID`. */
function stackOf(stackId: string): [name: string, region: string] {
  const [, region, name] = /^arn:[^:]*:cloudformation:([^:]*):[^:]*:stack\/([^/]+)/.exec(stackId) ?? [];
  return [name ?? stackId, region ?? 'no-region'];
}

/** Makes a part of a name, which consists of letters, digits and `,._-`; the dot separates the parts. */
function clean(part: string): string {
  return part.replaceAll(/[^A-Za-z0-9_-]/g, '-') || '-';
}

/** `insteadOf`: the number to be replaced; until that has happened, the new number may have to be given up again. */
export function nameFor(owner: Owner, wanted: NumberRequest, insteadOf?: string): string {
  return `${owner}.${labelOf(wanted)}${insteadOf === undefined ? '' : INSTEAD_OF + insteadOf.replace('+', '')}`;
}

/** The name of a number that is kept when its stack is deleted. */
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
