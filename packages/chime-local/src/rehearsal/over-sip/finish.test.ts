import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { startRehearsal } from '../rehearsal.ts';

/** A handler that bridges its caller, and leaves the called party on the line. */
const HANDLER = `
const bridge = { Type: 'CallAndBridge', Parameters: { CallTimeoutSeconds: 30, CallerIdNumber: '+12015550100',
  Endpoints: [{ BridgeEndpointType: 'PSTN', Uri: '+12065550101' }] } };
exports.handler = async ({ InvocationEventType }) =>
  ({ SchemaVersion: '1.0', Actions: InvocationEventType === 'NEW_INBOUND_CALL' ? [bridge] : [] });
`;

it('At the end the bridged telephone hangs up after the caller', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'finish-'));
  writeFileSync(path.join(folder, 'handler.cjs'), HANDLER);
  const rehearsal = await startRehearsal({ handler: path.join(folder, 'handler.cjs') });
  onTestFinished(async () => {
    await rehearsal.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const app = await rehearsal.application({ over: 'sip' });
  const call = await app.dial();
  await call.answered();
  await call.quiet();
  await app.finish();
  const ends = call.events.filter((event) => event.InvocationEventType === 'HANGUP');
  expect(ends.map(({ ActionData }) => ActionData)).toMatchObject([
    { Parameters: { ParticipantTag: 'LEG-A' } },
    { Parameters: { ParticipantTag: 'LEG-B' } },
  ]);
}, 20_000);
