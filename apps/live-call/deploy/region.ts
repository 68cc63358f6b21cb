/** Determines which Region is meant before anything is asked of AWS. */
import type { Run } from './programs.ts';
import { UserError } from './user-error.ts';

/** Regions in which telephone numbers for SIP media applications are sold. */
export const REGIONS = ['us-east-1', 'us-west-2'] as const;

/** The Region from the option, the environment, the profile (read from a file, without a call), or us-east-1. */
export async function chooseRegion(
  option: string | undefined,
  run: Run,
  env: NodeJS.ProcessEnv,
): Promise<string> {
  const region = option ?? (env.AWS_REGION || env.AWS_DEFAULT_REGION || (await ofProfile(run)) || REGIONS[0]);
  if ((REGIONS as readonly string[]).includes(region)) return region;
  throw new UserError(
    `Region ${region} sells no numbers for SIP media applications: give --region ${REGIONS.join(' or ')}.`,
  );
}

async function ofProfile(run: Run): Promise<string> {
  const ran = await run('aws', ['configure', 'get', 'region']);
  return ran.code === 0 ? ran.stdout.trim() : '';
}

export function otherRegions(region: string): string[] {
  return REGIONS.filter((other) => other !== region);
}
