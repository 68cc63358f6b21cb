import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Code, Function as LambdaFunction, LoggingFormat, Runtime } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { handlerCode } from './handler-code.ts';

const APP = join(dirname(fileURLToPath(import.meta.url)), '..');

export interface NodeFunctionProps {
  /** Folder in `handlers` whose `handler.ts` exports `handler`. */
  readonly entry: string;
  readonly description: string;
  readonly memoryMegabytes: number;
  readonly timeoutSeconds: number;
  /** The function has no variables of its own when absent. */
  readonly environment?: Record<string, string>;
}

/** Creates a TypeScript function. */
export function nodeFunction(scope: Construct, id: string, props: NodeFunctionProps): LambdaFunction {
  const logGroup = functionLog(scope, id);
  return new LambdaFunction(scope, id, {
    description: props.description,
    code: handlerCode(scope, props.entry),
    handler: 'index.handler',
    runtime: Runtime.NODEJS_24_X,
    memorySize: props.memoryMegabytes,
    timeout: Duration.seconds(props.timeoutSeconds),
    role: functionRole(scope, id, logGroup),
    logGroup,
    loggingFormat: LoggingFormat.TEXT,
    // Stack traces refer to the sources: the bundle's source map is beside it.
    environment: { NODE_OPTIONS: '--enable-source-maps', ...props.environment },
  });
}

/** Creates `updateCallPython`, which uses the runtime's own boto3. */
export function updateCallPythonFunction(
  scope: Construct,
  environment: Record<string, string>,
): LambdaFunction {
  const id = 'updateCallPython';
  const logGroup = functionLog(scope, id);
  return new LambdaFunction(scope, id, {
    description: 'POST /updateCallPython: asks the SIP media application to change a call',
    code: Code.fromAsset(join(APP, 'handlers-python', 'update_call'), {
      exclude: ['test_*', '__pycache__', '*.pyc'],
    }),
    handler: 'handler.handler',
    runtime: Runtime.PYTHON_3_13,
    memorySize: 1024,
    timeout: Duration.seconds(10),
    role: functionRole(scope, id, logGroup),
    logGroup,
    environment,
  });
}

/** Each function has its own log group, so that its role can name it and log lines expire. */
function functionLog(scope: Construct, id: string): LogGroup {
  return new LogGroup(scope, `${id}Log`, {
    retention: RetentionDays.ONE_MONTH,
    removalPolicy: RemovalPolicy.DESTROY,
  });
}

/** A role that may write to that log group only; other permissions are granted where they are needed. */
function functionRole(scope: Construct, id: string, logGroup: LogGroup): Role {
  return new Role(scope, `${id}Role`, {
    assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
    inlinePolicies: {
      log: new PolicyDocument({
        statements: [
          new PolicyStatement({
            actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
            resources: [logGroup.logGroupArn],
          }),
        ],
      }),
    },
  });
}
