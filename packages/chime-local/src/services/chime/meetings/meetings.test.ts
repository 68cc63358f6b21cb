import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as sdk from '@aws-sdk/client-chime-sdk-meetings';
import { afterEach, describe, expect, it } from 'vitest';
import { openJournal } from '#platform';
import { ScriptedClock } from '#testkit';
import { startChime, type TestChimeOptions } from '../../testing/endpoint.ts';

let closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing) await close();
  closing = [];
});

async function start(options: TestChimeOptions = {}) {
  const chime = await startChime(options);
  const client = new sdk.ChimeSDKMeetings(chime.client);
  closing.push(async () => {
    client.destroy();
    await chime.close();
  });
  return { ...chime, api: client, directory: chime.meetings };
}

const MEETING = { ClientRequestToken: 'token-1', ExternalMeetingId: 'Room 1', MediaRegion: 'us-east-1' };
const HEARS_ONLY = { Audio: 'Receive', Video: 'None', Content: 'None' } as const;
const MINUTE = 60_000;

async function createMeeting(api: sdk.ChimeSDKMeetings, more: object = {}): Promise<string> {
  const { Meeting } = await api.createMeeting({ ...MEETING, ...more });
  return Meeting!.MeetingId!;
}

async function createAttendee(api: sdk.ChimeSDKMeetings, MeetingId: string, ExternalUserId = '+12065550100') {
  const { Attendee } = await api.createAttendee({ MeetingId, ExternalUserId });
  return Attendee!;
}

