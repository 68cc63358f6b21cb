/** Expands the events of a SAM function: each kind becomes the resources that implement it. */
import { TemplateError } from '../template.ts';
import { attribute, type Expansion, idPart, only, recordOf, ref, type SamResource } from './expansion.ts';

/** One entry of `Events`. */
export interface SamEvent {
  name: string;
  type: string;
  properties: Record<string, unknown>;
}

/** An event of a function that comes from a REST or HTTP API. */
export interface ApiEvent extends SamEvent {
  functionId: string;
  /** The function's condition, if it has one. */
  condition: string | undefined;
  /** Logical id of the API. */
  apiId: string;
}

/** Names that stand for no authorizer of the API's own. SAM specification, "ApiFunctionAuth". */
const NO_AUTHORIZER = ['NONE', 'AWS_IAM'];

/**
 * The authorizer of the API that an event names.
 * @throws TemplateError if the API defines no such authorizer: SAM refuses it, too
 */
export function authorizerNamed<Authorizer>(
  name: unknown,
  defined: ReadonlyMap<string, Authorizer>,
  { functionId, name: eventName, apiId }: ApiEvent,
): Authorizer | undefined {
  if (name === undefined || NO_AUTHORIZER.includes(String(name))) return undefined;
  const found = defined.get(String(name));
  if (found !== undefined) return found;
  const names = [...defined.keys()].join(', ') || 'none';
  throw new TemplateError(
    `${functionId}: the event ${eventName} names the authorizer ${JSON.stringify(name)}, which ${apiId} does not define; it defines ${names}. Correct the name, or add it to Auth.Authorizers.`,
  );
}

type Handler = (expansion: Expansion, from: SamResource, event: SamEvent) => void;

function permission(
  expansion: Expansion,
  from: SamResource,
  event: SamEvent,
  Principal: string,
  SourceArn: unknown,
): void {
  expansion.addBeside(from, `${from.id}${idPart(event.name)}Permission`, 'AWS::Lambda::Permission', {
    FunctionName: expansion.arnOf(from.id),
    Action: 'lambda:InvokeFunction',
    Principal,
    SourceArn,
  });
}

/** Adds an EventBridge rule that invokes the function. */
function rule(expansion: Expansion, from: SamResource, event: SamEvent, what: Record<string, unknown>): void {
  const id = `${from.id}${idPart(event.name)}`;
  const { Input, InputPath, Enabled, State, Name, Description, RetryPolicy } = event.properties;
  expansion.addBeside(from, id, 'AWS::Events::Rule', {
    ...what,
    Name,
    Description,
    State: State ?? (Enabled === false ? 'DISABLED' : 'ENABLED'),
    Targets: [
      Object.fromEntries(
        Object.entries({
          Arn: expansion.arnOf(from.id),
          Id: `${id}LambdaTarget`,
          Input,
          InputPath,
          RetryPolicy,
        }).filter(([, value]) => value !== undefined),
      ),
    ],
  });
  permission(expansion, from, event, 'events.amazonaws.com', attribute(id, 'Arn'));
}

const byPattern: Handler = (expansion, from, event) =>
  rule(expansion, from, event, {
    EventPattern: event.properties.Pattern,
    EventBusName: event.properties.EventBusName,
  });

function mapping(source: string): Handler {
  return (expansion, from, event) => {
    const { [source]: EventSourceArn, Stream: _stream, Queue: _queue, ...rest } = event.properties;
    expansion.addBeside(from, `${from.id}${idPart(event.name)}`, 'AWS::Lambda::EventSourceMapping', {
      ...rest,
      EventSourceArn,
      FunctionName: expansion.arnOf(from.id),
    });
  };
}

const topic: Handler = (expansion, from, event) => {
  const { Topic, FilterPolicy, FilterPolicyScope } = event.properties;
  expansion.addBeside(from, `${from.id}${idPart(event.name)}`, 'AWS::SNS::Subscription', {
    TopicArn: Topic,
    Protocol: 'lambda',
    Endpoint: expansion.arnOf(from.id),
    FilterPolicy,
    FilterPolicyScope,
  });
  permission(expansion, from, event, 'sns.amazonaws.com', Topic);
};

