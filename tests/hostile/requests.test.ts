import { connect, type Socket } from 'node:net';
import { MEETING_NUMBER } from 'pstn-audio';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { join, plantTones, RunningStack, rowOf, type Telephone } from '#testkit';
import { RawPhone } from '../../packages/chime-local/src/calls/sip-edge/testing/raw-phone.ts';
import { GROUND, HOSTILE, json } from './hostile-requests.ts';
import { longestTurn } from './main-thread.ts';
import { sendSigned } from './signed-request.ts';

const CALLER = '+15557775090';
/**
 * Milliseconds for which the main thread may hear nobody else: a phone repeats an unanswered request after
 * 500 ms (RFC 3261, T1).
 */
const MOST_MS = 500;
/** Connections to each server that begin a request and never complete it. */
const SLOW = 200;

let stack: RunningStack;
let phone: Telephone;

beforeAll(async () => {
  stack = await RunningStack.start();
  await plantTones(stack);
  for (const request of GROUND) expect((await sendSigned(stack, request)).status).toBe(200);
  phone = await join(stack, CALLER);
  await rowOf(stack, CALLER);
});
afterAll(async () => {
  phone?.close();
  await stack?.stop();
});

describe('while a call is up, signed requests', () => {
  it.each(Object.entries(HOSTILE))('The main thread is soon free: %s', async (_what, hostile) => {
    const { result, ms } = await longestTurn(stack, sendSigned(stack, hostile));
    // A request that is refused for its signature would delay nobody.
    expect(result.text).not.toContain('SignatureDoesNotMatch');
    expect([result.status < 500 || result.status === 501, ms < MOST_MS ? 'soon' : `${ms} ms`]).toEqual([
      true,
      'soon',
    ]);
  });

  it('Requests that never end shut nobody out', async () => {
    const begun: Socket[] = [];
    for (const url of [stack.endpoints.awsEndpoint, stack.endpoints.api]) {
      const { hostname, port, host } = new URL(url);
      for (let n = 0; n < SLOW; n++) {
        const socket = connect(Number(port), hostname).on('error', () => {});
        const rest = n % 2 === 0 ? 'X-Slow: ' : 'Content-Length: 9\r\n\r\n1';
        socket.write(`POST / HTTP/1.1\r\nHost: ${host}\r\n${rest}`);
        begun.push(socket);
      }
    }
    const asked = await Promise.all([
      stack.post('/queryMeetings', {}),
      sendSigned(stack, json('sts', '', '')),
    ]);
    expect([asked[0].status, asked[1].status > 0]).toEqual([200, true]);
    for (const socket of begun) socket.destroy();
  });

  it.each([
    ['its application', () => stack.endpoints.phoneNumber],
    ['its meetings', () => MEETING_NUMBER],
  ])('A stranger cannot register the number of %s', async (_whose, number) => {
    const stranger = await RawPhone.udp(stack.endpoints.sip.port);
    expect(await stranger.register(number())).toMatch(/ 403 .*a number of the service/);
    await stranger.close();
  });

  it('The call has lost nothing meanwhile', async () => {
    const { heard } = phone.line;
    const gaps = heard
      .slice(1)
      .map(({ sequence, at }, n) => ({ at, lost: (sequence - heard[n]!.sequence - 1) & 0xffff }))
      .filter(({ lost }) => lost > 0);
    expect([gaps, phone.ended]).toEqual([[], false]);
    await rowOf(stack, CALLER);
  });
});
