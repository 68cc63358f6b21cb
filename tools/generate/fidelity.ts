import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { type ProviderServices, providedTypes } from '#provision';
import { EVENT_TYPES, SAM_TYPES } from '#template';

/** Stands for any service: what types there are does not depend on it. */
const NO_SERVICES: ProviderServices = new Proxy(
  Object.assign(() => NO_SERVICES, {}),
  {
    get: () => NO_SERVICES,
  },
) as unknown as ProviderServices;

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
  return [...new Set(found)].sort();
}

/** docs/fidelity.md: what of AWS is here, from the code that does it. */
export function fidelityPage(): string {
  const { made, noted } = providedTypes(NO_SERVICES);
  return `# What of AWS is here

Written by \`npm run generate\` from the code. Actions of calls: [call-states.md](call-states.md); how deployments behave:
[cloudformation.md](cloudformation.md).

## Types of CloudFormation that are made

${bullets(made)}

Every \`Custom::…\` and \`AWS::CloudFormation::CustomResource\` is made by its function.

## Types that are noted and do nothing

They have plausible attributes, as every type that is not named on this page; for those a warning says so.

${bullets(noted)}

## SAM

${bullets(SAM_TYPES)}

Events of functions: ${EVENT_TYPES.join(', ')}.

## Services that answer, by the name in a request's signature

${bullets(signingNames())}

## Runtimes

- \`nodejs*\`: this machine's Node.js
- \`python3.*\`: this machine's Python
- \`provided*\`: the function's own \`bootstrap\`
`;
}
