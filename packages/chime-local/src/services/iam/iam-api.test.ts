import { expect, it } from 'vitest';
import { openJournal } from '#platform';
import { sdkSigner } from '../front/testing/signer.ts';
import { ACCOUNT, OPERATOR, REGION, startFront } from '../testing/endpoint.ts';
import { createAuthorizer, createIam, Iam } from './index.ts';

const SERVICE = 'voiceconnector.chime.amazonaws.com';
const NAME = 'AWSServiceRoleForAmazonChimeVoiceConnector';

async function startIam(journal = openJournal(undefined)) {
  const iam = new Iam();
  const simulate = createAuthorizer({
    iam,
    accountId: ACCOUNT,
    now: () => 0,
    onRefused() {},
    onUnknownPolicy() {},
  });
  const front = await startFront([createIam({ iam, accountId: ACCOUNT, region: REGION, journal, simulate })]);
  const { hostname, port } = new URL(front.endpoint);
  const signer = sdkSigner('iam', OPERATOR);
  /** Returns the status and body of an answer. */
  async function ask(members: Record<string, string>): Promise<string> {
    const headers = {
      host: `${hostname}:${port}`,
      'content-type': 'application/x-www-form-urlencoded',
    };
    const body = new URLSearchParams({ Version: '2010-05-08', ...members }).toString();
    const request = {
      method: 'POST',
      protocol: 'http:',
      hostname,
      port: Number(port),
      path: '/',
      headers,
      body,
    };
    const signed = (await signer.sign(request as never)) as unknown as { headers: Record<string, string> };
    const response = await fetch(front.endpoint, { method: 'POST', headers: signed.headers, body });
    return `${response.status} ${await response.text()}`;
  }
  return { iam, front, ask };
}

it('A service-linked role is created once, survives a restart and is deleted', async () => {
  const journal = openJournal(undefined);
  const first = await startIam(journal);
  const create = { Action: 'CreateServiceLinkedRole', AWSServiceName: SERVICE };
  expect(await first.ask(create)).toContain(`role/aws-service-role/${SERVICE}/${NAME}</Arn>`);
  expect(await first.ask(create)).toContain(`Service role name ${NAME} has been taken`);
  await first.front.close();
  const second = await startIam(journal);
  expect(await second.ask({ Action: 'GetRole', RoleName: NAME })).toMatch(/^200 /);
  expect(await second.ask({ Action: 'DeleteServiceLinkedRole', RoleName: NAME })).toMatch(/^200 /);
  expect(await second.ask({ Action: 'GetRole', RoleName: NAME })).toContain('NoSuchEntity');
  expect(await second.ask({ ...create, AWSServiceName: 'nobody' })).toContain('can not be found');
  await second.front.close();
});

it('The policy simulator tells what a role may do', async () => {
  const { iam, front, ask } = await startIam();
  const arn = `arn:aws:iam::${ACCOUNT}:role/deployer`;
  const statements = [
    { Effect: 'Allow', Action: 'chime:*', Resource: '*' },
    { Effect: 'Deny', Action: 'chime:DeletePhoneNumber', Resource: '*' },
  ];
  iam.putRole({
    name: 'deployer',
    arn,
    roleId: 'AROA1',
    trustPolicy: {},
    inline: new Map([['own', { Statement: statements }]]),
    attached: [],
  });
  const simulated = await ask({
    Action: 'SimulatePrincipalPolicy',
    PolicySourceArn: arn,
    'ActionNames.member.1': 'chime:ListPhoneNumbers',
    'ActionNames.member.2': 'chime:DeletePhoneNumber',
    'ActionNames.member.3': 'ssm:GetParameter',
  });
  const decisions = [...simulated.matchAll(/<EvalDecision>(\w+)</g)].map(([, decision]) => decision);
  expect(decisions).toEqual(['allowed', 'explicitDeny', 'implicitDeny']);
  const many = Array.from({ length: 101 }, (_, n) => [
    [`ActionNames.member.${n + 1}`, `s3:Get${n}`],
    [`ResourceArns.member.${n + 1}`, `arn:aws:s3:::${n}`],
  ]).flat();
  const refused = await ask({
    Action: 'SimulatePrincipalPolicy',
    PolicySourceArn: arn,
    ...Object.fromEntries(many),
  });
  expect(refused).toMatch(/^400 .*InvalidInput.*at most 10000 here, not 10201/s);
  await front.close();
});
