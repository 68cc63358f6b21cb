/** The names and documents of functions in the Lambda API. */
import type { FunctionSpec } from '#lambda-runner';

/** Lambda's name for the unpublished version of a function. */
export const LATEST_VERSION = '$LATEST';

/**
 * The name or full ARN under which the runner knows a function, from any form that the API accepts: `name`,
 * `name:qualifier`, `ACCOUNT:function:name[:qualifier]`, or the full ARN. Lambda API reference, Invoke,
 * FunctionName.
 */
export function functionNameOf(text: string): string {
  if (text.startsWith('arn:')) return text;
  return /^\d{12}:function:(.+)$/.exec(text)?.[1] ?? text;
}

/**
 * The FunctionConfiguration. It omits the environment, which may hold secrets that only the function should
 * read.
 */
export function showConfiguration(spec: FunctionSpec): object {
  return {
    FunctionName: spec.functionName,
    FunctionArn: spec.version === undefined ? spec.arn : `${spec.arn}:${spec.version}`,
    Runtime: spec.runtime,
    Handler: spec.handler,
    Timeout: spec.timeoutSeconds,
    MemorySize: spec.memoryMegabytes,
    ...(spec.ephemeralStorageMegabytes === undefined
      ? {}
      : { EphemeralStorage: { Size: spec.ephemeralStorageMegabytes } }),
    Version: spec.version ?? LATEST_VERSION,
    PackageType: 'Zip',
    State: 'Active',
    LastUpdateStatus: 'Successful',
    Architectures: ['x86_64'],
  };
}
