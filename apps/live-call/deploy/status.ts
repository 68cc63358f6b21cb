/** `./status.sh`: shows the stack, the numbers of the account with their owners, and strays. */
import { findAccount } from './check.ts';
import { type AccountNumber, isReleased, listNumbers, ownerOf } from './numbers.ts';
import type { Options } from './options.ts';
import { Aws } from './programs.ts';
import { chooseRegion, otherRegions } from './region.ts';
import { findStack } from './stack.ts';
import type { World } from './terminal.ts';

export async function status(options: Options, { io, run, env }: World): Promise<void> {
  const aws = new Aws(await chooseRegion(options.region, run, env), run);
  const { account } = await findAccount(aws);
  io.say(`Account ${account}`);
  for (const region of [aws.region, ...otherRegions(aws.region)]) {
    const stack = await findStack(aws.in(region), options.name);
    if (!stack) {
      io.say(`  ${options.name} in ${region}: not there`);
      continue;
    }
    io.say(
      `  ${options.name} in ${region}: ${stack.status}${stack.reason === '' ? '' : ` (${stack.reason})`}`,
    );
    for (const output of ['PhoneNumber', 'ConsoleUrl', 'ApiUrl']) {
      if (stack.outputs[output]) io.say(`    ${output} ${stack.outputs[output]}`);
    }
  }
  const numbers = await listNumbers(aws);
  io.say(`Numbers in ${aws.region}: ${numbers.length}`);
  for (const number of numbers) io.say(`  ${number.E164PhoneNumber}  ${await described(aws, number)}`);
}

async function described(aws: Aws, number: AccountNumber): Promise<string> {
  const owner = ownerOf(number);
  const rule = number.Associations?.find(({ Name }) => Name === 'SipRuleId')?.Value;
  const use = rule === undefined ? 'no rule uses it' : `rule ${rule}`;
  if (isReleased(number)) return `released, gone at ${String(number.DeletionTimestamp)}; ${whose(owner)}`;
  if (!owner) return `${use}; not named by a stack of this kind: ${number.Name ?? '(no name)'}`;
  if (owner.kept) return `kept when ${owner.stack} was taken away; it costs until it is deleted`;
  const stack = await findStack(aws.in(owner.region), owner.stack);
  if (stack) return `${use}; of ${owner.stack} in ${owner.region}`;
  return (
    `STRAY: ${owner.stack} in ${owner.region} is not there, and ${use}. ./deploy.sh --name ${owner.stack} uses it, ` +
    `or: aws chime-sdk-voice delete-phone-number --region ${aws.region} --phone-number-id ${number.E164PhoneNumber}`
  );
}

function whose(owner: ReturnType<typeof ownerOf>): string {
  return owner ? `was of ${owner.stack} in ${owner.region}` : 'not of a stack of this kind';
}
