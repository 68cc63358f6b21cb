import type { CallInput } from '../engine/inputs.ts';
import type { CallOutput, JoinMeeting, PlayAudio, SendKeys, SpeakText } from '../engine/outputs.ts';
import type { Seats } from './meetings.ts';
import { type Heard, heardOf, isPlay, lengthOf, type SoundLengths } from './sounds.ts';
import type { VirtualTime } from './virtual-time.ts';

/** A recording that has been stored in its bucket. */
export interface Recorded {
  bucket: string;
  key: string;
  track: 'INCOMING' | 'OUTGOING' | 'BOTH';
  milliseconds: number;
}

interface Recording {
  readonly legId: string;
  readonly recordingId: string;
  readonly what: Omit<Recorded, 'milliseconds'>;
  /** Milliseconds since the epoch. */
  readonly from: number;
}

/** Something that a leg's party heard or hears. */
export interface Hearing {
  readonly legId: string;
  readonly playId: string;
  readonly what: Heard;
  /** Milliseconds since the epoch. */
  readonly from: number;
  until: number | undefined;
  cancel(): void;
  /** The request, if a record is followed. */
  readonly output?: PlayAudio | SpeakText | SendKeys;
}

/** The environment of a call's telephones. */
export interface Surroundings {
  time: VirtualTime;
  seats: Seats;
  lengths: SoundLengths | undefined;
  /** Returns an id that no other call has. */
  legId(): string;
  /** Tells the call what has happened. */
  give(input: CallInput): void;
  /** Adds a line to the transcript. */
  note(text: string): void;
}

/** The service's error for a file that does not exist. */
const NO_ACCESS = 'Cannot access S3 bucket or audio file.';

/** The telephones of a virtual call: they carry out requests at once and remember what was heard. */
export class VirtualPhones {
  readonly hangUps: number[] = [];
  readonly hearings: Hearing[] = [];
  readonly recorded: Recorded[] = [];
  readonly #around: Surroundings;
  /** The conversations with bots, by the leg's id. */
  readonly #conversations = new Map<string, string>();
  #recordings: Recording[] = [];

  constructor(around: Surroundings) {
    this.#around = around;
  }

  /** What is being played to the leg's party. */
  playing(legId: string): Hearing | undefined {
    return this.hearings.find((hearing) => hearing.legId === legId && hearing.until === undefined);
  }

