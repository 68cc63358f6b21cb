import type { ChimeSDKVoice } from '@aws-sdk/client-chime-sdk-voice';
import type { CallRow, UpdateRecord } from '#contract';
import type { RunningStack } from './running-stack.ts';
import { pressForTone, waitForTone, waitForToneToEnd } from './telephone/ears.ts';
import { Telephone } from './telephone/telephone.ts';
import { PROMPT_TONES, type PromptName } from './tone-prompts.ts';

/** The frequency of a prompt's tone. */
export const hzOf = (prompt: PromptName): number => PROMPT_TONES[prompt].hz;

/** Dials the stack's number and waits for the answer. */
export function dial(stack: RunningStack, from: string): Promise<Telephone> {
  return Telephone.call({ server: stack.endpoints.sip, to: stack.endpoints.phoneNumber, from });
}

/** Dials and waits for the question for the PIN. */
export async function dialToPin(stack: RunningStack, from: string): Promise<Telephone> {
  const phone = await dial(stack, from);
  await waitForTone(phone, hzOf('enter-pin.wav'));
  return phone;
}

/** Dials, enters the PIN and waits until the prompt "joined" is over. */
export async function join(stack: RunningStack, from: string): Promise<Telephone> {
  const phone = await dialToPin(stack, from);
  await pressForTone(phone, stack.endpoints.pin, hzOf('joined.wav'));
  await waitForToneToEnd(phone, hzOf('joined.wav'));
  return phone;
}

/** The row of a number that is in a meeting, as soon as it exists. */
export function rowOf(stack: RunningStack, from: string): Promise<CallRow> {
  return stack.until(`a row of ${from}`, ({ Items }) =>
    Items.find((row) => row.fromNumber === from && row.status === 'joined'),
  );
}

/** Resolves when no call of the numbers is in a meeting. */
export function rowsGone(stack: RunningStack, ...numbers: string[]): Promise<boolean> {
  return stack.until(`no row of ${numbers.join(', ')}`, ({ Items }) =>
    Items.some((row) => numbers.includes(row.fromNumber)) ? undefined : true,
  );
}

/** Sends an update that must be accepted. @returns its id */
export async function sendUpdate(
  stack: RunningStack,
  via: 'Node' | 'Python',
  body: { transactionId: string; updateInfo: string; [member: string]: string },
): Promise<string> {
  const answer = await stack.post(`/updateCall${via}`, body);
  if (answer.status !== 202)
    throw new Error(`The update got ${answer.status}: ${JSON.stringify(answer.body)}`);
  return (answer.body as { updateId: string }).updateId;
}

/** The record of an update that has ended. */
export function endedUpdate(stack: RunningStack, updateId: string): Promise<UpdateRecord> {
  return stack.until(`the end of update ${updateId}`, ({ Updates }) =>
    Updates.find((record) => record.updateId === updateId && record.endedAt !== undefined),
  );
}

/**
 * The result of UpdateSipMediaApplicationCall: `accepted`, or the error's name; `NotFoundException` once the
 * call is over.
 */
export async function updateOutcome(
  { endpoints }: RunningStack,
  voice: ChimeSDKVoice,
  transactionId: string,
): Promise<string> {
  const update = {
    SipMediaApplicationId: endpoints.sipMediaApplicationId,
    TransactionId: transactionId,
    Arguments: { action: 'Verify' },
  };
  return voice.updateSipMediaApplicationCall(update).then(
    () => 'accepted',
    (error: Error) => error.name,
  );
}
