import type { CallInput } from '../engine/inputs.ts';
import type { CallOutput } from '../engine/outputs.ts';
import type { Heard } from './virtual-call.ts';

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