  /** Carries out an output of the engine and reports the result. */
  carryOut(output: CallOutput): void {
    const { give, note, seats } = this.#around;
    if (isPlay(output)) this.#play(output);
    else if (output.kind === 'AnswerLeg') {
      note('is answered');
      give({ kind: 'LegAnswered', legId: output.legId });
    } else if (output.kind === 'HangUpLeg') {
      this.hangUps.push(output.sipResponseCode);
      give({ kind: 'LegEnded', legId: output.legId, sipResponseCode: output.sipResponseCode });
    } else if (output.kind === 'LeaveMeeting') {
      if (seats.leave(output.legId)) give({ kind: 'LegEnded', legId: output.legId, sipResponseCode: 0 });
    } else if (output.kind === 'StopPlayback') this.#stop(output.legId, output.playId);
    else if (output.kind === 'StartRecording') this.#record(output);
    else if (output.kind === 'StopRecording') {
      this.#store(({ recordingId }) => recordingId === output.recordingId);
    } else if (output.kind === 'StartConversation') {
      this.#conversations.set(output.legId, output.conversationId);
    } else if (output.kind === 'DialLeg') {
      note(`${output.to} is called`);
      give({ kind: 'LegDialled', legId: this.#around.legId(), dialledFrom: output.dialledFrom });
    } else if (output.kind === 'JoinMeeting') this.#join(output);
    else if (output.kind === 'SetAttendeesMuted') {
      const failure = {
        errorType: 'InvalidActionParameter',
        message:
          'One or more attendees are not part of this meeting. All attendees must be part of this meeting.',
      } as const;
      const done = seats.setMuted(output);
      give({ kind: 'AttendeesModified', requestId: output.requestId, ...(done ? {} : { failure }) });
    }
  }

  /** Notes what is played while a record decides when it ends. */
  follow(output: CallOutput): void {
    if (isPlay(output)) {
      const { legId, playId } = output;
      const what = heardOf(output);
      const from = this.#around.time.now;
      this.hearings.push({ legId, playId, what, from, until: undefined, cancel: () => {}, output });
    } else if (output.kind === 'StopPlayback') this.#stop(output.legId, output.playId);
  }

  /** The record says that a sound has been played, or could not be. */
  finished(legId: string, playId: string): void {
    this.#stop(legId, playId);
  }

  /** The record no longer decides when sounds end: what is being played now ends after its own length. */
  goOn(): void {
    const { time, lengths, give } = this.#around;
    for (const hearing of this.hearings) {
      if (hearing.until !== undefined || !hearing.output) continue;
      const { legId, playId } = hearing;
      const end = hearing.from + (lengthOf(hearing.output, lengths) ?? 0);
      hearing.cancel = time.at(end, () => {
        this.#over(hearing);
        give({ kind: 'PlaybackFinished', legId, playId });
      });
    }
  }

  /** Removes and returns the conversation of the leg's party. */
  takeConversation(legId: string): string | undefined {
    const conversationId = this.#conversations.get(legId);
    this.#conversations.delete(legId);
    return conversationId;
  }

  /** The leg has ended: nothing is heard on it any more, and its recordings are stored now. */
  legEnded(legId: string): void {
    for (const hearing of this.hearings) {
      if (hearing.legId === legId && hearing.until === undefined) this.#over(hearing);
    }
    this.#store((recording) => recording.legId === legId);
  }

  /** The leg's party has been silent for long enough to end a recording that waits for silence. */
  fallSilent(legId: string): void {
    for (const { legId: recorded, recordingId } of this.#recordings) {
      if (recorded === legId) this.#around.give({ kind: 'SilenceHeard', legId, recordingId });
    }
  }

  #play(output: PlayAudio | SpeakText | SendKeys): void {
    const { time, give, lengths } = this.#around;
    const { legId, playId } = output;
    const length = lengthOf(output, lengths);
    if (length === undefined) {
      give({ kind: 'PlaybackFailed', legId, playId, errorType: 'InvalidAudioSource', message: NO_ACCESS });
      return;
    }
    const cancel = time.at(time.now + length, () => {
      this.#over(hearing);
      give({ kind: 'PlaybackFinished', legId, playId });
    });
    const hearing = { legId, playId, what: heardOf(output), from: time.now, until: undefined, cancel };
    this.hearings.push(hearing);
  }

  #stop(legId: string, playId: string): void {
    const hearing = this.hearings.find((other) => other.legId === legId && other.playId === playId);
    if (hearing && hearing.until === undefined) this.#over(hearing);
  }

  #over(hearing: Hearing): void {
    hearing.cancel();
    hearing.until = this.#around.time.now;
  }

  #record(output: Extract<CallOutput, { kind: 'StartRecording' }>): void {
    const { legId, recordingId, bucket, key, track } = output;
    const from = this.#around.time.now;
    this.#recordings.push({ legId, recordingId, what: { bucket, key, track }, from });
    this.#around.give({ kind: 'RecordingStarted', legId, recordingId });
  }

  #store(which: (recording: Recording) => boolean): void {
    const over = this.#recordings.filter(which);
    this.#recordings = this.#recordings.filter((recording) => !over.includes(recording));
    const { now } = this.#around.time;
    this.recorded.push(...over.map(({ what, from }) => ({ ...what, milliseconds: now - from })));
    for (const { legId, recordingId } of over) {
      this.#around.give({ kind: 'RecordingStored', legId, recordingId });
    }
  }

  #join(output: JoinMeeting): void {
    const { give, note, seats } = this.#around;
    const legId = this.#around.legId();
    const joinedFrom = output.legId;
    const place = seats.join(output, legId, () => {
      note('is let go by the meeting');
      give({ kind: 'LegEnded', legId, sipResponseCode: 0 });
    });
    if (place) {
      note(`joins meeting ${place.meetingId} as ${place.attendeeId}`);
      give({ kind: 'MeetingJoined', legId, joinedFrom, ...place });
      return;
    }
    const message = 'JoinToken parameter value is invalid.';
    give({ kind: 'MeetingJoinFailed', joinedFrom, errorType: 'InvalidActionParameter', message });
  }
}
