import { readFileSync } from 'node:fs';
import { afterAll, expect, it, onTestFinished } from 'vitest';
import {
  descendants,
  eventually,
  hears,
  hearsSilence,
  hzOf,
  join,
  RunningStack,
  RuntimeFromOutside,
  reservedPortOptions,
  rowOf,
  rowsGone,
  runs,
} from '#testkit';
import { launchBrowser } from '../../testkit/browser.ts';
import { pagePhoneFlags, VOICES } from '../../testkit/page-phone/page-phone.ts';
import { joinByPage, pageWorld } from './page-world.ts';

/** Failures between the page and the runtime are reported in words, and leave nothing behind. */

const OTHER = '+15557770032';
const NOBODYS = '+19995550123';
/**
 * The runtime's ports are fixed, so that the page can call again at the same place after a killed runtime has
 * restarted.
 */
let ports: string[];
const world = pageWorld(async () => {
  ports = await reservedPortOptions();
  return ports;
});
let restarted: RunningStack | undefined;
afterAll(() => restarted?.stop());

it('An unassigned number is reported, and the phone can call again', async () => {
  const phone = await world.open();
  await phone.dial(NOBODYS);
  await phone.sees(`Nobody has the number ${NOBODYS}.`);
  await phone.call(world.stack.endpoints.phoneNumber);
  await phone.untilHears(hzOf('welcome.wav'));
  await phone.press('Hang up');
});

it('A call without its microphone is for listening and keys', async () => {
  const { stack } = world;
  const browser = await launchBrowser({ microphone: 'denied', flags: pagePhoneFlags('') });
  onTestFinished(() => browser.close());
  const [other, phone] = await Promise.all([join(stack, OTHER), joinByPage(world, {}, browser)]);
  await phone.sees('You can listen, but nobody hears you: the microphone is not allowed.');
  other.line.sayTone(VOICES.telephone);
  await phone.untilHears(VOICES.telephone);
  const packets = other.line.heard.length;
  await other.until('more sound', () => other.line.heard.length > packets + 10 && hearsSilence(other));
  await expect.poll(() => phone.microphones()).toEqual([]);
  expect(await rowOf(stack, await phone.ownNumber())).toMatchObject({ status: 'joined', muted: false });
  await other.hangUp();
});

/** The processes in which functions run. */
function functionProcesses(): number[] {
  return descendants(world.stack.pid).filter((pid) =>
    readFileSync(`/proc/${pid}/cmdline`, 'latin1').includes('lambda-runner'),
  );
}

it('A call that is cancelled while it rings leaves nothing behind', async () => {
  const { stack } = world;
  const phone = await world.open();
  const before = new RuntimeFromOutside(stack).udpPorts().length;
  const functions = functionProcesses();
  expect(functions.length).toBeGreaterThan(0);
  for (const pid of functions) process.kill(pid, 'SIGSTOP');
  try {
    await phone.dial();
    await phone.sees('Ringing…');
    await phone.press('Cancel');
    await phone.sees('Call cancelled');
    await expect.poll(() => phone.microphones()).toEqual(['ended']);
  } finally {
    for (const pid of functions) process.kill(pid, 'SIGCONT');
  }
  const own = await phone.ownNumber();
  await expect.poll(() => stack.output).toMatch(new RegExp(`\\${own} is gone after`));
  // Fewer, if the ports of an earlier call have finished resting meanwhile.
  await expect.poll(() => new RuntimeFromOutside(stack).udpPorts().length).toBeLessThanOrEqual(before);
  await phone.call();
  await phone.untilHears(hzOf('welcome.wav'));
});

it('A call that was hung up leaves no leg, port or microphone', async () => {
  const { stack } = world;
  const ports = () => new RuntimeFromOutside(stack).udpPorts().length;
  const before = ports();
  const phone = await joinByPage(world);
  const own = await phone.ownNumber();
  const media = await phone.mediaPort();
  expect(new RuntimeFromOutside(stack).udpPorts()).toContain(media);
  await expect.poll(() => phone.microphones()).toEqual(['live']);
  await phone.press('Hang up');
  await rowsGone(stack, own);
  await expect.poll(() => phone.microphones()).toEqual(['ended']);
  // The port rests before it is closed, so that late packets reach nobody else.
  await expect.poll(() => new RuntimeFromOutside(stack).udpPorts()).not.toContain(media);
  await expect.poll(ports).toBeLessThanOrEqual(before);
});

it('A killed runtime is reported, and calls work after its restart', async () => {
  const { stack, logged } = world;
  const [other, phone] = await Promise.all([join(stack, OTHER), joinByPage(world)]);
  other.line.sayTone(VOICES.telephone);
  await phone.untilHears(VOICES.telephone);
  await other.until('the page', () => hears(other, VOICES.microphone));
  const own = await phone.ownNumber();
  const children = descendants(stack.pid);
  await stack.stop('SIGKILL');
  await phone.sees('The server is gone');
  await phone.sees(`The connection was lost, and with it the call with ${stack.endpoints.phoneNumber}.`);
  await expect.poll(() => phone.microphones()).toEqual(['ended']);
  other.close();
  await eventually('functions die with the runtime', () => !children.some(runs));

  restarted = await RunningStack.start(['--data', logged.data, ...ports]);
  await phone.ready();
  expect(await phone.ownNumber()).toBe(own);
  await phone.listenFromNow();
  await phone.call();
  await phone.untilHears(hzOf('welcome.wav'));
  await phone.press('Hang up');
});
