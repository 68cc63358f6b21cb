import {
  type ExistingResource,
  type PhysicalResource,
  ResourceFailure,
  type ResourceProvider,
  type ResourceRequest,
} from '#cloudformation';
import type { Clock, Ids } from '#platform';
import type { AnswerInboxes, CustomResourceAnswer } from './answer-inboxes.ts';

/** Seconds from event to answer if `ServiceTimeout` is not given. User Guide, "Custom resources": an hour. */
const DEFAULT_TIMEOUT_SECONDS = 3600;
/** Milliseconds after the function's return within which an answer may still come. */
const ANSWER_AFTER_RETURN_MS = 120_000;

export interface CustomResourceParts {
  invoke(arn: string, payload: string): Promise<{ payload: string; functionError?: string }>;
  clock: Clock;
  ids: Ids;
  answers: Pick<AnswerInboxes, 'open'>;
}

type Properties = Record<string, unknown>;
type EventBody = { RequestType: 'Create' | 'Update' | 'Delete' } & Record<string, unknown>;

/** CloudFormation passes all values of a custom resource's properties as strings. */
function asStrings(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(asStrings);
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, asStrings(inner)]));
  }
  return typeof value === 'boolean' || typeof value === 'number' ? String(value) : value;
}

/** The properties as the event carries them. */
const eventProperties = (properties: Properties): Properties => asStrings(properties) as Properties;

function noAnswer(requestId: string): Error {
  return new Error(
    `CloudFormation did not receive a response from your Custom Resource. Please check your logs for requestId [${requestId}].`,
  );
}

/** Sends one event and waits for its answer, from wherever it comes. */
async function ask(
  parts: CustomResourceParts,
  body: EventBody,
  request: ResourceRequest,
  properties: Properties,
): Promise<CustomResourceAnswer> {
  const { clock, ids, answers } = parts;
  const serviceToken = String(properties.ServiceToken ?? '');
  if (!serviceToken) throw new Error(`${request.logicalId} (${request.type}) has no ServiceToken.`);
  const RequestId = ids.guid();
  const inbox = answers.open();
  const seconds = Number(properties.ServiceTimeout ?? DEFAULT_TIMEOUT_SECONDS);
  const cancels = [clock.after(seconds * 1000, () => inbox.fail(noAnswer(RequestId)))];
  const giveUp = (): void => inbox.fail(new Error('cancelled'));
  let isOver = false;
  request.signal.addEventListener('abort', giveUp);
  try {
    const event = {
      ...body,
      ServiceToken: serviceToken,
      ResponseURL: inbox.url,
      StackId: request.stackId,
      RequestId,
      LogicalResourceId: request.logicalId,
      ResourceType: request.type,
      ResourceProperties: eventProperties(properties),
    };
    // The answer counts, not the function's return, which may come before or after it.
    parts.invoke(serviceToken, JSON.stringify(event)).then(
      ({ functionError, payload }) => {
        if (functionError) inbox.fail(new Error(`its function failed: ${payload}`));
        // Most functions answer before they return; a timer started then would outlive the stack.
        else if (!isOver)
          cancels.push(clock.after(ANSWER_AFTER_RETURN_MS, () => inbox.fail(noAnswer(RequestId))));
      },
      (error: Error) => inbox.fail(error),
    );
    const answer = await inbox.answer;
    if (answer.Status === 'SUCCESS') return answer;
    const reason = `Received response status [FAILED] from custom resource. Message returned: ${answer.Reason ?? 'none'} (RequestId: ${RequestId})`;
    if (answer.PhysicalResourceId) throw new ResourceFailure(reason, answer.PhysicalResourceId);
    throw new Error(reason);
  } finally {
    isOver = true;
    request.signal.removeEventListener('abort', giveUp);
    for (const cancel of cancels) cancel();
    inbox.close();
  }
}

/** Provides custom resources as CloudFormation does, by invoking a function with the same events. */
export function customResourceProvider(parts: CustomResourceParts): ResourceProvider {
  const made = (answer: CustomResourceAnswer, physicalId: string): PhysicalResource => ({
    physicalId: answer.PhysicalResourceId ?? physicalId,
    attributes: answer.Data ?? {},
  });
  return {
    types: [],
    replacedBy: [],
    async create(request) {
      // The id that a Delete names if no answer gave a better one.
      const invented = request.newName();
      try {
        return made(await ask(parts, { RequestType: 'Create' }, request, request.properties), invented);
      } catch (error) {
        if (error instanceof ResourceFailure) throw error;
        throw new ResourceFailure((error as Error).message, invented);
      }
    },
    async update(request, existing) {
      if (request.properties.ServiceToken !== existing.properties.ServiceToken) {
        throw new Error('Modifying service token is not allowed.');
      }
      const body: EventBody = {
        RequestType: 'Update',
        PhysicalResourceId: existing.physicalId,
        OldResourceProperties: eventProperties(existing.properties),
      };
      try {
        return made(await ask(parts, body, request, request.properties), existing.physicalId);
      } catch (error) {
        throw new Error((error as Error).message);
      }
    },
    async delete(existing: ExistingResource, request) {
      const body: EventBody = { RequestType: 'Delete', PhysicalResourceId: existing.physicalId };
      await ask(parts, body, request, existing.properties);
    },
  };
}
