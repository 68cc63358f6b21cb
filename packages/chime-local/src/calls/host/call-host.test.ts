import type { Action, FunctionResponse, InvocationEvent } from 'pstn-audio';
import { beforeEach, describe, expect, it } from 'vitest';
import { silentLog } from '#platform';
import type { RecordingOutcome } from '#recordings';
import { ScriptedClock } from '#testkit';
import { CallHost } from './call-host.ts';
import type { InvocationOutcome } from './invocations.ts';
import type { OutputEdges } from './output-carrier.ts';

const LEG = 'leg-a';
const NOBODY = '+15550100009';
const TARGET = { sipMediaApplicationId: 'sma', awsRegion: 'us-east-1', functionArn: 'arn:fn' };

/** A host with fake edges. `said` lists what the host asked of them, in order. */
class Scene {
  readonly clock = new ScriptedClock();
  readonly said: string[] = [];
  /** For each leg that was hung up: who had it hung up. */
  readonly hungUpBy: string[] = [];
  readonly events: InvocationEvent[] = [];
  answers: (FunctionResponse | string)[] = [];
  tickets = new Map([['token', { meetingId: 'm', attendeeId: 'a' }]]);
  readonly host: CallHost;
  #ids = 0;

  constructor() {
    const ids = { guid: () => `id-${++this.#ids}`, hex: () => 'ff', integer: () => 0 };
    this.host = new CallHost({ clock: this.clock, ids, log: silentLog, edges: this.#edges() });
  }

  #edges(): OutputEdges {
    const say = (text: string): void => void this.said.push(text);
    return {
      lines: {
        place: ({ legId, from, to, sipHeaders }) => {
          say(`place ${legId} from ${from} to ${to} ${JSON.stringify(sipHeaders)}`);
          // The SIP edge does the same if nobody has registered the number.
          if (to === NOBODY) this.host.legInput(legId, { kind: 'LegEnded', legId, sipResponseCode: 404 });
        },
        openEarlyMedia: (legId) => say(`early media for ${legId}`),
        answer: (legId) => {
          say(`answer ${legId}`);
          this.host.legInput(legId, { kind: 'LegAnswered', legId });
        },
        hangUp: (legId, code) => {
          say(`hang up ${legId} ${code}`);
          this.hungUpBy.push(this.host.whoHangsUp(legId));
          this.host.legInput(legId, { kind: 'LegEnded', legId, sipResponseCode: code });
        },
      },
      media: {
        play: (legId, { playId, audioId }) => {
          if (this.playFault) throw this.playFault;
          say(`play ${audioId}`);
          this.playing = { legId, playId };
        },
        setNoiseSuppression: (legId, wanted) => say(`noise of ${legId} ${wanted ? 'out' : 'in'}`),
        playIntoMeeting: (legId, { playId, audioId }) => {
          say(`play ${audioId} into the meeting of ${legId}`);
          this.playing = { legId, playId };
        },
        sendKeys: (legId, { keys }) => say(`keys ${legId} ${keys}`),
        stop: () => say('stop'),
        joinMeeting: (legId, { meetingId }) => say(`${legId} to ${meetingId}`),
        leaveMeeting: (legId) => say(`${legId} alone`),
      },
      conversations: {
        start: ({ botAliasArn }) => say(`talk with ${botAliasArn}`),
        key: (_leg, key) => say(`key ${key}`),
        stop: () => say('stop talking'),
        legEnded: () => {},
      },
      recordings: {
        start: ({ output, report }) => {
          say(`record ${output.legId} ${output.track} to ${output.bucket}/${output.key}`);
          this.recording = report;
          return undefined;
        },
        stop: () => say('stop recording'),
        setPaused: (_recording, paused) => say(paused ? 'pause recording' : 'resume recording'),
        legEnded: () => {},
      },
      called: {
        owns: (number) => number === '+15550100001',
        connector: () => 'unknown',
      },
      meetings: {
        joinTelephone: (legId, token) => {
          const seat = this.tickets.get(token);
          if (seat) say(`join ${legId} ${seat.meetingId} ${seat.attendeeId}`);
          return seat;
        },
        leaveTelephone: (legId) => say(`leave ${legId}`),
        setMuted: (meetingId, attendees, muted) => {
          if (meetingId !== 'm') return 'no such meeting';
          if (attendees.some((id) => id !== 'a')) return 'not attendees of it';
          say(`muted ${attendees.join()} ${muted}`);
          return undefined;
        },
      },
      invoke: async (_arn, payload): Promise<InvocationOutcome> => {
        const event = JSON.parse(payload) as InvocationEvent;
        this.events.push(event);
        const answer = this.answers.shift() ?? { SchemaVersion: '1.0' };
        if (answer === 'hang') return new Promise(() => {});
        return { ok: true, payload: JSON.stringify(answer) };
      },
      audio: {
        lengthMs: () => undefined,
        file: ({ source }) => (source.Key === 'slow.wav' ? this.slow : source.Key),
        speech: ({ text }) => `spoken ${text}`,
        ringing: () => 'ringing',
      },
    };
  }

  recording: (outcome: RecordingOutcome) => void = () => {};
  playing = { legId: '', playId: '' };
  playFault: Error | undefined;
  slow: Promise<string> = Promise.resolve('slow.wav');

  arrive(...answers: (FunctionResponse | string)[]): string {
    this.answers = answers;
    const rest = { awsAccountId: '000000000000', sipRuleId: 'rule', targets: [TARGET] };
    return this.host.arrive({ legId: LEG, from: '+15550100002', to: '+15550100001', ...rest });
  }

  place(to: string): string {
    const who = { target: TARGET, from: '+15550100001', to, awsAccountId: '000000000000' };
    return this.host.place({ ...who, sipHeaders: { 'X-A': '1' }, arguments: { order: '7' } });
  }

  finish(): void {
    this.host.legInput(LEG, { kind: 'PlaybackFinished', ...this.playing });
  }
}

const actions = (...list: Action[]): FunctionResponse => ({
  SchemaVersion: '1.0',
  Actions: list,
});
const play = (Key: string): Action => ({
  Type: 'PlayAudio',
  Parameters: { AudioSource: { Type: 'S3', BucketName: 'b', Key } },
});
const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
};

