import type { CallInput } from '../engine/inputs.ts';
import type { CallOutput } from '../engine/outputs.ts';
import type { Heard, Recorded } from './virtual-call.ts';

interface Recording {
  readonly legId: string;
  readonly recordingId: string;
  readonly what: Recorded;
}

interface Playing {
  readonly legId: string;
  readonly playId: string;
  readonly what: Heard;
}

/** The telephones and meetings of a virtual call: they do at once what they are told, and remember what was heard. */
export class VirtualPhones {
  readonly hangUps: number[] = [];
  readonly #heard = new Map<string, Heard[]>();
  #playing: Playing[] = [];
  /** The conversation that a leg's party has with a bot. */
  readonly #conversations = new Map<string, string>();
  /** What is being recorded. */
  #recordings: Recording[] = [];
  readonly recorded: Recorded[] = [];
  #meetingLegs = 0;
  #dialledLegs = 0;

  heard(legId: string): readonly Heard[] {
    return this.#heard.get(legId) ?? [];
  }

  hears(legId: string): Heard | undefined {
    return this.#playing.find((playing) => playing.legId === legId)?.what;
  }

  /** The request that has played longest; it is over then. */
  takePlaying(): { legId: string; playId: string } | undefined {
    const playing = this.#playing.shift();
    return playing && { legId: playing.legId, playId: playing.playId };
  }

  /** Does what the engine asks for; what it reports in return. */
  carryOut(output: CallOutput): CallInput[] {
    switch (output.kind) {
      case 'AnswerLeg':
        return [{ kind: 'LegAnswered', legId: output.legId }];
      case 'HangUpLeg':
        this.hangUps.push(output.sipResponseCode);
        return [this.#ended(output.legId, output.sipResponseCode)];
      case 'LeaveMeeting':
        return [this.#ended(output.legId, 0)];
      case 'PlayAudio':
        return this.#play(output, { file: output.source.Key });
      case 'SpeakText':
        return this.#play(output, { text: output.text });
      case 'SendKeys':
        return this.#play(output, { keys: output.keys });
      case 'StopPlayback':
        this.#playing = this.#playing.filter(({ playId }) => playId !== output.playId);
        return [];
      case 'StartRecording':
        return [this.#record(output)];
      case 'StartConversation':
        this.#conversations.set(output.legId, output.conversationId);
        return [];
      case 'StopRecording':
        return this.#store(({ recordingId }) => recordingId === output.recordingId);
      case 'DialLeg':
        this.#dialledLegs += 1;
        return [
          { kind: 'LegDialled', legId: `dialled-leg-${this.#dialledLegs}`, dialledFrom: output.dialledFrom },
        ];
      case 'JoinMeeting':
        return [this.#join(output)];
      case 'SetAttendeesMuted':
        return [{ kind: 'AttendeesModified', requestId: output.requestId }];
      default:
        return [];
    }
  }

  #play({ legId, playId }: { legId: string; playId: string }, what: Heard): CallInput[] {
    this.#playing.push({ legId, playId, what });
    this.#heard.set(legId, [...this.heard(legId), what]);
    return [];
  }

  /** The conversation of the leg's party, which is over then. */
  takeConversation(legId: string): string | undefined {
    const conversationId = this.#conversations.get(legId);
    this.#conversations.delete(legId);
    return conversationId;
  }

  /** What was recorded of the leg is stored now. */
  legEnded(legId: string): CallInput[] {
    return this.#store((recording) => recording.legId === legId);
  }

  /** The leg's party has said nothing for so long that a recording ends which waits for that. */
  fallSilent(legId: string): CallInput[] {
    return this.#recordings
      .filter((recording) => recording.legId === legId)
      .map(({ recordingId }) => ({ kind: 'SilenceHeard', legId, recordingId }));
  }

  #record(output: Extract<CallOutput, { kind: 'StartRecording' }>): CallInput {
    const { legId, recordingId, bucket, key, track } = output;
    this.#recordings.push({ legId, recordingId, what: { bucket, key, track } });
    return { kind: 'RecordingStarted', legId, recordingId };
  }

  #store(which: (recording: Recording) => boolean): CallInput[] {
    const over = this.#recordings.filter(which);
    this.#recordings = this.#recordings.filter((recording) => !over.includes(recording));
    this.recorded.push(...over.map(({ what }) => what));
    return over.map(({ legId, recordingId }) => ({ kind: 'RecordingStored', legId, recordingId }));
  }

  #ended(legId: string, sipResponseCode: number): CallInput {
    this.#playing = this.#playing.filter((playing) => playing.legId !== legId);
    return { kind: 'LegEnded', legId, sipResponseCode };
  }

  #join({
    legId: joinedFrom,
    joinToken,
    meetingId,
  }: Extract<CallOutput, { kind: 'JoinMeeting' }>): CallInput {
    this.#meetingLegs += 1;
    const legId = `meeting-leg-${this.#meetingLegs}`;
    const attendeeId = `attendee-of-${joinToken}`;
    return { kind: 'MeetingJoined', legId, joinedFrom, meetingId: meetingId ?? 'meeting', attendeeId };
  }
}
