import { randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { TemplateError } from '../template/template.ts';
import { physicalName, type ResourceMaker, type ResourceState, type Workshop } from './resource.ts';

/** Milliseconds a custom resource may take from its event to its answer. CloudFormation's default is an hour. */
const ANSWER_MS = 120_000;
/** Bytes of an answer. CloudFormation's limit is 4096. */
const MAX_ANSWER_BYTES = 4096;

interface CustomResourceAnswer {
  Status: 'SUCCESS' | 'FAILED';
  Reason?: string;
  PhysicalResourceId?: string;
  Data?: Record<string, unknown>;
}

interface Inbox {
  url: string;
  answer: Promise<CustomResourceAnswer>;
  close(): void;
}

/** Reads one PUT with a JSON body; anything else is refused and changes nothing. */
function takeAnswer(path: string, done: (answer: CustomResourceAnswer | Error) => void): Server {
  return createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (chunk: string) => {
      if (body.length <= MAX_ANSWER_BYTES) body += chunk;
    });
    request.on('end', () => {
      const fits = request.method === 'PUT' && request.url === path && body.length <= MAX_ANSWER_BYTES;
      response.writeHead(fits ? 200 : 400).end();
      if (!fits) return;
      try {
        done(JSON.parse(body) as CustomResourceAnswer);
      } catch {
        done(new Error('its answer is not JSON'));
      }
    });
  });
}

/** A place on the loopback that takes one answer: what the presigned ResponseURL is in the cloud. */
async function openInbox(): Promise<Inbox> {
  const path = `/${randomUUID()}`;
  let settle: (answer: CustomResourceAnswer | Error) => void = () => {};
  const answer = new Promise<CustomResourceAnswer>((resolve, reject) => {
    settle = (result) => (result instanceof Error ? reject(result) : resolve(result));
  });
  answer.catch(() => {});
  const timer = setTimeout(() => settle(new Error(`no answer within ${ANSWER_MS / 1000} s`)), ANSWER_MS);
  const server = takeAnswer(path, settle);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(0, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`,
    answer,
    close() {
      clearTimeout(timer);
      server.close();
      server.closeAllConnections();
    },
  };
}

type EventBody = { RequestType: 'Create' | 'Update' | 'Delete' } & Record<string, unknown>;

async function request(
  logicalId: string,
  type: string,
  body: EventBody,
  properties: Record<string, unknown>,
  workshop: Workshop,
): Promise<CustomResourceAnswer> {
  const serviceToken = String(properties.ServiceToken);
  const { region, accountId, stackName } = workshop.home;
  const inbox = await openInbox();
  try {
    const event = {
      ...body,
      ServiceToken: serviceToken,
      ResponseURL: inbox.url,
      StackId: `arn:aws:cloudformation:${region}:${accountId}:stack/${stackName}/local`,
      RequestId: randomUUID(),
      LogicalResourceId: logicalId,
      ResourceType: type,
      ResourceProperties: properties,
    };
    const result = await workshop.functions.invoke(serviceToken, JSON.stringify(event));
    if (result.functionError) throw new Error(`its function failed: ${result.payload}`);
    const answer = await inbox.answer;
    if (answer.Status !== 'SUCCESS') throw new Error(answer.Reason ?? 'it answered FAILED without a reason');
    return answer;
  } finally {
    inbox.close();
  }
}

/** CloudFormation hands all values of a custom resource's properties over as strings. */
function asStrings(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(asStrings);
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, asStrings(inner)]));
  }
  return typeof value === 'boolean' || typeof value === 'number' ? String(value) : value;
}

async function makeCustom(
  logicalId: string,
  type: string,
  properties: Record<string, unknown>,
  previous: ResourceState | undefined,
  workshop: Workshop,
): Promise<Pick<ResourceState, 'physicalId' | 'attributes'>> {
  const body: EventBody = previous
    ? {
        RequestType: 'Update',
        PhysicalResourceId: previous.physicalId,
        OldResourceProperties: asStrings(previous.properties),
      }
    : { RequestType: 'Create' };
  const answer = await request(
    logicalId,
    type,
    body,
    asStrings(properties) as Record<string, unknown>,
    workshop,
  );
  const physicalId = answer.PhysicalResourceId ?? previous?.physicalId ?? physicalName(workshop, logicalId);
  if (previous && physicalId !== previous.physicalId) {
    await removeCustom(logicalId, previous, workshop);
  }
  return { physicalId, attributes: answer.Data ?? {} };
}

async function removeCustom(logicalId: string, state: ResourceState, workshop: Workshop): Promise<void> {
  const body: EventBody = { RequestType: 'Delete', PhysicalResourceId: state.physicalId };
  await request(
    logicalId,
    state.type,
    body,
    asStrings(state.properties) as Record<string, unknown>,
    workshop,
  );
}

/** Resources that CloudFormation makes by invoking a function: so does this runtime, with the same event. */
export const customResourceMaker: ResourceMaker = {
  types: [],
  async make({ logicalId, type, properties, previous, unchanged }, workshop) {
    if (!properties.ServiceToken) throw new TemplateError(`${logicalId} (${type}) has no ServiceToken.`);
    if (previous && unchanged) return previous;
    return makeCustom(logicalId, type, properties, previous, workshop);
  },
  remove: removeCustom,
};