describe('the call host', () => {
  let scene: Scene;
  beforeEach(() => {
    scene = new Scene();
  });

  it('A call is carried from the INVITE to its end', async () => {
    scene.arrive(actions(play('welcome.wav')), actions({ Type: 'Hangup', Parameters: {} }));
    await settle();
    expect(scene.said).toEqual([`answer ${LEG}`, 'play welcome.wav']);
    scene.finish();
    await settle();
    expect(scene.said.at(-1)).toBe(`hang up ${LEG} 0`);
    expect(scene.hungUpBy).toEqual(['application']);
    expect(scene.events.map((event) => event.InvocationEventType)).toEqual([
      'NEW_INBOUND_CALL',
      'ACTION_SUCCESSFUL',
      'HANGUP',
    ]);
    expect(scene.host.size).toBe(0);
    expect(scene.clock.pending).toBe(0);
  });

  it('A call joins a meeting and leaves when its attendee is removed', async () => {
    scene.arrive(actions({ Type: 'JoinChimeMeeting', Parameters: { JoinToken: 'token', MeetingId: 'm' } }));
    await settle();
    expect(scene.said).toEqual([`answer ${LEG}`, `join ${LEG} m a`]);
    const before = scene.said.length;
    scene.host.meetingLost(LEG);
    await settle();
    expect(scene.said.slice(before)).toEqual([]);
    expect(scene.events.at(-1)?.CallDetails.Participants[0]?.To).toBe('+17035550122');
  });

  it('Audio that is stopped while it loads does not start', async () => {
    let loaded: (id: string) => void = () => {};
    scene.slow = new Promise((resolve) => {
      loaded = resolve;
    });
    const transaction = scene.arrive(actions(play('slow.wav')));
    await settle();
    scene.answers = [actions(play('urgent.wav'))];
    expect(scene.host.updateCall('sma', transaction, { action: 'PlayAudio' })).toBe('accepted');
    await settle();
    loaded('slow.wav');
    await settle();
    expect(scene.said.filter((line) => line.startsWith('play'))).toEqual(['play urgent.wav']);
  });

  it("T-065 Updates reach only the application's own calls, while they last", async () => {
    const transaction = scene.arrive(actions(play('welcome.wav')));
    await settle();
    expect(scene.host.updateCall('other', transaction, {})).toBe('notFound');
    scene.host.legInput(LEG, { kind: 'LegEnded', legId: LEG, sipResponseCode: 0 });
    await settle();
    expect(scene.host.updateCall('sma', transaction, {})).toBe('notFound');
  });

  it('An unexpected fault ends its call and no other', async () => {
    scene.arrive(actions(play('one.wav')));
    await settle();
    scene.playFault = new RangeError('nobody foresaw this');
    const rest = { awsAccountId: '000000000000', sipRuleId: 'rule', targets: [TARGET] };
    scene.answers = [actions(play('two.wav'))];
    scene.host.arrive({ legId: 'leg-b', from: '+15550100003', to: '+15550100001', ...rest });
    await settle();
    expect([scene.said.at(-1), scene.hungUpBy]).toEqual(['hang up leg-b 480', ['service']]);
    expect(scene.events.at(-1)).toMatchObject({ InvocationEventType: 'HANGUP' });
    expect(scene.host.size).toBe(1);
    scene.playFault = undefined;
    scene.answers = [actions(play('three.wav'))];
    scene.finish();
    await settle();
    expect(scene.said.at(-1)).toBe('play three.wav');
  });

  it('The service is named as the cause when the runtime ends', async () => {
    scene.arrive(actions(play('one.wav')), actions({ Type: 'Hangup', Parameters: {} }));
    await settle();
    scene.host.close();
    scene.finish();
    await settle();
    expect(scene.hungUpBy).toEqual(['service']);
  });

  it('A call ends if its function does not answer within 20 s', async () => {
    scene.arrive('hang');
    await settle();
    scene.clock.advance(19_999);
    expect(scene.said).toEqual([]);
    scene.clock.advance(1);
    await settle();
    expect(scene.said[0]).toMatch(new RegExp(`hang up ${LEG}`));
    expect(scene.hungUpBy).toEqual(['service']);
  });

  it('The service, not the application, gives up a call nobody answers', async () => {
    scene.answers = [actions()];
    scene.place('+15550100002');
    await settle();
    scene.clock.advance(60_000);
    await settle();
    expect(scene.said.at(-1)).toBe('hang up id-2 480');
    expect(scene.hungUpBy).toEqual(['service']);
  });

  it('A call is placed to a telephone, and its function hears everything', async () => {
    scene.answers = [actions(), actions(), actions(play('hello.wav'))];
    const transaction = scene.place('+15550100002');
    expect(scene.said).toEqual(['place id-2 from +15550100001 to +15550100002 {"X-A":"1"}']);
    await settle();
    scene.host.legInput('id-2', { kind: 'LegRinging', legId: 'id-2' });
    await settle();
    expect(scene.host.updateCall('sma', transaction, {})).toBe('accepted');
    await settle();
    scene.host.legInput('id-2', { kind: 'LegAnswered', legId: 'id-2' });
    await settle();
    expect(scene.events.map((event) => event.InvocationEventType)).toEqual([
      'NEW_OUTBOUND_CALL',
      'RINGING',
      'CALL_UPDATE_REQUESTED',
      'CALL_ANSWERED',
    ]);
    expect(scene.events[0]?.ActionData?.Parameters).toEqual({ Arguments: { order: '7' } });
    expect(scene.events[3]?.CallDetails).toMatchObject({
      TransactionId: transaction,
      AwsAccountId: '000000000000',
    });
  });

  it('The application is told that nobody is at the number', async () => {
    scene.place(NOBODY);
    await settle();
    expect(scene.events.map((event) => event.InvocationEventType)).toEqual(['NEW_OUTBOUND_CALL', 'HANGUP']);
    expect(scene.events[1]?.ActionData?.Parameters).toMatchObject({ SipResponseCode: 404 });
    expect(scene.host.size).toBe(0);
    expect(scene.clock.pending).toBe(0);
  });

  it('A call that nobody answers is given up after a minute', async () => {
    scene.place('+15550100002');
    await settle();
    scene.clock.advance(60_000);
    await settle();
    expect(scene.said.at(-1)).toBe('hang up id-2 480');
    expect(scene.events.at(-1)?.ActionData?.Parameters).toMatchObject({ SipResponseCode: 480 });
    expect(scene.host.size).toBe(0);
  });
});
