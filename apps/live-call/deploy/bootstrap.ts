/** The CDK bootstrap stack, found by the SSM parameter that every bootstrap stack writes, whatever the stack's name. */
import { type Aws, AwsFailure } from './programs.ts';

/** The CDK's own qualifier. CDK developer guide, "Customize CDK bootstrapping". */
export const DEFAULT_QUALIFIER = 'hnb659fds';

export interface Bootstrap {
  qualifier: string;
  /** Undefined: this account has no bootstrap in the Region. */
  version?: number;
}

const PARAMETER = /^\/cdk-bootstrap\/([^/]+)\/version$/;

/**
 * Finds the bootstrap of the given qualifier; without one, that of the CDK's own qualifier, or the only one
 * there is.
 */
export async function findBootstrap(aws: Aws, wanted: string | undefined): Promise<Bootstrap> {
  const own = await versionOf(aws, wanted ?? DEFAULT_QUALIFIER);
  if (own !== undefined) return { qualifier: wanted ?? DEFAULT_QUALIFIER, version: own };
  if (wanted !== undefined) return { qualifier: wanted };
  const others = await list(aws);
  const [only] = others;
  return others.length === 1 && only ? only : { qualifier: DEFAULT_QUALIFIER };
}

async function versionOf(aws: Aws, qualifier: string): Promise<number | undefined> {
  try {
    const { Parameter } = await aws.call<{ Parameter: { Value: string } }>(
      'ssm',
      'get-parameter',
      '--name',
      `/cdk-bootstrap/${qualifier}/version`,
    );
    return Number(Parameter.Value);
  } catch (error) {
    if (error instanceof AwsFailure && error.is('ParameterNotFound')) return undefined;
    throw error;
  }
}

async function list(aws: Aws): Promise<Bootstrap[]> {
  const { Parameters = [] } = await aws.call<{ Parameters?: { Name: string; Value: string }[] }>(
    'ssm',
    'get-parameters-by-path',
    '--path',
    '/cdk-bootstrap',
    '--recursive',
  );
  return Parameters.flatMap(({ Name, Value }) => {
    const qualifier = PARAMETER.exec(Name)?.[1];
    return qualifier === undefined ? [] : [{ qualifier, version: Number(Value) }];
  });
}
