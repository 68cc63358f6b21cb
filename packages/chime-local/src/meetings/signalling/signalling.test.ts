import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ScriptedClock } from '#testkit';
import { MeetingClient } from './testing/meeting-client.ts';
import { CLIENT_OFFER, openPretendMeeting, type PretendMeeting } from './testing/pretend-meeting.ts';
import { FRAME } from './wire/frames.ts';

let clock: ScriptedClock;
let meeting: PretendMeeting;

beforeEach(async () => {
  clock = new ScriptedClock();
  meeting = await openPretendMeeting({ clock });
});

afterEach(async () => {
  const closing = meeting.close();
  clock.advance(10_000);
  await closing;
  expect(clock.pending).toBe(0);
  expect(meeting.edge.connections).toBe(0);
  expect(meeting.media.open.size).toBe(0);
  expect(meeting.logged.join('\n')).not.toMatch(/token-/);
});

/** Joins up to the answer to SUBSCRIBE. */
async function subscribed(token: string, muted = false): Promise<{ client: MeetingClient; id: string }> {
  const client = await MeetingClient.open(meeting.url, token);
  client.join();
  await client.take(FRAME.INDEX);
  client.subscribe(CLIENT_OFFER, muted);
  await client.take(FRAME.SUBSCRIBE_ACK);
  return { client, id: meeting.handler.ids.at(-1)! };
}

/** Joins until the client's sound flows. */
async function joined(token: string): Promise<{ client: MeetingClient; id: string }> {
  const there = await subscribed(token);
  meeting.edge.transportUp(there.id);
  return there;
}

describe('joining', () => {
  it('SUBSCRIBE opens a leg; the arrival is reported when sound flows', async () => {
    const { handler, media, edge } = meeting;
    const client = await MeetingClient.open(meeting.url, 'token-ann');
    expect(client.socket.protocol).toBe('_aws_wt_session');
    expect(client.socket.extensions).toBe('');
    client.join();
    expect((await client.take(FRAME.PING_PONG)).pingPong).toEqual({ type: 2, pingId: 1 });
    const { joinack, error } = await client.take(FRAME.JOIN_ACK);
    expect(error).toBeUndefined();
    expect(joinack?.turnCredentials?.uris ?? []).toEqual([]);
    expect(joinack?.turnCredentials).toBeDefined();
    expect(joinack?.wantsCompressedSdp).toBe(false);
    expect((await client.take(FRAME.INDEX)).index).toEqual({ atCapacity: false });
    client.subscribe(CLIENT_OFFER, true);
    const { suback } = await client.take(FRAME.SUBSCRIBE_ACK);
    expect(suback?.duplex).toBe(1);
    expect(suback?.sdpAnswer).toContain('m=audio 40000 UDP/TLS/RTP/SAVPF 111');
    expect(suback?.sdpAnswer).toContain('a=ice-ufrag:edge');
    const id = handler.ids[0]!;
    expect(media.open.get(id)).toEqual({ transport: 'webrtc', band: 'full' });
    expect(media.connected.get(id)).toMatchObject({
      codec: 'opus',
      payloadType: 111,
      direction: 'sendrecv',
      webRtc: { fingerprints: [{ hash: 'sha-256' }] },
    });
    expect(handler.told).toEqual(['admit ann']);
    handler.onArrived = (legId) =>
      edge.tellRoster(legId, [
        { streamId: 1, attendeeId: 'ann', externalUserId: 'Ann Example', muted: true },
      ]);
    edge.transportUp(id);
    edge.transportUp(id);
    expect(handler.told).toEqual(['admit ann', 'arrived 0 muted']);
    expect(await client.takeStreams()).toEqual([
      { audioStreamId: 1, attendeeId: 'ann', externalUserId: 'Ann Example', muted: true },
    ]);
  });

  it('Later subscriptions are answered on the same leg', async () => {
    const { client, id } = await joined('token-ann');
    client.subscribe(CLIENT_OFFER.replace('a=inactive', 'a=sendrecv'));
    const { suback } = await client.take(FRAME.SUBSCRIBE_ACK);
    expect(suback?.sdpAnswer?.match(/^m=video 40000 /m)).toBeTruthy();
    expect(suback?.sdpAnswer?.match(/^a=recvonly\r$/m)).toBeTruthy();
    expect([...meeting.media.open.keys()]).toEqual([id]);
    expect(meeting.handler.told).toEqual(['admit ann', 'arrived 0']);
  });

  it('A second subscription is answered after the first', async () => {
    let open = () => {};
    meeting.media.gate = new Promise((resolve) => {
      open = resolve;
    });
    const client = await MeetingClient.open(meeting.url, 'token-ann');
    client.join();
    client.subscribe(CLIENT_OFFER);
    client.subscribe(CLIENT_OFFER.replace('a=sendrecv', 'a=recvonly'));
    await client.settled();
    open();
    expect((await client.take(FRAME.SUBSCRIBE_ACK)).suback?.sdpAnswer).toContain('a=sendrecv');
    expect((await client.take(FRAME.SUBSCRIBE_ACK)).suback?.sdpAnswer).toContain('a=sendonly');
  });

  it('A leg is closed if its client leaves while it opens', async () => {
    let open = () => {};
    meeting.media.gate = new Promise((resolve) => {
      open = resolve;
    });
    const client = await MeetingClient.open(meeting.url, 'token-ann');
    client.join();
    client.subscribe(CLIENT_OFFER);
    await client.settled();
    client.leave();
    await client.take(FRAME.LEAVE_ACK);
    open();
    await client.settled();
    expect(meeting.media.open.size).toBe(0);
    expect(meeting.handler.told).toEqual(['admit ann', 'left 0']);
  });
});

