import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeFrame, encodeFrame, FRAME, PING, type SignalFrame } from './frames.ts';

const NOW = 1_792_000_000_000;

describe('frames', () => {
  it('A frame is a byte, then the fields that the client reads', () => {
    const bytes = encodeFrame({ timestampMs: 1, type: FRAME.PING_PONG, pingPong: { type: PING, pingId: 7 } });
    // 1: varint 1; 2: varint 19; 20 (two bytes of tag): 4 bytes; within: 1: varint 1; 2: varint 7.
    expect([...bytes]).toEqual([5, 0x08, 1, 0x10, 19, 0xa2, 0x01, 4, 0x08, 1, 0x10, 7]);
  });

  it('A frame keeps the fields that are present, and only those', () => {
    const frame: SignalFrame = {
      timestampMs: NOW,
      type: FRAME.AUDIO_STREAM_ID_INFO,
      audioStreamIdInfo: {
        streams: [
          { audioStreamId: 1, attendeeId: 'a', externalUserId: 'x', muted: false },
          { audioStreamId: 2, muted: true },
          { audioStreamId: 3, dropped: false },
        ],
      },
    };
    expect(decodeFrame(encodeFrame(frame))).toEqual(frame);
    const joinack = { timestampMs: NOW, type: FRAME.JOIN_ACK, joinack: { turnCredentials: {} } };
    expect(decodeFrame(encodeFrame(joinack))).toEqual(joinack);
  });

  it('Unknown fields of a frame are skipped', () => {
    const known = encodeFrame({ timestampMs: NOW, type: 21 });
    const metric = Buffer.concat([known, Buffer.from([0xb2, 0x01, 3, 1, 2, 3])]);
    expect(decodeFrame(metric)).toEqual({ timestampMs: NOW, type: 21 });
  });

  it('A frame without leading byte, type or time is refused', () => {
    const bytes = encodeFrame({ timestampMs: NOW, type: FRAME.JOIN, join: {} });
    expect(decodeFrame(bytes)).toBeDefined();
    expect(decodeFrame(bytes.subarray(1))).toBeUndefined();
    expect(decodeFrame(Buffer.concat([Buffer.of(1), bytes.subarray(1)]))).toBeUndefined();
    expect(decodeFrame(Buffer.of(5))).toBeUndefined();
    expect(decodeFrame(Buffer.alloc(0))).toBeUndefined();
    // Groups nested as deeply as the frame is long.
    expect(decodeFrame(Buffer.concat([Buffer.of(5), Buffer.alloc(60_000, 0x9b)]))).toBeUndefined();
  });

  it('The decoder never throws, whatever a frame contains', () => {
    const whole = encodeFrame({
      timestampMs: NOW,
      type: FRAME.DATA_MESSAGE,
      dataMessage: { messages: [{ topic: 'chat', data: Buffer.from('hello'), lifetimeMs: 1 }] },
    });
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(whole.length - 1), (noise, at) => {
        decodeFrame(Buffer.concat([Buffer.of(5), noise]));
        decodeFrame(Buffer.concat([whole.subarray(0, at), noise]));
        decodeFrame(Buffer.concat([whole.subarray(0, at), noise, whole.subarray(at)]));
      }),
      { numRuns: 500 },
    );
  });
});
