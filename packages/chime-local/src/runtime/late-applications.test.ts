import { expect, it } from 'vitest';
import { numberLateApplications } from './late-applications.ts';

function pretend() {
  const said: string[] = [];
  const numbers: { phoneNumber: string; sipMediaApplicationId: string; name: string }[] = [];
  let made = (): void => {};
  const statuses: string[] = [];
  const cloud = {
    giveNumbers: async () => {
      numbers.push({ phoneNumber: '+12015550101', sipMediaApplicationId: 'id', name: 'late' });
    },
    onApplicationMade(hear: () => void) {
      made = hear;
      return () => {
        made = () => {};
      };
    },
    stacks: { context: { store: { all: () => statuses.map((status) => ({ status })) } } },
  } as unknown as Parameters<typeof numberLateApplications>[0];
  const log = { info: (text: string) => said.push(text), warn: (text: string) => said.push(text) };
  const close = numberLateApplications(cloud, async () => [...numbers], log, 1);
  return { said, statuses, close, make: () => made() };
}

it('An application created by the API gets a number, which is logged', async () => {
  const { said, make, close } = pretend();
  make();
  await expect.poll(() => said).toEqual(['Dial +12015550101: it leads to late.']);
  close();
});

it('An application gets no number until its stack is complete', async () => {
  const { said, statuses, make, close } = pretend();
  statuses.push('CREATE_IN_PROGRESS');
  make();
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(said).toEqual([]);
  close();
});
