/** CloudFormation's registry: the resource types that each Region has. */
import type { Template } from '#template';
import { validationError } from './context.ts';

/** Types that a Region lacks. CloudFormation resource specification of the Region, October 2026. */
const MISSING: Readonly<Record<string, readonly string[]>> = {
  'us-west-2': ['AWS::Chime::SipMediaApplication'],
};

export function isRegistered(type: string, region: string): boolean {
  return MISSING[region]?.includes(type) !== true;
}

/** @throws CloudFormationError if the Region lacks a type of the template */
export function checkTypes({ Resources }: Template, region: string): void {
  const types = Object.values(Resources).map(({ Type }) => Type);
  const missing = [...new Set(types)].filter((type) => !isRegistered(type, region));
  if (missing.length === 0) return;
  throw validationError(`Template format error: Unrecognized resource types: [${missing.join(', ')}]`);
}
