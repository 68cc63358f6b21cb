import type { CallInput } from '../engine/inputs.ts';
import type { CallOutput } from '../engine/outputs.ts';
import type { Heard } from './virtual-call.ts';

interface Playing {
  readonly callId: string;
  readonly playId: string;
  readonly what: Heard;
}

/** The telephones and meetings of a virtual call: they do at once what they are told, and remember what was heard. */
export class VirtualPhones {
  readonly hangUps: number[] = [];
  readonly #heard = new Map<string, Heard[]>();
  #playing: Playing[] = [];
  #meetingLegs = 0;
  #dialledLegs = 0;

  heard(callId: string): readonly Heard[] {
    return this.#heard.get(callId) ?? [];
  }

  hears(callId: string): Heard | undefined {
    return this.#playing.find((playing) => playing.callId === callId)?.what;
  }

  /** The request that has played longest; it is over then. */
  takePlaying(): { callId: string; playId: string } | undefined {
    const playing = this.#playing.shift();
    return playing && { callId: playing.callId, playId: playing.playId };
  }

  /** Does what the engine asks for; what it reports in return. */
  carryOut(output: CallOutput): CallInput[] {
    switch (output.kind) {
      case 'AnswerLeg':
        return [{ kind: 'LegAnswered', callId: output.callId }];
      case 'HangUpLeg':
        this.hangUps.push(output.sipResponseCode);
        return [this.#ended(output.callId, output.sipResponseCode)];
      case 'LeaveMeeting':
        return [this.#ended(output.callId, 0)];
      case 'PlayAudio':
        return this.#play(output, { file: output.source.Key });
      case 'SpeakText':
        return this.#play(output, { text: output.text });
      case 'SendKeys':
        return this.#play(output, { keys: output.keys });
      case 'StopPlayback':
        this.#playing = this.#playing.filter(({ playId }) => playId !== output.playId);
        return [];
      case 'DialLeg':
        this.#dialledLegs += 1;
        return [
          { kind: 'LegDialled', callId: `dialled-leg-${this.#dialledLegs}`, dialledFrom: output.dialledFrom },
        ];
      case 'JoinMeeting':
        return [this.#join(output)];
      case 'SetAttendeesMuted':
        return [{ kind: 'AttendeesModified', requestId: output.requestId }];
      default:
        return [];
    }
  }

  #play({ callId, playId }: { callId: string; playId: string }, what: Heard): CallInput[] {
    this.#playing.push({ callId, playId, what });
    this.#heard.set(callId, [...this.heard(callId), what]);
    return [];
  }

  #ended(callId: string, sipResponseCode: number): CallInput {
    this.#playing = this.#playing.filter((playing) => playing.callId !== callId);
    return { kind: 'LegEnded', callId, sipResponseCode };
  }

  #join({
    callId: joinedFrom,
    joinToken,
    meetingId,
  }: Extract<CallOutput, { kind: 'JoinMeeting' }>): CallInput {
    this.#meetingLegs += 1;
    const callId = `meeting-leg-${this.#meetingLegs}`;
    const attendeeId = `attendee-of-${joinToken}`;
    return { kind: 'MeetingJoined', callId, joinedFrom, meetingId: meetingId ?? 'meeting', attendeeId };
  }
}
