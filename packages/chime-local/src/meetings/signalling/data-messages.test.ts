import { describe, expect, it } from 'vitest';
import { ScriptedClock } from '#testkit';
import { MessageRoom } from './data-messages.ts';
import { DATA_MESSAGE_LIMITS, SIGNALLING_LIMITS } from './limits.ts';

describe('the messages that a meeting keeps', () => {
  it('A newcomer gets all kept messages within the limit of unsent bytes', () => {
    const room = new MessageRoom(new ScriptedClock());
    const { kept, dataBytes, lifetimeMs, topicLength } = DATA_MESSAGE_LIMITS;
    const message = {
      topic: 't'.repeat(topicLength),
      data: new Uint8Array(dataBytes),
      lifetimeMs,
      senderAttendeeId: 'a'.repeat(36),
      senderExternalUserId: 'e'.repeat(64),
      ingestTimeNs: 2 ** 60,
    };
    for (let n = 0; n < 2 * kept; n++) room.tell(message);
    let messages = 0;
    let bytes = 0;
    room.enter({
      sendBytes(sent) {
        messages++;
        bytes += sent.length;
      },
    });
    expect(messages).toBe(kept);
    expect(bytes).toBeLessThan(SIGNALLING_LIMITS.unsentBytes);
  });
});
