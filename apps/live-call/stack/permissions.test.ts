import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { beforeAll, describe, expect, it } from 'vitest';
import { LiveCallStack } from './live-call-stack.ts';
import { callsOf, callsOfPython } from './testing/sdk-calls.ts';

interface Statement {
  Effect: string;
  Action: string | string[];
  Resource: unknown;
}
interface PolicyResource {
  Properties: { Roles: { Ref: string }[]; PolicyDocument: { Statement: Statement[] } };
}

let policies: PolicyResource[];

beforeAll(() => {
  const app = new App({ builtinCloudFormationValidation: false, context: { 'aws:cdk:bundling-stacks': [] } });
  // With its own application type, the function of the custom resources calls everything that it ever calls.
  const props = { env: { account: '111122223333', region: 'us-west-2' }, ownApplicationType: true };
  const template = Template.fromStack(new LiveCallStack(app, 'LiveCall', props));
  policies = Object.values(template.findResources('AWS::IAM::Policy')) as unknown as PolicyResource[];
}, 180_000);

const list = <T>(value: T | T[]): T[] => (Array.isArray(value) ? value : [value]);

/** What the policies of a function's role allow it: `dynamodb:Query meetingInfo`, `chime:CreateMeeting`. */
function granted(role: string): string[] {
  const statements = policies
    .filter(({ Properties }) => Properties.Roles.some(({ Ref }) => Ref.startsWith(`${role}Role`)))
    .flatMap(({ Properties }) => Properties.PolicyDocument.Statement);
  const allowed = statements.flatMap(({ Action, Resource }) =>
    list(Action).flatMap((action) => {
      if (!action.startsWith('dynamodb:')) return [action];
      return list(Resource).map((one) => {
        const [table = ''] = (one as { 'Fn::GetAtt'?: string[] })['Fn::GetAtt'] ?? [];
        return `${action} ${table.replace(/[0-9A-F]{8}$/, '')}`;
      });
    }),
  );
  return [...new Set(allowed)].sort();
}

describe('the policy of a function', () => {
  it.each([
    ['smaHandler', 'sma-handler'],
    ['updateCallNode', 'update-call-node'],
    ['queryMeetings', 'query-meetings'],
    ['createMeeting', 'create-meeting'],
    ['joinMeeting', 'join-meeting'],
    ['setAttendeeAudio', 'set-attendee-audio'],
    ['removeAttendee', 'remove-attendee'],
    ['TelephonychimeResources', 'chime-resources'],
  ])('The policy of %s allows what its sources call, and nothing else', (role, folder) => {
    const called = callsOf(folder);
    expect(called.length).toBeGreaterThan(1);
    expect(granted(role)).toEqual(called);
  });

  it('The Python twin may do what its sources call, and nothing else', () => {
    const called = callsOfPython();
    expect(called.length).toBeGreaterThan(3);
    expect(granted('updateCallPython')).toEqual(called);
  });
});
