import { expect, it } from 'vitest';
import { openJournal } from '#platform';
import { ScriptedClock } from '#testkit';
import { LogGroups } from './index.ts';

it('A log group is made once, kept for its days and deleted', () => {
  const groups = new LogGroups(openJournal(undefined), new ScriptedClock());
  groups.create('/aws/lambda/app');
  expect(() => groups.create('/aws/lambda/app')).toThrow('already exists');
  groups.ensure('/aws/lambda/app');
  groups.retain('/aws/lambda/app', 30);
  expect(groups.list()).toMatchObject([{ name: '/aws/lambda/app', retentionDays: 30 }]);
  expect(() => groups.retain('/aws/lambda/app', 31)).toThrow('not 31');
  groups.retain('/aws/lambda/app', undefined);
  expect(groups.list()[0]).not.toHaveProperty('retentionDays');
  groups.delete('/aws/lambda/app');
  expect(() => groups.delete('/aws/lambda/app')).toThrow('does not exist');
  expect(() => groups.create('no name')).toThrow('no name of a log group');
});
