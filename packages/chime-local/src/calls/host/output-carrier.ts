import type { ActionErrorType } from 'pstn-audio';
import type {
  CallInput,
  CallOutput,
  JoinMeeting,
  LeaveMeeting,
  PlayAudio,
  SendKeys,
  SetAttendeesMuted,
  SetVoiceFocus,
  SpeakText,
  StartConversation,
  StartRecording,
  StopPlayback,
} from 'pstn-audio/engine';
import type { ConversationOutcome, Conversations } from '#bots';
import type { Lines } from '#lines';
import type { MediaEdge } from '#media-edge';
import type { MeetingHost, MuteFailure } from '#meeting-host';
import type { Clock, Ids, Log } from '#platform';
import type { RecordingOutcome, Recordings } from '#recordings';
import { type BridgeEdges, Bridges } from './bridges.ts';
import { Invocations, type InvocationWatch, type Invoke } from './invocations.ts';
import { type MeetingLeg, MeetingLegs } from './meeting-legs.ts';
import { Sounds, type SoundWatch } from './sounds.ts';

/** The service's error for a request to play or join that cannot be met. */
export interface ServiceFailure {
  errorType: ActionErrorType;
  message: string;
}

/** The parts of the edges that the carrier uses, so narrow that tests can fake them. */
export interface OutputEdges {
  lines: Pick<Lines, 'place' | 'openEarlyMedia' | 'answer' | 'hangUp'>;
  media: Pick<
    MediaEdge,
    'play' | 'setNoiseSuppression' | 'playIntoMeeting' | 'sendKeys' | 'stop' | 'joinMeeting' | 'leaveMeeting'
  >;
  called: BridgeEdges['called'];
  conversations: Pick<Conversations, 'start' | 'key' | 'stop' | 'legEnded'>;
  recordings: Pick<Recordings, 'start' | 'stop' | 'setPaused' | 'legEnded'>;
  meetings: Pick<MeetingHost, 'joinTelephone' | 'leaveTelephone' | 'setMuted'>;
  invoke: Invoke;
  /** Loads audio into the media edge. Returns the audio id synchronously if the audio is already there. */
  audio: {
    file(output: PlayAudio): string | Promise<string | ServiceFailure>;
    speech(output: SpeakText): string | Promise<string | ServiceFailure>;
    /** The audio id of a telephone network's ringing tone, which is to be repeated. */
    ringing(): string;
    /** The duration in milliseconds of audio that is ready; undefined if it is not. */
    lengthMs(audioId: string): number | undefined;
  };
}

/** Number of repetitions that covers the two minutes for which a called party may ring. */
const OVER_AND_OVER = 1_000_000;

const SYSTEM_FAILURE: ServiceFailure = {
  errorType: 'SystemException',
  message: 'System error while running action.',
};

/** The service's error messages for attendees that cannot be muted. */
const MUTE_FAILURES: Record<MuteFailure, string> = {
  'no such meeting': 'Meeting ID parameter value is invalid.',
  'not attendees of it':
    'One or more attendees are not part of this meeting. All attendees must be part of this meeting.',
};

/** The outputs that the edges carry out; the call host handles the others itself. */
type EdgeOutput = Exclude<CallOutput, { kind: 'WakeAt' | 'CallEnded' | 'LogMessage' }>;

type Carriers = {
  [Kind in EdgeOutput['kind']]: (transactionId: string, output: Extract<EdgeOutput, { kind: Kind }>) => void;
};

/** Carries out the engine's outputs and reports the results. */
export class OutputCarrier {
  readonly #edges: OutputEdges;
  readonly #parts: { clock: Clock; ids: Ids; log: Log };
  readonly #report: (transactionId: string, input: CallInput) => void;
  readonly #meetingLegs = new MeetingLegs();
  readonly #bridges: Bridges;
  readonly #invocations: Invocations;
  readonly #sounds: Sounds;
  /** Play requests whose audio is being loaded. A request that is stopped meanwhile must not start. */
  readonly #loading = new Set<string>();
  /** Maps a play request of a telephone's leg to the meeting leg that it belongs to. */
  readonly #intoMeetings = new Map<string, string>();

