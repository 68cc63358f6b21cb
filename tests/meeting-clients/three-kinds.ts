import { ChimeSDKMeetings } from '@aws-sdk/client-chime-sdk-meetings';
import { afterAll, beforeAll, expect } from 'vitest';
import type { AttendeeAudio, JoinMeetingResponse } from '#contract';
import {
  awsConfig,
  hzOf,
  join,
  type LoggedStack,
  plantTones,
  type RunningStack,
  rowOf,
  startLoggedStack,
  type Telephone,
  waitForTone,
  waitForToneToEnd,
} from '#testkit';
import { type Browser, launchBrowser } from '../../testkit/browser.ts';
import { CHIME_CLIENT_FLAGS, ChimeClient } from '../../testkit/chime-client/chime-client.ts';
import type { MeetingToJoin, Microphone } from '../../testkit/chime-client/page-contract.ts';
import { PagePhone, type PagePhoneOptions, VOICES } from '../../testkit/page-phone/page-phone.ts';

/** Frequency, in Hz, of each one's tone. Telephones carry it, and no prompt has it. */
export const HZ = { phone: VOICES.telephone, page: VOICES.microphone, client: VOICES.other } as const;
/** Frequency, in Hz, of the tone of the operator at the console. */
export const OPERATOR_HZ = VOICES.tab;

export type Kind = keyof typeof HZ;
export const KINDS = ['phone', 'page', 'client'] as const;

/** The meeting that every stack has from its start. */
export const FIRST = 'First meeting';
const ANN = 'Ann';

/** A participant of the meeting, of any kind. */
export interface Party {
  attendeeId: string;
  externalUserId: string;
  /** Waits until the tone is heard or, with `heard` false, is not, in the sound from now on. */
  untilHears(hz: number, heard?: boolean): Promise<void>;
}

/** A SIP telephone, the phone in a page, and the real meeting client, in one meeting. */
export interface Three {
  meetingId: string;
  phone: Telephone;
  page: PagePhone;
  client: ChimeClient;
  /** The answer with which the client joined. */
  answer: JoinMeetingResponse;
  /** Transaction ids of the calls. */
  transactionIds: { phone: string; page: string };
  parties: Record<Kind, Party>;
}

/** The whole runtime as `npm start` starts it, with tones as its prompts, and a browser. */
export interface World {
  logged: LoggedStack;
  stack: RunningStack;
  browser: Browser;
  meetings: ChimeSDKMeetings;
  /** Brings all three into the first meeting, each with its tone. */
  everybody(from: string, options?: Pick<PagePhoneOptions, 'codec' | 'voiceWavers'>): Promise<Three>;
  /** Calls `POST /joinMeeting`, which must succeed. */
  joinAnswer(audio?: AttendeeAudio): Promise<JoinMeetingResponse>;
  /** A page that contains the meeting client, in no meeting. */
  newClient(): Promise<ChimeClient>;
  /** An idle phone in a newly opened page. */
  newPage(options?: Pick<PagePhoneOptions, 'codec' | 'voiceWavers'>): Promise<PagePhone>;
  /** Hangs up all three, whatever state they are in. */
  sendHome(three: Three): Promise<void>;
}

/** An answer of `POST /joinMeeting` in the form that the client takes. */
export const asMeeting = ({ Meeting, Attendee }: JoinMeetingResponse): MeetingToJoin => ({
  meeting: Meeting,
  attendee: Attendee,
});

/** One runtime and one browser for a test file. */
export function threeKinds(): World {
  const world = {} as World;
  const clients: ChimeClient[] = [];

  beforeAll(async () => {
    [world.logged, world.browser] = await Promise.all([
      startLoggedStack(),
      launchBrowser({ microphone: 'given', flags: CHIME_CLIENT_FLAGS }),
    ]);
    world.stack = world.logged.stack;
    world.meetings = new ChimeSDKMeetings(awsConfig(world.stack));
    await plantTones(world.stack);
  });
  afterAll(async () => {
    for (const client of clients) await client.close();
    world.meetings?.destroy();
    await Promise.all([world.browser?.close(), world.logged?.stop()]);
  });

  world.newClient = async () => {
    const client = await ChimeClient.open(world.browser.context);
    clients.push(client);
    return client;
  };
  world.newPage = (options) =>
    PagePhone.open(world.browser.context, world.stack.endpoints.phone, { ...options, voiceHz: HZ.page });
  world.joinAnswer = async (audio = 'SendReceive') => {
    const { status, body } = await world.stack.post('/joinMeeting', { name: FIRST, audio, displayName: ANN });
    expect(status).toBe(201);
    return body as JoinMeetingResponse;
  };
  world.everybody = async (from, options) => {
    const [phone, page, [client, answer]] = await Promise.all([
      join(world.stack, from),
      world.newPage(options).then((opened) => intoTheMeeting(opened)),
      clientIn(world, { hz: HZ.client }),
    ]);
    phone.line.sayTone(HZ.phone);
    const own = await page.ownNumber();
    const [phoneRow, pageRow] = await Promise.all([rowOf(world.stack, from), rowOf(world.stack, own)]);
    return {
      meetingId: answer.Meeting.MeetingId,
      phone,
      page,
      client,
      answer,
      transactionIds: { phone: phoneRow.transactionId, page: pageRow.transactionId },
      parties: {
        phone: {
          attendeeId: phoneRow.attendeeId,
          externalUserId: from,
          untilHears: async (hz, heard = true) =>
            void (await (heard ? waitForTone(phone, hz, { fromNow: true }) : waitForToneToEnd(phone, hz))),
        },
        page: { attendeeId: pageRow.attendeeId, externalUserId: own, untilHears: byPage(page) },
        client: {
          attendeeId: answer.Attendee.AttendeeId,
          externalUserId: answer.Attendee.ExternalUserId,
          untilHears: (hz, heard) => client.untilHears(hz, heard),
        },
      },
    };
  };
  world.sendHome = async ({ phone, page, client }) => {
    await Promise.all([phone.hangUp(), page.page.close(), client.close()]);
  };
  return world;
}

/** Calls the stack's number from a page, keys the PIN, and waits until the call is in the meeting. */
export async function intoTheMeeting(page: PagePhone): Promise<PagePhone> {
  await page.listenFromNow();
  await page.call();
  await page.untilHears(hzOf('enter-pin.wav'));
  await page.keyPin();
  await page.untilHears(hzOf('joined.wav'));
  await page.untilGone(hzOf('joined.wav'));
  return page;
}

async function clientIn(world: World, microphone: Microphone): Promise<[ChimeClient, JoinMeetingResponse]> {
  const client = await world.newClient();
  const answer = await world.joinAnswer();
  await client.joinAndStart(asMeeting(answer), { microphone });
  return [client, answer];
}

function byPage(page: PagePhone): Party['untilHears'] {
  return async (hz, heard = true) => {
    await page.listenFromNow();
    await (heard ? page.untilHears(hz) : page.untilGone(hz));
  };
}

/** Checks that each of the speakers is heard by everybody except itself. */
export async function allHear({ parties }: Three, speakers: readonly Kind[] = KINDS): Promise<void> {
  for (const listener of KINDS)
    for (const speaker of speakers) if (speaker !== listener) await parties[listener].untilHears(HZ[speaker]);
}

/** Checks that the two others hear nothing of the speaker. */
export async function nobodyHears({ parties }: Three, speaker: Kind): Promise<void> {
  await Promise.all(
    KINDS.filter((kind) => kind !== speaker).map((kind) => parties[kind].untilHears(HZ[speaker], false)),
  );
}
