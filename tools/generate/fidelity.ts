import { readFileSync } from 'node:fs';
import path from 'node:path';
import { createChimeService, DynamoDb, S3 } from '#aws';
import { type ProviderServices, providedTypes } from '#provision';
import { apisOf } from '#runtime';
import { EVENT_TYPES, SAM_TYPES } from '#template';
import * as limits from '../../packages/chime-local/src/services/front/limits.ts';
import { MAX_MEMBERS } from '../../packages/chime-local/src/services/rest/input-limits.ts';
import { MAX_MARKS } from '../../packages/chime-local/src/services/s3/xml.ts';

/** An object with these members that returns itself for all others. */
function standIn(members: object = {}): ProviderServices {
  const made: ProviderServices = new Proxy(
    Object.assign(() => made, members),
    { get: (target, name) => Reflect.get(members, name) ?? (name === 'prototype' ? target.prototype : made) },
  ) as unknown as ProviderServices;
  return made;
}

/** Stands for any service: the list of types does not depend on it. */
const NO_SERVICES = standIn();

/** The APIs as a start creates them, but without real services: only their names are read. */
const APIS = apisOf(
  standIn({
    chime: createChimeService(NO_SERVICES as never, NO_SERVICES as never, ''),
    stores: standIn({ s3: S3.prototype, tables: DynamoDb.prototype }),
  }) as never,
);

/** Models of the Chime SDK. All their operations are handled: otherwise the API would not start. */
const MODELS = ['chime-sdk-voice', 'chime-sdk-meetings'];

/** One line for each service. */
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

const thousands = (count: number): string => count.toLocaleString('en-US');
const bullets = (names: readonly string[]): string => names.map((name) => `- \`${name}\``).join('\n');

const SERVICES = 'packages/chime-local/src/services';

/** The service names with which requests to the emulated APIs are signed. */
const signingNames = (): string[] => APIS.flatMap((api) => api.signingNames).sort();

/** docs/fidelity.md: which parts of AWS are emulated, from the code that does it. */
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

The operations of each. Any other operation is refused in the protocol of its service, and the terminal names it once:

${operationLines()}

## Requests that are refused here and not there

Calls are signalled on the thread that reads requests, so what would keep it is refused before it is read: JSON of more than
${thousands(limits.MAX_JSON_VALUES)} values (payloads of functions excepted) or ${thousands(limits.MAX_JSON_DEPTH)} levels, in a request or in a text of one; forms of more than
${thousands(limits.MAX_FORM_FIELDS)} fields (CloudWatch's excepted) or ${limits.MAX_FORM_BYTES / 2 ** 20} MB; XML of more than ${thousands(MAX_MARKS)} tags and
entities. A list or map in a request has at most ${thousands(MAX_MEMBERS)} members, where the service's own limit is not another.

## Runtimes

- \`nodejs*\`: this machine's Node.js
- \`python3.*\`: this machine's Python
- \`provided*\`: the function's own \`bootstrap\`

Each process has a folder of its own for temporary files: \`TMPDIR\`, which \`os.tmpdir()\` and \`tempfile\` give, and which goes
with it. A path that begins with \`/tmp\` by its letters is this machine's, which functions share. A function that keeps
more in its folder than its \`EphemeralStorage\` has is told so in its log; its writes go on.
`;
}