describe('a client in the meeting', () => {
  // amazon-chime-sdk-js#985: a client that comes back is sent everybody who is present now.
  // amazon-chime-sdk-js#2669: an attendee who joined muted is reported as muted at once.
  // amazon-chime-sdk-js#1498: attendees who left and who were dropped are distinguished.
  it('Clients are sent the roster and its changes', async () => {
    const { client, id } = await joined('token-ann');
    meeting.edge.tellRoster(id, [
      { streamId: 1, attendeeId: 'ann', externalUserId: 'Ann', muted: false },
      { streamId: 2, attendeeId: 'bob', externalUserId: 'Bob', muted: true },
    ]);
    expect((await client.takeStreams()).map(({ muted }) => muted)).toEqual([false, true]);
    meeting.edge.tellChanges(id, [
      { kind: 'muted', streamId: 2, muted: false },
      { kind: 'gone', streamId: 2, dropped: false },
      { kind: 'gone', streamId: 3, dropped: true },
      {
        kind: 'present',
        entry: { streamId: 4, attendeeId: 'eve', externalUserId: 'Eve', muted: false },
      },
    ]);
    expect(await client.takeStreams()).toEqual([
      { audioStreamId: 2, muted: false },
      { audioStreamId: 2 },
      { audioStreamId: 3, dropped: true },
      { audioStreamId: 4, attendeeId: 'eve', externalUserId: 'Eve', muted: false },
    ]);
  });

  it('A client is sent levels, then who fell silent, then nothing', async () => {
    const { client, id } = await joined('token-ann');
    meeting.edge.tellLevels(id, [
      { streamId: 1, volume: 20.4 },
      { streamId: 2, volume: 0 },
    ]);
    meeting.edge.tellLevels(id, []);
    meeting.edge.tellLevels(id, []);
    await client.settled();
    const told = client.received.filter(({ type }) => type === FRAME.AUDIO_METADATA);
    expect(told.map(({ audioMetadata }) => audioMetadata?.attendeeStates)).toEqual([
      [
        { audioStreamId: 1, volume: 20 },
        { audioStreamId: 2, volume: 1 },
      ],
      [
        { audioStreamId: 1, volume: 127 },
        { audioStreamId: 2, volume: 127 },
      ],
    ]);
  });

  it("A client's own mute is reported once, even before sound flows", async () => {
    const { client, id } = await subscribed('token-ann');
    client.mute(true);
    await client.settled();
    meeting.edge.transportUp(id);
    client.mute(true);
    client.mute(false);
    client.subscribe(CLIENT_OFFER, true);
    await client.take(FRAME.SUBSCRIBE_ACK);
    expect(meeting.handler.told).toEqual(['admit ann', 'arrived 0 muted', 'unmuted 0', 'muted 0']);
  });
});

describe('data messages', () => {
  const hello = { topic: 'chat', data: Buffer.from('hello'), lifetimeMs: 0 };

  it('A data message reaches everybody, with its sender', async () => {
    const { client: ann } = await joined('token-ann');
    const { client: bob } = await joined('token-bob');
    ann.say({ ...hello, senderAttendeeId: 'bob', senderExternalUserId: 'Bob Example', ingestTimeNs: 7 });
    for (const client of [ann, bob]) {
      const { dataMessage } = await client.take(FRAME.DATA_MESSAGE);
      expect(dataMessage?.messages).toEqual([
        {
          ...hello,
          senderAttendeeId: 'ann',
          senderExternalUserId: 'Ann Example',
          ingestTimeNs: clock.now() * 1e6,
        },
      ]);
    }
  });

  it('Data messages beyond the limits of topic and size are dropped', async () => {
    const { client } = await joined('token-ann');
    client.say(
      { ...hello, topic: '' },
      { ...hello, topic: 'a b' },
      { ...hello, topic: 'a'.repeat(37) },
      { ...hello, data: Buffer.alloc(2049) },
      { topic: 'a'.repeat(36), data: Buffer.alloc(2048) },
    );
    await client.settled();
    const got = client.received.flatMap(({ dataMessage }) => dataMessage?.messages ?? []);
    expect(got.map(({ topic }) => topic)).toEqual(['a'.repeat(36)]);
  });

  it('Too many data messages come back as throttled, to the sender alone', async () => {
    const { client: ann } = await joined('token-ann');
    const { client: bob } = await joined('token-bob');
    for (let i = 0; i < 13; i++) ann.say(...Array(16).fill(hello));
    await ann.settled();
    await bob.settled();
    const times = (client: MeetingClient) =>
      client.received
        .flatMap(({ dataMessage }) => dataMessage?.messages ?? [])
        .map(({ ingestTimeNs }) => ingestTimeNs);
    expect(times(bob)).toHaveLength(200);
    expect(times(ann).filter((time) => time === 0)).toHaveLength(8);
    expect(times(bob)).not.toContain(0);
  });

  it('Data messages are kept for newcomers as long as they live', async () => {
    const { client: ann } = await joined('token-ann');
    ann.say(
      { ...hello, topic: 'short', lifetimeMs: 1000 },
      { ...hello, topic: 'long', lifetimeMs: 1e9 },
      hello,
    );
    await ann.settled();
    clock.advance(2000);
    const { client: bob } = await joined('token-bob');
    await bob.settled();
    const topics = bob.received.flatMap(({ dataMessage }) => dataMessage?.messages ?? []);
    expect(topics.map(({ topic }) => topic)).toEqual(['long']);
  });
});