describe('meetings', () => {
  it("T-128 The same token creates one meeting, whatever its id's letter case", async () => {
    const { api } = await start();
    const first = await api.createMeeting(MEETING);
    const again = await api.createMeeting({ ...MEETING, ExternalMeetingId: 'ROOM 1' });
    expect(first.$metadata.httpStatusCode).toBe(200);
    expect(again.Meeting).toEqual(first.Meeting);
    const id = first.Meeting!.MeetingId!;
    expect(first.Meeting!.MeetingArn).toBe(`arn:aws:chime:us-east-1:000000000000:meeting/${id}`);
    expect(first.Meeting!.MediaPlacement!.SignalingUrl).toMatch(new RegExp(`^wss://.+/control/${id}$`));
    expect(first.Meeting!.MediaPlacement!.AudioHostUrl).toBeTruthy();
    for (const other of [{ ExternalMeetingId: 'Room 2' }, { MediaRegion: 'eu-west-1' }]) {
      await expect(api.createMeeting({ ...MEETING, ...other })).rejects.toBeInstanceOf(sdk.ConflictException);
    }
    await api.deleteMeeting({ MeetingId: id });
    expect(await createMeeting(api)).not.toBe(id);
  });

  it('The refusal of a meeting names the invalid member', async () => {
    const { api } = await start();
    const refused = async (more: object, text: string) => {
      const asked = api.createMeeting({ ...MEETING, ...more });
      await expect(asked).rejects.toBeInstanceOf(sdk.BadRequestException);
      await expect(asked).rejects.toThrow(text);
    };
    await refused({ MediaRegion: 'mars-1' }, 'MediaRegion');
    await refused({ ExternalMeetingId: 'x' }, 'ExternalMeetingId');
    await refused({ ExternalMeetingId: 'AWS:mine' }, 'ExternalMeetingId');
    await refused({ ExternalMeetingId: 'a\u0001b' }, 'ExternalMeetingId');
    await refused({ PrimaryMeetingId: 'another' }, 'PrimaryMeetingId');
    await refused({ MeetingFeatures: { Video: { MaxResolution: 'FHD' } } }, 'MaxCount');
    await refused({ MeetingFeatures: { Attendee: { MaxCount: 251 } } }, 'MaxCount');
    await expect(api.createMeeting({ ...MEETING, MediaRegion: 'mars-1' })).rejects.toMatchObject({
      Code: 'BadRequest',
    });
  });

  it('T-130 Only the endpoint of its own Region manages a meeting', async () => {
    const { api, client } = await start();
    const MeetingId = await createMeeting(api);
    const elsewhere = new sdk.ChimeSDKMeetings({ ...client, region: 'eu-central-1' });
    await expect(elsewhere.getMeeting({ MeetingId })).rejects.toBeInstanceOf(sdk.NotFoundException);
    const other = await elsewhere.createMeeting(MEETING);
    expect(other.Meeting!.MeetingId).not.toBe(MeetingId);
    elsewhere.destroy();
  });

  it('T-131 Deleting a meeting ends it and disconnects all attendees', async () => {
    const { api, directory, removed } = await start();
    const MeetingId = await createMeeting(api);
    const attendee = await createAttendee(api, MeetingId);
    expect((await api.deleteMeeting({ MeetingId })).$metadata.httpStatusCode).toBe(204);
    expect(removed).toEqual([{ meetingId: MeetingId, attendeeId: attendee.AttendeeId }]);
    expect(directory.redeem(attendee.JoinToken!)).toBeUndefined();
    expect(directory.exists(MeetingId)).toBe(false);
    const late = [
      api.getMeeting({ MeetingId }),
      api.deleteMeeting({ MeetingId }),
      api.listAttendees({ MeetingId }),
      api.createAttendee({ MeetingId, ExternalUserId: 'late' }),
    ];
    for (const asked of late) await expect(asked).rejects.toBeInstanceOf(sdk.NotFoundException);
  });

  it('T-129 A meeting ends five minutes after the last attendee has left', async () => {
    const clock = new ScriptedClock();
    const { api, directory, removed } = await start({ clock });
    const MeetingId = await createMeeting(api);
    const { AttendeeId } = await createAttendee(api, MeetingId);
    clock.advance(4 * MINUTE);
    directory.attendeeConnected(MeetingId, AttendeeId!);
    clock.advance(30 * MINUTE);
    // A second connection replaces the first, which closes later.
    directory.attendeeConnected(MeetingId, AttendeeId!);
    directory.attendeeDisconnected(MeetingId, AttendeeId!);
    clock.advance(30 * MINUTE);
    directory.attendeeDisconnected(MeetingId, AttendeeId!);
    clock.advance(5 * MINUTE - 1);
    await api.getMeeting({ MeetingId });
    clock.advance(1);
    await expect(api.getMeeting({ MeetingId })).rejects.toBeInstanceOf(sdk.NotFoundException);
    expect(removed).toEqual([{ meetingId: MeetingId, attendeeId: AttendeeId }]);
    expect(clock.pending).toBe(0);
  });

  it('A meeting ends after one day, even with attendees connected', async () => {
    const clock = new ScriptedClock();
    const { api, directory, removed } = await start({ clock });
    const MeetingId = await createMeeting(api);
    const { AttendeeId } = await createAttendee(api, MeetingId);
    directory.attendeeConnected(MeetingId, AttendeeId!);
    clock.advance(24 * 60 * MINUTE - 1);
    expect(directory.exists(MeetingId)).toBe(true);
    clock.advance(1);
    expect(directory.exists(MeetingId)).toBe(false);
    expect(removed).toHaveLength(1);
  });

  it('Meetings have tags', async () => {
    const { api } = await start();
    const MeetingId = await createMeeting(api, { Tags: [{ Key: 'team', Value: 'one' }] });
    const ResourceARN = `arn:aws:chime:us-east-1:000000000000:meeting/${MeetingId}`;
    expect(
      (await api.tagResource({ ResourceARN, Tags: [{ Key: 'more', Value: 'x' }] })).$metadata.httpStatusCode,
    ).toBe(204);
    await api.untagResource({ ResourceARN, TagKeys: ['team'] });
    expect((await api.listTagsForResource({ ResourceARN })).Tags).toEqual([{ Key: 'more', Value: 'x' }]);
    await api.deleteMeeting({ MeetingId });
    await expect(api.listTagsForResource({ ResourceARN })).rejects.toBeInstanceOf(
      sdk.ResourceNotFoundException,
    );
  });

  it('T-141 AWS quotas throttle requests about meetings', async () => {
    const { api } = await start({ quotas: 'aws', clock: new ScriptedClock() });
    const MeetingId = await createMeeting(api);
    for (let n = 0; n < 10; n++) await api.getMeeting({ MeetingId });
    const eleventh = await api.getMeeting({ MeetingId }).catch((error: unknown) => error);
    expect(eleventh).toBeInstanceOf(sdk.ThrottlingException);
    expect(eleventh).toMatchObject({ $metadata: { httpStatusCode: 429 } });
    await api.listAttendees({ MeetingId });
  });
});

