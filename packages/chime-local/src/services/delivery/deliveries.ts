/**
 * Delivers what one service sends to another, to a function or a queue, if the target's policy permits it.
 */
import type { LambdaRunner } from '#lambda-runner';
import type { Log } from '#platform';
import type { AsyncInvoker, FunctionPolicies } from '../lambda/index.ts';
import { policyAllows } from '../s3/bucket-policy.ts';
import type { NewMessage, Queues } from '../sqs/index.ts';

/** The sender: the principal of the service and the ARN of the topic or rule. */
export interface DeliverySource {
  principal: string;
  arn: string;
}

export interface Deliveries {
  /** Invokes a function with an event, asynchronously, as AWS services do. */
  toFunction(arn: string, payload: object, source: DeliverySource): void;
  toQueue(arn: string, message: NewMessage, source: DeliverySource): void;
}

export interface DeliveriesOptions {
  functions: Pick<LambdaRunner, 'find'>;
  functionPolicies: FunctionPolicies;
  invoker: AsyncInvoker;
  queues: Queues;
  accountId: string;
  log: Log;
}

/** How many different refusals are reported; the log contains all of them. Ours. */
const MAX_TOLD = 100;

export function createDeliveries(options: DeliveriesOptions): Deliveries {
  const { functions, functionPolicies, invoker, queues, accountId, log } = options;
  const told = new Set<string>();
  const refuse = (text: string): void => {
    const known = told.has(text) || told.size >= MAX_TOLD;
    told.add(text);
    log[known ? 'debug' : 'warn'](text);
  };
  const allows = (policy: unknown, action: string, resourceArn: string, source: DeliverySource): boolean =>
    policyAllows(policy, {
      principalService: source.principal,
      action,
      resourceArn,
      sourceAccount: accountId,
      sourceArn: source.arn,
    });
  return {
    toFunction(arn, payload, source) {
      const spec = functions.find(arn);
      if (!spec) return refuse(`${source.arn} has something for ${arn}, but there is no such function here.`);
      const policy = functionPolicies.document(spec.functionName, spec.arn);
      if (allows(policy, 'lambda:InvokeFunction', spec.arn, source)) {
        return invoker.invoke(arn, JSON.stringify(payload));
      }
      refuse(
        `${source.arn} may not invoke ${spec.functionName}: its function policy has no AWS::Lambda::Permission for ${source.principal}.`,
      );
    },
    toQueue(arn, message, source) {
      const queue = queues.find(arn);
      if (!queue || queue.arn !== arn) {
        return refuse(`${source.arn} has something for ${arn}, but there is no such queue here.`);
      }
      const { Policy } = queue.attributes;
      if (!allows(Policy ? JSON.parse(Policy) : undefined, 'sqs:SendMessage', arn, source)) {
        return refuse(
          `${source.arn} may not send to ${queue.name}: the queue's policy does not let ${source.principal} do sqs:SendMessage.`,
        );
      }
      try {
        queues.send(queue.name, message);
      } catch (error) {
        refuse(`${source.arn} could not send to ${queue.name}: ${(error as Error).message}`);
      }
    },
  };
}