describe('the end', () => {
  it('A client that leaves is acknowledged, and its media end', async () => {
    const { client } = await joined('token-ann');
    client.leave();
    await client.take(FRAME.LEAVE_ACK);
    expect(meeting.media.open.size).toBe(0);
    client.socket.close();
    await client.closed();
    expect(meeting.handler.told).toEqual(['admit ann', 'arrived 0', 'left 0']);
  });

  it('A client whose socket is cut is dropped, and its media end', async () => {
    const { client, id } = await joined('token-ann');
    const departed = new Promise<string>((resolve) => {
      meeting.handler.departed = (legId, how) => resolve(`${how} ${legId}`);
    });
    client.socket.terminate();
    expect(await departed).toBe(`dropped ${id}`);
    expect(meeting.media.open.size).toBe(0);
  });

  it.each([301, 410, 411, 503] as const)('A client sent away is told the status %i', async (status) => {
    const { client, id } = await joined('token-ann');
    meeting.edge.end(id, status);
    meeting.edge.end(id, 503);
    expect((await client.take(FRAME.AUDIO_STATUS)).audioStatus).toEqual({ audioStatus: status });
    expect(meeting.media.open.size).toBe(0);
    client.leave();
    await client.take(FRAME.LEAVE_ACK);
    expect(meeting.handler.told).toEqual(['admit ann', 'arrived 0']);
    clock.advance(10_000);
    await client.closed();
  });

  it('A closing edge tells every client that the meeting ended', async () => {
    const { client } = await joined('token-ann');
    const closing = meeting.edge.close();
    expect((await client.take(FRAME.AUDIO_STATUS)).audioStatus).toEqual({ audioStatus: 410 });
    client.leave();
    await client.take(FRAME.LEAVE_ACK);
    client.socket.close();
    await closing;
    expect(meeting.edge.connections).toBe(0);
  });

  it('A client whose sound ends is later told to reconnect', async () => {
    const { client, id } = await joined('token-ann');
    meeting.edge.transportDown(id, 'closed by the far end');
    clock.advance(3000);
    await client.settled();
    expect(meeting.handler.told).toHaveLength(2);
    clock.advance(3000);
    expect((await client.take(FRAME.AUDIO_STATUS)).audioStatus).toEqual({ audioStatus: 503 });
    expect(meeting.handler.told).toEqual(['admit ann', 'arrived 0', 'dropped 0']);
  });

  it('A silent client is pinged, and dropped if it does not answer', async () => {
    const { client } = await joined('token-ann');
    clock.advance(30_000);
    const { pingPong } = await client.take(FRAME.PING_PONG, (frame) => frame.pingPong?.type === 1);
    client.send({ type: FRAME.PING_PONG, pingPong: { type: 2, pingId: pingPong!.pingId } });
    await client.settled();
    clock.advance(40_000);
    expect(meeting.handler.told).toHaveLength(2);
    clock.advance(30_000);
    await client.closed();
    expect(meeting.handler.told).toEqual(['admit ann', 'arrived 0', 'dropped 0']);
  });

  it('The older connection ends when the client connects again', async () => {
    const { client: older, id } = await joined('token-ann');
    const { client: newer, id: newId } = await subscribed('token-ann');
    meeting.handler.onArrived = () => meeting.edge.end(id, 301);
    meeting.edge.transportUp(newId);
    expect((await older.take(FRAME.AUDIO_STATUS)).audioStatus).toEqual({ audioStatus: 301 });
    await newer.settled();
    expect(meeting.handler.told).toEqual(['admit ann', 'arrived 0', 'admit ann', 'arrived 1']);
    expect([...meeting.media.open.keys()]).toEqual([newId]);
  });
});
