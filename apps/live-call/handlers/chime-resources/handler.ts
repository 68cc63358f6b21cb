/** The Lambda function `chimeResources`: custom resources for which CloudFormation has no type. */
import { ChimeSDKVoiceClient } from '@aws-sdk/client-chime-sdk-voice';
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import type { Context } from 'aws-lambda';
import { warn } from '../platform/index.ts';
import { type CustomResourceEvent, provision, type Resource } from './custom-resource.ts';
import { patience } from './patience.ts';
import { PhoneNumberResource } from './phone-number.ts';
import { SipMediaApplicationResource, SipMessageLogsResource } from './sip-media-application.ts';
import { SipRuleResource } from './sip-rule.ts';

/** Milliseconds reserved for the answer and for the call in progress, so that CloudFormation is never left waiting. */
const KEPT_FOR_ANSWER_MS = 40_000;
/** Milliseconds for one PUT of the answer, and the number of attempts. */
const PUT_MS = 4_000;
const PUT_ATTEMPTS = 4;

// One attempt: this function, not the client, decides what may be repeated and what must be looked up first.
const client = new ChimeSDKVoiceClient({ maxAttempts: 1 });
const stacks = new CloudFormationClient({ maxAttempts: 1 });
const resources: Record<string, Resource> = {
  'Custom::ChimePhoneNumber': new PhoneNumberResource(client, stacks),
  'Custom::ChimeSipRule': new SipRuleResource(client),
  'Custom::ChimeSipMediaApplication': new SipMediaApplicationResource(client),
  'Custom::ChimeSipMessageLogs': new SipMessageLogsResource(client),
};

export async function handler(
  event: CustomResourceEvent,
  context: Pick<Context, 'getRemainingTimeInMillis'>,
): Promise<void> {
  const waiting = patience(() => context.getRemainingTimeInMillis() - KEPT_FOR_ANSWER_MS);
  const answer = await provision(event, resources, waiting);
  if (answer.Status === 'FAILED')
    warn('A resource could not be provisioned', new Error(String(answer.Reason)));
  await put(event.ResponseURL, JSON.stringify(answer));
}

async function put(url: string, body: string): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      // The presigned URL allows no content type.
      const response = await fetch(url, {
        method: 'PUT',
        headers: { 'content-type': '' },
        body,
        signal: AbortSignal.timeout(PUT_MS),
      });
      if (response.ok) return;
      throw new Error(`CloudFormation answered ${response.status}`);
    } catch (error) {
      if (attempt >= PUT_ATTEMPTS) throw error;
    }
  }
}
