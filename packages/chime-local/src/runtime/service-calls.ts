/** Calls of one service to another under a role, as made by tasks of state machines and by schedules that are due. */
import { type CallService, type Credentials, signedHeaders } from '#aws';

/** Services with JSON protocols by their names in state machines: signing name, and prefix of `x-amz-target`. */
const JSON_SERVICES: Readonly<Record<string, { signing: string; target: string }>> = {
  dynamodb: { signing: 'dynamodb', target: 'DynamoDB_20120810' },
  eventbridge: { signing: 'events', target: 'AWSEvents' },
  events: { signing: 'events', target: 'AWSEvents' },
  secretsmanager: { signing: 'secretsmanager', target: 'secretsmanager' },
  sfn: { signing: 'states', target: 'AWSStepFunctions' },
  sqs: { signing: 'sqs', target: 'AmazonSQS' },
  ssm: { signing: 'ssm', target: 'AmazonSSM' },
  states: { signing: 'states', target: 'AWSStepFunctions' },
  transcribe: { signing: 'transcribe', target: 'Transcribe' },
};

interface RestCall {
  signing: string;
  path: string;
  headers?: Record<string, string>;
  body: string;
}

/** The REST request for an operation of a restJson service that is called here. */
function restCallOf(
  service: string,
  operation: string,
  parameters: Record<string, unknown>,
): RestCall | undefined {
  const part = (value: unknown): string => encodeURIComponent(String(value));
  switch (`${service}:${operation}`) {
    case 'lambda:Invoke': {
      const { FunctionName, InvocationType = 'RequestResponse', Payload = '' } = parameters;
      return {
        signing: 'lambda',
        path: `/2015-03-31/functions/${part(FunctionName)}/invocations`,
        headers: { 'x-amz-invocation-type': String(InvocationType) },
        body: typeof Payload === 'string' ? Payload : JSON.stringify(Payload),
      };
    }
    case 'chimesdkvoice:CreateSipMediaApplicationCall': {
      const { SipMediaApplicationId, ...rest } = parameters;
      const path = `/sip-media-applications/${part(SipMediaApplicationId)}/calls`;
      return { signing: 'chime', path, body: JSON.stringify(rest) };
    }
    case 'scheduler:CreateSchedule': {
      const { Name, ...rest } = parameters;
      return { signing: 'scheduler', path: `/schedules/${part(Name)}`, body: JSON.stringify(rest) };
    }
    default:
      return undefined;
  }
}

/** An error of a service with its code. */
function failure(code: string, message: string): Error {
  return Object.assign(new Error(message), { name: code });
}

type Credentialed = Pick<Credentials, 'assume'>;

/** Returns a function that sends a signed request under a role and resolves with the response's body. */
function sender(endpoint: string, region: string, credentials: Credentialed, session: string) {
  return async (
    signing: string,
    roleArn: string,
    path: string,
    headers: Record<string, string>,
    body: string,
  ): Promise<string> => {
    const url = new URL(endpoint);
    const keys = credentials.assume(roleArn.slice(roleArn.lastIndexOf('/') + 1), session, SESSION_MS);
    const signed = signedHeaders(
      { method: 'POST', path, headers: { host: url.host, ...headers }, body },
      keys,
      {
        service: signing,
        region,
        now: Date.now(),
      },
    );
    const { host: _host, ...sent } = signed;
    const answer = await fetch(new URL(path, url), { method: 'POST', headers: sent, body });
    const text = await answer.text();
    if (!answer.ok) throw refusal(answer, text);
    return text;
  };
}

export function serviceCalls(
  endpoint: string,
  region: string,
  credentials: Credentialed,
  /** The session name in the ARN of the assumed role. */
  session = 'StepFunctions',
): CallService {
  const send = sender(endpoint, region, credentials, session);
  return async ({ roleArn, service, operation, parameters }) => {
    if (service === 'sns' && operation === 'Publish') {
      const form = new URLSearchParams({ Action: 'Publish', Version: '2010-03-31' });
      for (const [name, value] of Object.entries(parameters))
        if (typeof value === 'string') form.set(name, value);
      const type = { 'content-type': 'application/x-www-form-urlencoded' };
      const text = await send('sns', roleArn, '/', type, form.toString());
      return { MessageId: /<MessageId>(.*?)<\/MessageId>/.exec(text)?.[1] ?? '' };
    }
    const rest = restCallOf(service, operation, parameters);
    if (rest) {
      const answer = await send(
        rest.signing,
        roleArn,
        rest.path,
        { ...JSON_TYPE, ...rest.headers },
        rest.body,
      );
      return service === 'lambda' ? { Payload: answer } : (JSON.parse(answer) as unknown);
    }
    const known = JSON_SERVICES[service];
    if (!known) {
      const served = [...Object.keys(JSON_SERVICES), 'chimesdkvoice', 'lambda', 'sns', 'scheduler']
        .sort()
        .join(', ');
      throw failure('NotServed', `${service}:${operation} is not called by services here; ${served} are`);
    }
    const headers = {
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': `${known.target}.${operation}`,
    };
    const text = await send(known.signing, roleArn, '/', headers, JSON.stringify(parameters));
    return JSON.parse(text || '{}') as unknown;
  };
}

const JSON_TYPE = { 'content-type': 'application/json' };
/** Lifetime in milliseconds of a call's credentials. Ours. */
const SESSION_MS = 60_000;

function refusal(answer: Response, text: string): Error {
  try {
    const { __type, message, Message } = JSON.parse(text) as Record<string, string | undefined>;
    const code = __type?.split('#').at(-1) ?? answer.headers.get('x-amzn-errortype') ?? String(answer.status);
    return failure(code, message ?? Message ?? text);
  } catch {
    const code = /<Code>(.*?)<\/Code>/.exec(text)?.[1] ?? String(answer.status);
    return failure(code, /<Message>(.*?)<\/Message>/.exec(text)?.[1] ?? text.slice(0, 500));
  }
}
