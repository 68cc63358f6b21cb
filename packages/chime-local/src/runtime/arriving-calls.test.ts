import { describe, expect, it } from 'vitest';
import { createLog } from '#platform';
import { takeCall } from './arriving-calls.ts';

type Arguments = Parameters<typeof takeCall>;

/**
 * Sends a call to a server with one number, whose function is busy or not. Returns log lines, listed refusals
 * and statuses.
 */
function arrive({ to, isCrowded = false }: { to: string; isCrowded?: boolean }) {
  const [said, listed, hungUp]: [string[], object[], number[]] = [[], [], []];
  const functionArn = 'arn:aws:lambda:us-east-1:000000000000:function:answer';
  const leg = {
    ...{ legId: 'leg', from: '+15557770001', to, transport: 'udp' },
    source: { address: '127.0.0.1', port: 5070 },
  };
  const lines = { hangUp: (_legId: string, status: number) => hungUp.push(status) };
  const options = {
    cloud: {
      voice: {
        routeForHost: () => undefined,
        routeForNumber: (number: string) =>
          number === '+12015550100' ? { targets: [{ functionArn }] } : undefined,
      },
      functions: { isCrowded: () => isCrowded },
    },
    activity: { callRefused() {} },
    serviceRecords: { refused: (call: object) => listed.push(call) },
    log: createLog((level, _name, text) => said.push(`${level} ${text}`)),
  };
  takeCall(leg as unknown as Arguments[0], { lines: { lines } } as unknown as Arguments[1], options as never);
  return { said, listed, hungUp };
}

describe('a call that reaches no application', () => {
  it('A refused call is logged with its reason and the cure', () => {
    const unknown = arrive({ to: '+19995550123' });
    expect(unknown.hungUp).toEqual([404]);
    expect(unknown.said).toEqual([
      'warn +15557770001 at 127.0.0.1:5070 called +19995550123 and was refused with 404: no SIP rule serves that number. Dial a number that the start has printed, or give this one a SIP rule.',
    ]);

    const crowded = arrive({ to: '+12015550100', isCrowded: true });
    expect(crowded.hungUp).toEqual([503]);
    expect(crowded.said).toEqual([
      'warn +15557770001 at 127.0.0.1:5070 called +12015550100 and was refused with 503: more calls come than the function answer can take. Call again in a few seconds; if it goes on, let fewer calls come at once or make the function quicker.',
    ]);
  });

  it('A refused call is added to the list of refused calls', () => {
    for (const call of [{ to: '+19995550123' }, { to: '+12015550100', isCrowded: true }]) {
      const { listed, hungUp } = arrive(call);
      expect(listed).toEqual([
        expect.objectContaining({
          status: hungUp[0],
          to: call.to,
          why: expect.any(String),
          cure: expect.any(String),
        }),
      ]);
    }
  });
});
