import { policyAllows } from '#aws';
import type { AudioObjects, FunctionError, InvocationOutcome } from '#call-host';
import { framesOf, LambdaServiceError } from '#lambda-runner';
import { CHIME_PRINCIPAL } from '#provision';
import type { RecordingStore } from '#recordings';
import type { EmulatedCloud } from './emulated-cloud.ts';
import { ACCOUNT_ID } from './home.ts';

/** What the service needs in order to read and invoke on the application's behalf. */
export interface ServiceAccess {
  cloud: EmulatedCloud;
  region: string;
}

/** Maximum number of policies that are kept parsed, as one is needed for each prompt. Ours. */
const MAX_PARSED = 100;
const parsedPolicies = new Map<string, unknown>();

/** The parsed policy; the same object for the same text. */
function documentOf(policy: string): unknown {
  if (!parsedPolicies.has(policy)) {
    if (parsedPolicies.size >= MAX_PARSED) parsedPolicies.clear();
    parsedPolicies.set(policy, JSON.parse(policy));
  }
  return parsedPolicies.get(policy);
}

/** Whether a bucket's policy allows the service the action on behalf of any application. */
function isAllowed({ cloud, region }: ServiceAccess, action: string, bucket: string, key: string): boolean {
  const policy = cloud.s3.getBucketPolicy(bucket);
  return cloud.voice.applicationIds().some((id) =>
    policyAllows(policy === undefined ? undefined : documentOf(policy), {
      principalService: CHIME_PRINCIPAL,
      action,
      resourceArn: `arn:aws:s3:::${bucket}/${key}`,
      sourceAccount: ACCOUNT_ID,
      sourceArn: `arn:aws:chime:${region}:${ACCOUNT_ID}:sma/${id}`,
    }),
  );
}

/** Reads prompts as the service does: as its principal, under the bucket's policy. */
export function audioObjects(access: ServiceAccess): AudioObjects {
  const { cloud } = access;
  const readable = (bucket: string, key: string): boolean => isAllowed(access, 's3:GetObject', bucket, key);
  return {
    version: (bucket, key) => (readable(bucket, key) ? cloud.s3.head(bucket, key)?.etag : undefined),
    read: async (bucket, key) => (await cloud.s3.read(bucket, key))?.body,
  };
}

/** Stores recordings as the service does: as its principal, under the bucket's policy. */
export function recordingStore(access: ServiceAccess): RecordingStore {
  const { cloud } = access;
  return {
    objection(bucket, key) {
      if (!cloud.s3.bucketNames().includes(bucket)) return `there is no bucket ${bucket}.`;
      const missing = ['s3:PutObject', 's3:PutObjectAcl'].filter(
        (action) => !isAllowed(access, action, bucket, key),
      );
      if (missing.length === 0) return undefined;
      return `the bucket's policy does not allow ${CHIME_PRINCIPAL} ${missing.join(' and ')} on it.`;
    },
    putFile: (place, file, about) => cloud.s3.putFile(place, file, about),
  };
}

/** Matches the application's id in an event; quotation marks in text from elsewhere are escaped and cannot match. */
const APPLICATION = /"SipMediaApplicationId":"([^"]+)"/;

/** Whether the function's own policy allows the service to invoke it. */
function mayInvoke(
  { functionPolicies }: EmulatedCloud,
  { functionName, arn }: { functionName: string; arn: string },
  sourceArn: string,
): boolean {
  return policyAllows(functionPolicies.document(functionName, arn), {
    principalService: CHIME_PRINCIPAL,
    action: 'lambda:InvokeFunction',
    resourceArn: arn,
    sourceAccount: ACCOUNT_ID,
    sourceArn,
  });
}

/** The error in Lambda's error document; Python's runtime uses another name for the stack trace. */
function functionErrorIn(text: string): FunctionError {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    document = undefined;
  }
  const { errorType, errorMessage, trace, stackTrace } = (document ?? {}) as Record<string, unknown>;
  const lines = Array.isArray(trace) ? trace : Array.isArray(stackTrace) ? stackTrace : [];
  return {
    type: typeof errorType === 'string' ? errorType : 'Error',
    message: typeof errorMessage === 'string' ? errorMessage : text.slice(0, 500),
    frames: framesOf(lines.map(String)),
  };
}

/** Invokes functions as the service does: only those whose policy allows it. */
export function invoker({ cloud, region }: ServiceAccess) {
  return async (
    functionArn: string,
    payload: string,
    urgency: 'live' | 'new',
    requestId: string,
    source: string | undefined,
  ): Promise<InvocationOutcome> => {
    const spec = cloud.functions.find(functionArn);
    const sourceArn = `arn:aws:chime:${region}:${ACCOUNT_ID}:sma/${APPLICATION.exec(payload)?.[1] ?? ''}`;
    if (spec && !mayInvoke(cloud, spec, sourceArn)) {
      const message = `Access denied while invoking the AWS Lambda function. (No AWS::Lambda::Permission for ${CHIME_PRINCIPAL} with SourceArn ${sourceArn}.)`;
      return { ok: false, reason: 'accessDenied', message };
    }
    try {
      const result = await cloud.functions.invoke(functionArn, payload, urgency, requestId, source);
      const { payload: answer, functionError, coldStart, source: file } = result;
      const about = { coldStart, ...(file === undefined ? {} : { source: file }) };
      if (!functionError) return { ok: true, payload: answer, ...about };
      const message = `The function failed: ${answer.slice(0, 500)}`;
      return { ok: false, reason: 'error', message, error: functionErrorIn(answer), ...about };
    } catch (error) {
      const throttled = error instanceof LambdaServiceError && error.statusCode === 429;
      const reason = throttled ? 'throttled' : 'unavailable';
      const message = throttled ? 'The AWS Lambda function was throttled.' : (error as Error).message;
      return { ok: false, reason, message };
    }
  };
}
