import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { expect, it } from 'vitest';
import { LiveCallStack } from './live-call-stack.ts';

const HANDLER = path.resolve(import.meta.dirname, '..', 'handlers', 'chime-resources');

/** The operations that the policies of a stack grant to the function of the custom resources, but for its log. */
function granted(): string[] {
  const app = new App({ context: { 'aws:cdk:bundling-stacks': [] } });
  const props = { env: { account: '111122223333', region: 'us-west-2' }, ownApplicationType: true };
  const template = Template.fromStack(new LiveCallStack(app, 'LiveCall', props));
  const policies = template.findResources('AWS::IAM::Policy') as Record<
    string,
    {
      Properties: {
        Roles: { Ref: string }[];
        PolicyDocument: { Statement: { Action: string | string[] }[] };
      };
    }
  >;
  return Object.values(policies)
    .filter(({ Properties }) => Properties.Roles.some(({ Ref }) => Ref.startsWith('TelephonychimeResources')))
    .flatMap(({ Properties }) => Properties.PolicyDocument.Statement.flatMap(({ Action }) => Action))
    .filter((action) => !action.startsWith('logs:'));
}

/** The operations whose commands its sources make. */
function called(): string[] {
  const files = readdirSync(HANDLER).filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'));
  const made = files.flatMap((name) => {
    const source = readFileSync(path.join(HANDLER, name), 'utf8');
    const service = source.includes("'@aws-sdk/client-cloudformation'") ? 'cloudformation' : 'chime';
    const commands = source.matchAll(/new ([A-Z][A-Za-z]+)Command\(/g);
    return [...commands].map(([, operation]) => `${service}:${operation}`);
  });
  return [...new Set(made)];
}

it('grants the function of the custom resources what it calls, and no more', () => {
  expect(granted().sort()).toEqual(called().sort());
}, 60_000);
