import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MeetingClient } from './testing/meeting-client.ts';
import {
  CLIENT_OFFER,
  EVERYTHING,
  openPretendMeeting,
  type PretendMeeting,
} from './testing/pretend-meeting.ts';
import { FRAME, type SignalFrame } from './wire/frames.ts';

let meeting: PretendMeeting;
const open: MeetingClient[] = [];

beforeEach(async () => {
  meeting = await openPretendMeeting();
});
afterEach(async () => {
  for (const client of open.splice(0)) client.socket.terminate();
  await meeting.close();
});

const WITH_CAMERA = CLIENT_OFFER.replace('a=inactive', 'a=sendrecv');

/** An offer with the camera's section and `count` receiving sections. */
function receiving(count: number, camera = CLIENT_OFFER): string {
  const section = CLIENT_OFFER.slice(CLIENT_OFFER.indexOf('m=video'));
  let offer = camera;
  for (let mid = 2; mid < count + 2; mid++) {
    offer = offer.replace(/^(a=group:BUNDLE [^\r\n]*)/m, `$1 ${mid}`);
    offer += section.replace(/^a=mid:1/m, `a=mid:${mid}`).replace('a=inactive', 'a=recvonly');
  }
  return offer;
}

async function joined(token: string): Promise<{ client: MeetingClient; id: string }> {
  const client = await MeetingClient.open(meeting.url, token);
  open.push(client);
  client.join();
  await client.take(FRAME.JOIN_ACK);
  return { client, id: meeting.handler.ids.at(-1)! };
}

async function subscribed(client: MeetingClient, sdpOffer: string, receiveStreamIds: number[] = []) {
  client.send({ type: FRAME.SUBSCRIBE, sub: { sdpOffer, audioMuted: false, receiveStreamIds } });
  return (await client.take(FRAME.SUBSCRIBE_ACK)).suback!;
}

const sources = async (client: MeetingClient) =>
  ((await client.take(FRAME.INDEX)) as SignalFrame).index?.sources ?? [];

describe('a camera', () => {
  it('A camera is announced, subscribed to, and withdrawn', async () => {
    const ann = await joined('token-ann');
    const bob = await joined('token-bob');
    expect(await sources(ann.client)).toEqual([]);
    expect(await sources(bob.client)).toEqual([]);
    const sent = await subscribed(ann.client, WITH_CAMERA);
    expect(sent).toMatchObject({ duplex: 3, allocations: [{ streamId: 1, groupId: 1 }] });
    expect(await sources(bob.client)).toEqual([
      {
        ...{ streamId: 1, groupId: 1, attendeeId: 'ann', externalUserId: 'Ann Example', mediaType: 2 },
        ...{ maxBitrateKbps: 600, avgBitrateBps: 600_000 },
      },
    ]);
    expect(meeting.media.video.get(ann.id)).toEqual({
      sends: { payloadType: 96, maxKbps: 600 },
      receives: [],
    });
    const { tracks, duplex, sdpAnswer } = await subscribed(bob.client, receiving(1), [0, 1]);
    expect([duplex, tracks]).toEqual([1, [{ streamId: 1, ssrc: tracks![0]!.ssrc, trackLabel: 'v_2' }]]);
    expect(sdpAnswer).toContain(`a=ssrc:${tracks![0]!.ssrc} cname`);
    const receives = [{ fromLegId: ann.id, ssrc: tracks![0]!.ssrc, payloadType: 96 }];
    expect(meeting.media.video.get(bob.id)).toEqual({ receives });
    const again = await subscribed(bob.client, receiving(1), [0, 1]);
    expect(again.tracks).toEqual(tracks);
    await subscribed(ann.client, CLIENT_OFFER);
    expect(await sources(bob.client)).toEqual([]);
    expect(meeting.media.video.get(ann.id)).toEqual({ receives: [] });
    expect((await subscribed(ann.client, WITH_CAMERA)).allocations?.[0]?.streamId).toBe(2);
  });

  it('A camera is announced to a newcomer while its sender stays', async () => {
    const ann = await joined('token-ann');
    await subscribed(ann.client, WITH_CAMERA);
    const bob = await joined('token-bob');
    expect(await sources(bob.client)).toMatchObject([{ attendeeId: 'ann' }]);
    ann.client.leave();
    expect(await sources(bob.client)).toEqual([]);
  });

  it("A camera that is absent or one's own is not received", async () => {
    const ann = await joined('token-ann');
    await subscribed(ann.client, WITH_CAMERA);
    const { tracks } = await subscribed(ann.client, receiving(2, WITH_CAMERA), [0, 1, 99]);
    expect(tracks ?? []).toEqual([]);
  });

  it('Clients that only speak set up no video', async () => {
    const ann = await joined('token-ann');
    expect(await subscribed(ann.client, CLIENT_OFFER)).toMatchObject({ duplex: 1 });
    expect(meeting.media.video.size).toBe(0);
  });
});

describe('content', () => {
  it('Shared content is a participant that all but its sharer see', async () => {
    const ann = await joined('token-ann');
    const bob = await joined('token-bob');
    const content = await joined('token-ann#content');
    for (const { client } of [ann, bob, content]) await sources(client);
    await subscribed(content.client, WITH_CAMERA);
    expect(await sources(bob.client)).toMatchObject([{ attendeeId: 'ann#content', maxBitrateKbps: 1200 }]);
    expect(await sources(ann.client)).toEqual([]);
    await subscribed(ann.client, receiving(1), [0, 1]);
    expect(meeting.media.video.get(ann.id)).toBeUndefined();
  });
});

describe('rights', () => {
  it('A change of video rights takes effect', async () => {
    const ann = await joined('token-ann');
    const bob = await joined('token-bob');
    await sources(bob.client);
    await subscribed(ann.client, WITH_CAMERA);
    await sources(bob.client);
    const first = await subscribed(bob.client, receiving(1), [0, 1]);
    meeting.edge.setVideoRights(bob.id, { ...EVERYTHING, receiveCameras: false });
    expect(await sources(bob.client)).toEqual([]);
    expect(meeting.media.video.get(bob.id)).toEqual({ receives: [] });
    meeting.edge.setVideoRights(bob.id, EVERYTHING);
    expect(await sources(bob.client)).toHaveLength(1);
    expect(meeting.media.video.get(bob.id)).toEqual({ receives: [] });
    const again = await subscribed(bob.client, receiving(1), [0, 1]);
    expect(again.tracks).toHaveLength(1);
    expect(again.tracks![0]!.ssrc).not.toBe(first.tracks![0]!.ssrc);
    expect(meeting.media.video.get(bob.id)?.receives).toHaveLength(1);
    meeting.edge.setVideoRights(ann.id, { ...EVERYTHING, send: false });
    expect(await sources(bob.client)).toEqual([]);
    expect(meeting.media.video.get(ann.id)).toEqual({ receives: [] });
    expect(await subscribed(ann.client, WITH_CAMERA)).toMatchObject({ duplex: 1 });
    meeting.edge.setVideoRights('nobody', EVERYTHING);
  });
});