describe('attendees', () => {
  it("An attendee's token is valid for that attendee and meeting only", async () => {
    const { api, directory } = await start();
    const MeetingId = await createMeeting(api);
    const attendee = await createAttendee(api, MeetingId);
    const other = await createMeeting(api, { ClientRequestToken: 'token-2' });
    const whose = {
      meetingId: MeetingId,
      attendeeId: attendee.AttendeeId,
      externalUserId: '+12065550100',
      audio: 'SendReceive',
      video: 'SendReceive',
      content: 'SendReceive',
    };
    expect(attendee.JoinToken).toMatch(/^[A-Za-z0-9]{64,}$/);
    expect(directory.redeem(attendee.JoinToken!)).toEqual(whose);
    expect(directory.redeem(attendee.JoinToken!, MeetingId)).toEqual(whose);
    expect(directory.redeem(attendee.JoinToken!, other)).toBeUndefined();
    expect(directory.redeem(`${attendee.JoinToken}A`)).toBeUndefined();
    expect(directory.areAttendees(MeetingId, [attendee.AttendeeId!])).toBe(true);
    expect(directory.areAttendees(other, [attendee.AttendeeId!])).toBe(false);
    expect(directory.areAttendees(MeetingId, [attendee.AttendeeId!, 'stranger'])).toBe(false);
  });

  it('The same external user id returns the same attendee', async () => {
    const { api } = await start();
    const MeetingId = await createMeeting(api);
    const first = await createAttendee(api, MeetingId);
    expect(await createAttendee(api, MeetingId)).toEqual(first);
    const { Attendees } = await api.batchCreateAttendee({
      MeetingId,
      Attendees: [{ ExternalUserId: '+12065550100' }, { ExternalUserId: 'second' }],
    });
    expect(Attendees!.map((attendee) => attendee.AttendeeId === first.AttendeeId)).toEqual([true, false]);
    const { Attendee: read } = await api.getAttendee({ MeetingId, AttendeeId: first.AttendeeId });
    expect(read).toEqual(first);
    const listed: (string | undefined)[] = [];
    for await (const page of sdk.paginateListAttendees({ client: api, pageSize: 1 }, { MeetingId })) {
      listed.push(...page.Attendees!.map((attendee) => attendee.ExternalUserId));
    }
    expect(listed.sort()).toEqual(['+12065550100', 'second']);
  });

  it('Deleting an attendee disconnects only that attendee', async () => {
    const { api, directory, removed } = await start();
    const MeetingId = await createMeeting(api);
    const first = await createAttendee(api, MeetingId);
    const second = await createAttendee(api, MeetingId, 'second');
    const target = { MeetingId, AttendeeId: first.AttendeeId! };
    expect((await api.deleteAttendee(target)).$metadata.httpStatusCode).toBe(204);
    expect(removed).toEqual([{ meetingId: MeetingId, attendeeId: first.AttendeeId }]);
    expect(directory.redeem(first.JoinToken!)).toBeUndefined();
    expect(directory.redeem(second.JoinToken!)).toBeDefined();
    await expect(api.deleteAttendee(target)).rejects.toBeInstanceOf(sdk.NotFoundException);
    const fresh = await createAttendee(api, MeetingId);
    expect(fresh.AttendeeId).not.toBe(first.AttendeeId);
  });

  it('T-143 Each attendee of a list is created or refused individually', async () => {
    const { api } = await start();
    const MeetingId = await createMeeting(api);
    const bad = [{ ExternalUserId: 'x' }, { ExternalUserId: 'aws:no' }];
    const badCapabilities = {
      ExternalUserId: 'odd',
      Capabilities: { ...HEARS_ONLY, Content: 'Receive' as const },
    };
    const { Attendees, Errors } = await api.batchCreateAttendee({
      MeetingId,
      Attendees: [{ ExternalUserId: 'good' }, ...bad, badCapabilities],
    });
    expect(Attendees!.map((attendee) => attendee.ExternalUserId)).toEqual(['good']);
    expect(Errors!.map((error) => [error.ExternalUserId, error.ErrorCode])).toEqual([
      ['x', 'BadRequest'],
      ['aws:no', 'BadRequest'],
      ['odd', 'BadRequest'],
    ]);
    const together = await api.createMeetingWithAttendees({
      ...MEETING,
      ClientRequestToken: 'token-2',
      Attendees: [{ ExternalUserId: 'good' }, { ExternalUserId: 'aws:no' }],
    });
    expect(together.Attendees).toHaveLength(1);
    expect(together.Errors).toHaveLength(1);
    expect(together.Meeting!.MeetingId).not.toBe(MeetingId);
  });

  it('A meeting accepts no more attendees than its size allows', async () => {
    const { api } = await start();
    const MeetingId = await createMeeting(api, { MeetingFeatures: { Attendee: { MaxCount: 2 } } });
    await createAttendee(api, MeetingId, 'one');
    await createAttendee(api, MeetingId, 'two');
    const third = createAttendee(api, MeetingId, 'three');
    await expect(third).rejects.toBeInstanceOf(sdk.LimitExceededException);
    await expect(third).rejects.toMatchObject({ $metadata: { httpStatusCode: 400 } });
  });

  it('T-144 An attendee gets only capabilities that the meeting allows', async () => {
    const { api, changed } = await start();
    const MeetingFeatures = { Video: { MaxResolution: 'None' } } as const;
    const MeetingId = await createMeeting(api, { MeetingFeatures });
    const { AttendeeId, Capabilities } = await createAttendee(api, MeetingId);
    expect(Capabilities).toEqual({ Audio: 'SendReceive', Video: 'Receive', Content: 'SendReceive' });
    const update = (wanted: sdk.AttendeeCapabilities) =>
      api.updateAttendeeCapabilities({ MeetingId, AttendeeId, Capabilities: wanted });
    const seeing = { Audio: 'None', Video: 'SendReceive', Content: 'None' } as const;
    await expect(update(seeing)).rejects.toBeInstanceOf(sdk.BadRequestException);
    const sees = api.createAttendee({ MeetingId, ExternalUserId: 'sees', Capabilities: seeing });
    await expect(sees).rejects.toBeInstanceOf(sdk.BadRequestException);
    const { Attendee } = await update(HEARS_ONLY);
    expect(Attendee!.Capabilities).toEqual(HEARS_ONLY);
    expect(changed.splice(0)).toEqual([{ meetingId: MeetingId, attendeeId: AttendeeId, audio: 'Receive' }]);
    const open = await createMeeting(api, { ClientRequestToken: 'token-2' });
    const one = await createAttendee(api, open, 'one');
    const two = await createAttendee(api, open, 'two');
    expect(one.Capabilities).toEqual({ Audio: 'SendReceive', Video: 'SendReceive', Content: 'SendReceive' });
    await api.batchUpdateAttendeeCapabilitiesExcept({
      MeetingId: open,
      ExcludedAttendeeIds: [{ AttendeeId: one.AttendeeId }],
      Capabilities: HEARS_ONLY,
    });
    const { Attendees } = await api.listAttendees({ MeetingId: open });
    const audio = new Map(Attendees!.map((attendee) => [attendee.AttendeeId, attendee.Capabilities!.Audio]));
    expect([audio.get(one.AttendeeId), audio.get(two.AttendeeId)]).toEqual(['SendReceive', 'Receive']);
    expect(changed).toEqual([{ meetingId: open, attendeeId: two.AttendeeId, audio: 'Receive' }]);
  });
});

describe('meetings after a restart', () => {
  it('Meetings keep attendees and tokens across a restart and still expire', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'meetings-'));
    const path = join(folder, 'chime.jsonl');
    const clock = new ScriptedClock();
    try {
      const before = await startChime({ clock, journal: openJournal(path) });
      const api = new sdk.ChimeSDKMeetings(before.client);
      const MeetingId = await createMeeting(api);
      const attendee = await createAttendee(api, MeetingId);
      before.meetings.attendeeConnected(MeetingId, attendee.AttendeeId!);
      api.destroy();
      await before.close();
      clock.advance(10 * MINUTE);
      const after = await start({ clock, journal: openJournal(path) });
      expect(after.directory.redeem(attendee.JoinToken!, MeetingId)?.attendeeId).toBe(attendee.AttendeeId);
      expect(await createMeeting(after.api)).toBe(MeetingId);
      expect(await createAttendee(after.api, MeetingId)).toEqual(attendee);
      clock.advance(5 * MINUTE);
      expect(after.directory.exists(MeetingId)).toBe(false);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
