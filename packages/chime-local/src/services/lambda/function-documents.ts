/** Functions, as the Lambda API names and shows them. */
import type { FunctionSpec } from '#lambda-runner';

/** What Lambda calls the code that is no published version. */
export const LATEST_VERSION = '$LATEST';

/**
 * The name or full ARN that the runner knows, from any form that the API takes: `name`, `name:qualifier`,
 * `ACCOUNT:function:name[:qualifier]`, or the full ARN. Lambda API reference, Invoke, FunctionName.
 */
export function functionNameOf(text: string): string {
  if (text.startsWith('arn:')) return text;
  return /^\d{12}:function:(.+)$/.exec(text)?.[1] ?? text;
}

/** FunctionConfiguration. The environment is left out: it may hold what only the function should read. */
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