  /** The handler for each kind of output. A new kind does not compile until it has a handler. */
  readonly #carriers: Carriers = {
    InvokeFunction: (transactionId, output) => this.#invocations.begin(transactionId, output),
    PlaceCall: (_, { kind, ...leg }) => this.#edges.lines.place(leg),
    DialLeg: (transactionId, output) => this.#report(transactionId, this.#bridges.dial(output)),
    BridgeLegs: (_, output) => this.#bridges.connect(output),
    HearLeg: (_, output) => this.#bridges.hear(output),
    OpenEarlyMedia: (_, { legId }) => this.#edges.lines.openEarlyMedia(legId),
    AnswerLeg: (_, { legId }) => this.#edges.lines.answer(legId),
    HangUpLeg: (_, { legId, sipResponseCode }) => this.hangUp(legId, sipResponseCode),
    PlayAudio: (transactionId, output) =>
      this.#play(transactionId, output, this.#edges.audio.file(output), output.repeat),
    SpeakText: (transactionId, output) =>
      this.#play(transactionId, output, this.#edges.audio.speech(output), 1),
    PlayRinging: (_, { legId, playId }) => {
      const audioId = this.#edges.audio.ringing();
      this.#edges.media.play(legId, { playId, audioId, repeat: OVER_AND_OVER });
    },
    SendKeys: (transactionId, output) => this.#sendKeys(transactionId, output),
    StopPlayback: (_, output) => this.#stop(output),
    StartConversation: (transactionId, output) => this.#converse(transactionId, output),
    ConversationKey: (_, { legId, key }) => this.#edges.conversations.key(legId, key),
    StopConversation: (_, { legId }) => this.#edges.conversations.stop(legId),
    SetVoiceFocus: (transactionId, output) => this.#setVoiceFocus(transactionId, output),
    StartRecording: (transactionId, output) => this.#record(transactionId, output),
    StopRecording: (_, output) => this.#edges.recordings.stop(output),
    PauseRecording: (_, output) => this.#edges.recordings.setPaused(output, output.paused),
    JoinMeeting: (transactionId, output) => this.#join(transactionId, output),
    LeaveMeeting: (_, output) => this.#leave(output),
    SetAttendeesMuted: (transactionId, output) => this.#mute(transactionId, output),
  };

  constructor(
    edges: OutputEdges,
    parts: { clock: Clock; ids: Ids; log: Log; watches?: InvocationWatch[]; record?: SoundWatch },
    report: (transactionId: string, input: CallInput) => void,
  ) {
    this.#edges = edges;
    this.#parts = parts;
    this.#report = report;
    this.#bridges = new Bridges(edges, parts.ids);
    const { clock, ids, watches = [], record } = parts;
    this.#invocations = new Invocations({ invoke: edges.invoke, clock, ids, watches, report });
    this.#sounds = new Sounds(clock, record);
  }

  carryOut(transactionId: string, output: EdgeOutput): void {
    const carry = this.#carriers[output.kind] as (transactionId: string, output: EdgeOutput) => void;
    carry(transactionId, output);
  }

  /** Ends a telephone leg of a call that can no longer be carried on. */
  hangUp(legId: string, sipResponseCode: number): void {
    this.#edges.lines.hangUp(legId, sipResponseCode);
  }

  /** The leg has lost its place in the meeting; see `MeetingHostParts.letGo`. */
  meetingLost(legId: string): void {
    const leg = this.#meetingLegs.byJoinedFrom(legId);
    if (leg) this.#end(leg);
  }

  /** The leg that was told to play. What plays into a meeting is played by the telephone leg that is in it. */
  playbackLeg(legId: string, playId: string): string {
    const key = `${legId} ${playId}`;
    const meetingLeg = this.#intoMeetings.get(key);
    this.#intoMeetings.delete(key);
    this.#sounds.ended(meetingLeg ?? legId, playId, 'finished');
    return meetingLeg ?? legId;
  }

  /** A telephone leg has ended. */
  legEnded(legId: string): void {
    this.#bridges.ended(legId);
    this.#sounds.legEnded(legId);
    this.#edges.recordings.legEnded(legId);
    this.#edges.conversations.legEnded(legId);
  }

  /** Records the address that a call came from. */
  cameFrom(transactionId: string, source: string): void {
    this.#invocations.cameFrom(transactionId, source);
  }

  /** Forgets a transaction that is over and disconnects its meeting leg, if any. */
  forget(transactionId: string): void {
    this.#invocations.forget(transactionId);
    const leg = this.#meetingLegs.byTransaction(transactionId);
    if (leg) this.#disconnect(leg);
  }

  #play(
    transactionId: string,
    output: PlayAudio | SpeakText,
    audio: string | Promise<string | ServiceFailure>,
    repeat: number,
  ): void {
    const { legId, playId } = output;
    const into = this.#meetingLegs.byLegId(legId);
    const begin = (audioId: string): void => {
      const lengthMs = this.#edges.audio.lengthMs(audioId);
      this.#sounds.began(transactionId, { legId, playId, name: nameOf(output), repeat, lengthMs });
      const request = { playId, audioId, repeat };
      if (!into) this.#edges.media.play(legId, request);
      else {
        // The audio is the attendee's voice, so the telephone leg in the meeting plays it.
        this.#intoMeetings.set(`${into.joinedFrom} ${playId}`, legId);
        this.#edges.media.playIntoMeeting(into.joinedFrom, request);
      }
    };
    if (typeof audio === 'string') {
      begin(audio);
      return;
    }
    const key = `${legId} ${playId}`;
    this.#loading.add(key);
    audio
      .catch((error: Error): ServiceFailure => {
        this.#parts.log.error(`Audio could not be prepared: ${error.message}`, { transactionId });
        return SYSTEM_FAILURE;
      })
      .then((loaded) => {
        if (!this.#loading.delete(key)) return;
        if (typeof loaded === 'string') begin(loaded);
        else this.#report(transactionId, { kind: 'PlaybackFailed', legId, playId, ...loaded });
      });
  }

  #stop({ legId, playId }: StopPlayback): void {
    this.#loading.delete(`${legId} ${playId}`);
    this.#sounds.ended(legId, playId, 'stopped');
    const into = this.#meetingLegs.byLegId(legId);
    if (into) this.#intoMeetings.delete(`${into.joinedFrom} ${playId}`);
    this.#edges.media.stop(into?.joinedFrom ?? legId, playId);
  }

  /**
   * A meeting leg has nobody who could receive keys: the request finishes at once without effect (pstn-audio
   * 6.2).
   */
  #sendKeys(transactionId: string, { legId, kind: _, ...request }: SendKeys): void {
    const { playId } = request;
    if (this.#meetingLegs.byLegId(legId)) {
      this.#report(transactionId, { kind: 'PlaybackFinished', legId, playId });
    } else this.#edges.media.sendKeys(legId, request);
  }

  #converse(transactionId: string, output: StartConversation): void {
    const { legId, conversationId } = output;
    this.#edges.conversations.start(output, (outcome: ConversationOutcome) => {
      const kind = 'intentResult' in outcome ? 'ConversationEnded' : 'ConversationFailed';
      this.#report(transactionId, { kind, legId, conversationId, ...outcome } as CallInput);
    });
  }

  /** Only a telephone leg has voice focus; in a meeting, each client decides for itself. */
  #setVoiceFocus(transactionId: string, { legId, enabled }: SetVoiceFocus): void {
    if (!this.#meetingLegs.byLegId(legId)) this.#edges.media.setNoiseSuppression(legId, enabled);
    else {
      const text = 'VoiceFocus on a meeting leg changes nothing here: name the telephone.';
      this.#parts.log.warn(text, { transactionId });
    }
  }

  /** The audio of a meeting leg is that of the telephone leg in the meeting, with the directions swapped. */
  #record(transactionId: string, output: StartRecording): void {
    const { legId, recordingId } = output;
    const meetingLeg = this.#meetingLegs.byLegId(legId);
    const tell = (outcome: RecordingOutcome): void => {
      const about = { legId, recordingId };
      if (outcome === 'stored') this.#report(transactionId, { kind: 'RecordingStored', ...about });
      else if (outcome === 'silence') this.#report(transactionId, { kind: 'SilenceHeard', ...about });
      else this.#report(transactionId, { kind: 'RecordingFailed', ...about, ...outcome });
    };
    const failed = this.#edges.recordings.start({
      output,
      transactionId,
      mediaLeg: meetingLeg?.joinedFrom ?? legId,
      swapped: meetingLeg !== undefined,
      report: tell,
    });
    if (failed) tell(failed);
    else this.#report(transactionId, { kind: 'RecordingStarted', legId, recordingId });
  }

  #join(transactionId: string, output: JoinMeeting): void {
    // This call first removes whoever is in the meeting as this attendee or through this leg.
    const seat = this.#edges.meetings.joinTelephone(output.legId, output.joinToken, output.meetingId);
    if (!seat) {
      this.#report(transactionId, {
        kind: 'MeetingJoinFailed',
        joinedFrom: output.legId,
        errorType: 'InvalidActionParameter',
        message: 'JoinToken parameter value is invalid.',
      });
      return;
    }
    const leg = {
      transactionId,
      joinedFrom: output.legId,
      legId: this.#parts.ids.guid(),
      ...seat,
    };
    this.#meetingLegs.add(leg);
    const { legId, joinedFrom } = leg;
    this.#report(transactionId, { kind: 'MeetingJoined', legId, joinedFrom, ...seat });
  }

  #leave(output: LeaveMeeting): void {
    const leg = this.#meetingLegs.byLegId(output.legId);
    if (leg) this.#disconnect(leg);
  }

  #disconnect(leg: MeetingLeg): void {
    this.#edges.meetings.leaveTelephone(leg.joinedFrom);
    this.#end(leg);
  }

  #end(leg: MeetingLeg): void {
    this.#meetingLegs.delete(leg);
    for (const [key, meetingLeg] of this.#intoMeetings) {
      if (meetingLeg === leg.legId) this.#intoMeetings.delete(key);
    }
    this.#edges.recordings.legEnded(leg.legId);
    this.#report(leg.transactionId, { kind: 'LegEnded', legId: leg.legId, sipResponseCode: 0 });
  }

  #mute(transactionId: string, output: SetAttendeesMuted): void {
    const { requestId, meetingId, attendeeIds, muted } = output;
    const failed = this.#edges.meetings.setMuted(meetingId, attendeeIds, muted);
    const failure: ServiceFailure | undefined = failed && {
      errorType: 'InvalidActionParameter',
      message: MUTE_FAILURES[failed],
    };
    this.#report(transactionId, { kind: 'AttendeesModified', requestId, ...(failure ? { failure } : {}) });
  }
}

/** The name of the audio in the call record. */
function nameOf(output: PlayAudio | SpeakText): string {
  if (output.kind === 'SpeakText') return output.text;
  return `${output.source.BucketName}/${output.source.Key}`;
}
