import type { OutgoingFrame } from './frame-socket.ts';
import type { RosterChange, RosterEntry } from './signalling.ts';
import { FRAME, type StreamInfo } from './wire/frames.ts';

/** A volume that clients treat as silence, dB below full scale; they do so for anything beyond 42. */
const SILENT_VOLUME = 127;

/** AUDIO_STREAM_ID_INFO with everybody. */
export function rosterFrame(entries: readonly RosterEntry[]): OutgoingFrame {
  return streams(entries.map(presentEntry));
}

/** AUDIO_STREAM_ID_INFO with the changes. The fields that are present in an entry say what happened. */
export function changesFrame(changes: readonly RosterChange[]): OutgoingFrame {
  return streams(changes.map(changedEntry));
}

function streams(infos: StreamInfo[]): OutgoingFrame {
  return { type: FRAME.AUDIO_STREAM_ID_INFO, audioStreamIdInfo: { streams: infos } };
}

function presentEntry({ streamId, attendeeId, externalUserId, muted }: RosterEntry): StreamInfo {
  return { audioStreamId: streamId, attendeeId, externalUserId, muted };
}

function changedEntry(change: RosterChange): StreamInfo {
  if (change.kind === 'present') return presentEntry(change.entry);
  const audioStreamId = change.streamId;
  if (change.kind === 'muted') return { audioStreamId, muted: change.muted };
  return change.dropped ? { audioStreamId, dropped: true } : { audioStreamId };
}

/** The levels that one client has been sent. */
export class LevelTeller {
  #told: number[] = [];

  /**
   * AUDIO_METADATA. The client treats all attendees who are missing from a frame as silent, but only if the
   * frame has any; when nobody is left, those who were in the last frame must be reported as silent.
   * @returns undefined if there is nothing to report.
   */
  frame(levels: readonly { streamId: number; volume: number }[]): OutgoingFrame | undefined {
    const states =
      levels.length > 0
        ? levels.map(({ streamId, volume }) => ({
            audioStreamId: streamId,
            volume: Math.max(1, Math.min(SILENT_VOLUME, Math.round(volume))),
          }))
        : this.#told.map((audioStreamId) => ({ audioStreamId, volume: SILENT_VOLUME }));
    this.#told = levels.map(({ streamId }) => streamId);
    return states.length > 0
      ? { type: FRAME.AUDIO_METADATA, audioMetadata: { attendeeStates: states } }
      : undefined;
  }
}
