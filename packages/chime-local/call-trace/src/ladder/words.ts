import type { CallOutput } from 'pstn-audio/engine';
import type { CallSummary, EntryOf } from 'pstn-audio/record';

/** `INVITE`, `180 Ringing`, `200 OK (BYE)`: what a SIP message is in a few words. */
export function sipWords({ startLine, headers }: Pick<EntryOf<'Sip'>, 'startLine' | 'headers'>): string {
  const response = /^SIP\/2\.0 (\d{3}.*)$/.exec(startLine)?.[1];
  if (response === undefined) return startLine.split(' ')[0] ?? startLine;
  const cseq = headers.find(([name]) => name?.toLowerCase() === 'cseq')?.[1] ?? '';
  const method = cseq.split(/\s+/)[1];
  return method && method !== 'INVITE' ? `${response} (${method})` : response;
}

/** `hung up by the service`: how a leg ended and, where it was at this end, who did it. The terminal says the same. */
export function endWords({ by, reason }: NonNullable<CallSummary['end']>): string {
  switch (by) {
    case 'application':
    case 'service':
      return `${reason} by the ${by}`;
    case 'us':
      return `${reason} by the application or the service`;
    default:
      return reason;
  }
}

/** The actions of an answer by type. */
export function actionsIn(payload: string): string {
  try {
    const { Actions } = (JSON.parse(payload) ?? {}) as { Actions?: { Type?: unknown }[] };
    if (!Array.isArray(Actions) || Actions.length === 0) return 'no actions';
    return Actions.map((action) => String(action?.Type)).join(' · ');
  } catch {
    return 'an answer that is no JSON';
  }
}

/** What the engine asks its edges for. */
export function outputWords(output: CallOutput): string {
  switch (output.kind) {
    case 'PlayAudio':
      return `play ${output.source.Key}`;
    case 'SpeakText':
      return `speak “${output.text}”`;
    case 'HangUpLeg':
      return `hang up${output.sipResponseCode ? ` (${output.sipResponseCode})` : ''}`;
    case 'PlaceCall':
    case 'DialLeg':
      return `call ${output.to}`;
    case 'WakeAt':
      return output.at === null ? 'needs no waking' : 'wake at its next deadline';
    case 'JoinMeeting':
      return 'join a meeting';
    case 'SetAttendeesMuted':
      return `${output.muted ? 'mute' : 'unmute'} ${output.attendeeIds.length} attendees`;
    default:
      return output.kind.replace(/(?<=[a-z])(?=[A-Z])/g, ' ').toLowerCase();
  }
}
