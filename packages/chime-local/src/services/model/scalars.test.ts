import { expect, it } from 'vitest';
import { createInputChecker } from './input-checker.ts';
import { loadServiceModel } from './service-model.ts';

const checker = createInputChecker(loadServiceModel('chime-sdk-voice'));

it('A string that represents a boolean or number is converted', async () => {
  const input = {
    SipRuleId: 'r',
    Name: 'front door',
    Disabled: 'TRUE',
    TargetApplications: [{ SipMediaApplicationId: 'a', Priority: '2', AwsRegion: 'us-east-1' }],
  };
  const targets = input.TargetApplications;
  await checker.check('UpdateSipRuleRequest', input);
  expect(input).toMatchObject({ Disabled: true });
  expect(targets[0]).toMatchObject({ Priority: 2 });
});

it('A string that represents neither is refused', async () => {
  const input = { Name: 'trunk', RequireEncryption: 'perhaps' };
  expect(await checker.check('CreateVoiceConnectorRequest', input)).toBe(
    'RequireEncryption must be boolean (it is "perhaps")',
  );
});