/** Adds a notification to the event's bucket, which must be in the same template. */
const bucket: Handler = (expansion, from, event) => {
  const bucketId = String(recordOf(event.properties.Bucket).Ref ?? '');
  const resource = expansion.template.Resources[bucketId];
  if (!resource) return expansion.refuse(from, `the event ${event.name} needs a bucket of this template.`);
  const properties = recordOf(resource.Properties);
  const notification = recordOf(properties.NotificationConfiguration);
  const before = (notification.LambdaConfigurations ?? []) as unknown[];
  const more = [event.properties.Events].flat().map((Event) => ({
    Event,
    Function: expansion.arnOf(from.id),
    ...(event.properties.Filter ? { Filter: event.properties.Filter } : {}),
  }));
  const { Condition } = from.resource;
  const added =
    Condition === undefined ? more : more.map((one) => ({ 'Fn::If': [Condition, one, ref('AWS::NoValue')] }));
  const NotificationConfiguration = { ...notification, LambdaConfigurations: [...before, ...added] };
  const changed = { ...resource, Properties: { ...properties, NotificationConfiguration } };
  expansion.template.Resources[bucketId] = changed;
  // The bucket may have been copied to the result already.
  if (expansion.resources[bucketId]) expansion.resources[bucketId] = changed;
  permission(expansion, from, event, 's3.amazonaws.com', undefined);
};

/**
 * A schedule of EventBridge Scheduler, with the role by which it invokes the function, and its dead-letter
 * queue if any.
 */
const schedule: Handler = (expansion, from, event) => {
  const id = `${from.id}${idPart(event.name)}`;
  const { Input, RetryPolicy, DeadLetterConfig, RoleArn, PermissionsBoundary, OmitName, Name, ...rest } =
    event.properties;
  const queueId = String(recordOf(DeadLetterConfig).QueueLogicalId ?? `${id}Queue`);
  const makesQueue = recordOf(DeadLetterConfig).Type === 'SQS';
  if (makesQueue) expansion.addBeside(from, queueId, 'AWS::SQS::Queue', {});
  const queue = makesQueue ? attribute(queueId, 'Arn') : recordOf(DeadLetterConfig).Arn;
  const roleId = `${id}Role`;
  if (RoleArn === undefined) {
    const allowed = (Action: string, Resource: unknown): object => ({ Effect: 'Allow', Action, Resource });
    const statements = [
      allowed('lambda:InvokeFunction', expansion.arnOf(from.id)),
      ...(queue === undefined ? [] : [allowed('sqs:SendMessage', queue)]),
    ];
    expansion.addBeside(from, roleId, 'AWS::IAM::Role', {
      AssumeRolePolicyDocument: {
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Allow',
            Action: ['sts:AssumeRole'],
            Principal: { Service: ['scheduler.amazonaws.com'] },
          },
        ],
      },
      PermissionsBoundary,
      Policies: [
        { PolicyName: `${id}Policy`, PolicyDocument: { Version: '2012-10-17', Statement: statements } },
      ],
    });
  }
  expansion.addBeside(from, id, 'AWS::Scheduler::Schedule', {
    FlexibleTimeWindow: { Mode: 'OFF' },
    ...rest,
    Name: Name ?? (OmitName === true ? undefined : id),
    Target: only({
      Arn: expansion.arnOf(from.id),
      RoleArn: RoleArn ?? attribute(roleId, 'Arn'),
      Input,
      RetryPolicy,
      DeadLetterConfig: queue === undefined ? undefined : { Arn: queue },
    }),
  });
};

/** Event kinds other than APIs. SAM specification, "EventSource". */
const EVENTS: Readonly<Record<string, Handler>> = {
  Schedule: (expansion, from, event) =>
    rule(expansion, from, event, { ScheduleExpression: event.properties.Schedule }),
  ScheduleV2: schedule,
  EventBridgeRule: byPattern,
  CloudWatchEvent: byPattern,
  SQS: mapping('Queue'),
  DynamoDB: mapping('Stream'),
  Kinesis: mapping('Stream'),
  SNS: topic,
  S3: bucket,
};

/** The event kinds that are supported here. */
export const EVENT_TYPES: readonly string[] = ['Api', 'HttpApi', ...Object.keys(EVENTS)];

export function addEvent(expansion: Expansion, from: SamResource, event: SamEvent): void {
  const handler = EVENTS[event.type];
  if (handler) handler(expansion, from, event);
  // An unknown kind is recorded as it is and listed with everything that is not emulated.
  else
    expansion.addBeside(
      from,
      `${from.id}${idPart(event.name)}`,
      `AWS::Serverless::${event.type}Event`,
      event.properties,
    );
}
