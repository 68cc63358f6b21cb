import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { type ProviderServices, providedTypes } from '#provision';
import { apisOf } from '#runtime';
import { EVENT_TYPES, SAM_TYPES } from '#template';

/** Stands for any service: what types there are does not depend on it. */
const NO_SERVICES: ProviderServices = new Proxy(
  Object.assign(() => NO_SERVICES, {}),
  {
    get: () => NO_SERVICES,
  },
) as unknown as ProviderServices;

/** The APIs as a start makes them, but of nothing: only their names are read. Whatever is a stand-in has none. */
const APIS = apisOf(NO_SERVICES as never).filter(({ signingNames }) => Array.isArray(signingNames));

/** Models of the Chime SDK, whose operations are all handled: the API does not start otherwise. */
const MODELS = ['chime-sdk-voice', 'chime-sdk-meetings'];

/** A line for each service that has its operations in a list. */
function operationLines(): string {
  const listed = APIS.map(
    ({ signingNames, operations = [] }) => [signingNames[0] ?? '', operations] as const,
  );
  const modelled = MODELS.map((name) => {
    const text = readFileSync(path.join(SERVICES, 'model', name, 'model.json'), 'utf8');
    const { operations } = JSON.parse(text) as { operations: object };
    return [`chime (${name})`, Object.keys(operations)] as const;
  });
  return [...modelled, ...listed]
    .filter(([, operations]) => operations.length > 0)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, operations]) => `- \`${name}\`: ${[...operations].sort().join(', ')}`)
    .join('\n');
}

const bullets = (names: readonly string[]): string => names.map((name) => `- \`${name}\``).join('\n');

const SERVICES = 'packages/chime-local/src/services';

/** Names by which requests to the emulated APIs are signed, as each service's source says. */
function signingNames(): string[] {
  const files = readdirSync(SERVICES, { recursive: true, encoding: 'utf8' });
  const found = files.flatMap((file) => {
    if (!file.endsWith('.ts') || /\.test\.ts$|testing\//.test(file)) return [];
    const text = readFileSync(path.join(SERVICES, file), 'utf8');
    const [, list = ''] =
      /(?:signingNames\s*[:=]|createJsonService\(\s*'[^']*',)\s*\[([^\]]*)\]/.exec(text) ?? [];
    return [...list.matchAll(/'([^']+)'/g)].map(([, name]) => name as string);
  });
  return [...new Set([...found, ...APIS.flatMap(({ signingNames }) => signingNames)])].sort();
}

/** docs/fidelity.md: what of AWS is here, from the code that does it. */
export function fidelityPage(): string {
  const { made, recorded } = providedTypes(NO_SERVICES);
  return `# What of AWS is here

Written by \`npm run generate\` from the code. Actions of calls: [call-states.md](call-states.md); how deployments behave:
[cloudformation.md](cloudformation.md).

## Types of CloudFormation that are made

${bullets(made)}

Every \`Custom::…\` and \`AWS::CloudFormation::CustomResource\` is made by its function.

## Types that are recorded in their stack and do nothing

They have plausible attributes, as every type that is not named on this page; for those a warning says so.

${bullets(recorded)}

## SAM

${bullets(SAM_TYPES)}

Events of functions: ${EVENT_TYPES.join(', ')}.

## Services that answer, by the name in a request's signature

${bullets(signingNames())}

Their operations, where a service has them in a list (S3, DynamoDB, Lambda and Polly have protocols of their own):

${operationLines()}

## Runtimes

- \`nodejs*\`: this machine's Node.js
- \`python3.*\`: this machine's Python
- \`provided*\`: the function's own \`bootstrap\`
`;
}
