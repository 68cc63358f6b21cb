import { expect, it } from 'vitest';
import { plausibleValue } from './plausible-values.ts';

const HERE = { region: 'us-east-1', accountId: '000000000000' };

it.each([
  ['AWS::Connect::PhoneNumber', 'Address', /^\+1[2-8]\d\d55501[1-4]\d$/],
  ['AWS::EC2::EIP', 'PublicIp', /^192\.0\.2\.\d+$/],
  ['AWS::EC2::Instance', 'PrivateDnsName', /^my-thing\.example\.com$/],
  ['AWS::ElasticLoadBalancingV2::LoadBalancer', 'DNSName', /^my-thing\.example\.com$/],
  ['AWS::Kinesis::Stream', 'Arn', /^arn:aws:kinesis:us-east-1:000000000000:My_Thing$/],
  ['AWS::Connect::Instance', 'Id', /^My_Thing-Id$/],
])('A stand-in has the format of %s.%s', (type, name, kind) => {
  expect(plausibleValue({ type, name, physicalId: 'My_Thing' }, HERE)).toMatch(kind);
});
