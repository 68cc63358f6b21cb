/**
 * StartMeetingTranscription and StopMeetingTranscription. They are accepted and reported as events, but
 * nothing is transcribed, so clients receive no transcripts. API reference of Chime SDK Meetings; DG:
 * "Processing events of live transcription".
 */
import type { OperationContext, OperationHandler } from '../../rest/rest-api.ts';
import { badRequest } from '../errors.ts';
import type { TellMeetingEvent } from './meeting-events.ts';
import { findMeeting } from './meeting-handlers.ts';
import type { MeetingRecord, MeetingRecords } from './records.ts';

interface Engine {
  Region?: string;
}
interface StartTranscription {
  MeetingId: string;
  TranscriptionConfiguration: {
    EngineTranscribeSettings?: Engine;
    EngineTranscribeMedicalSettings?: Engine;
  };
}

export function transcriptionHandlers(
  records: MeetingRecords,
  tell: TellMeetingEvent,
): Record<string, OperationHandler> {
  /** The Region in which each meeting's transcription would run. */
  const regions = new Map<string, string>();
  const regionOf = ({ Region = 'auto' }: Engine, meeting: MeetingRecord): string =>
    Region === 'auto' ? meeting.mediaRegion : Region;
  return {
    startMeetingTranscription(input: StartTranscription, { region }: OperationContext) {
      const meeting = findMeeting(records, input.MeetingId, region);
      const { EngineTranscribeSettings, EngineTranscribeMedicalSettings } = input.TranscriptionConfiguration;
      const engines = [EngineTranscribeSettings, EngineTranscribeMedicalSettings].flatMap((one) => one ?? []);
      const [engine] = engines;
      if (!engine || engines.length > 1) {
        throw badRequest(
          'TranscriptionConfiguration takes one of EngineTranscribeSettings and EngineTranscribeMedicalSettings',
        );
      }
      const transcriptionRegion = regionOf(engine, meeting);
      regions.set(meeting.id, transcriptionRegion);
      tell('chime:TranscriptionStarted', meeting, { detail: { transcriptionRegion } });
      return {};
    },
    stopMeetingTranscription({ MeetingId }: { MeetingId: string }, { region }: OperationContext) {
      const meeting = findMeeting(records, MeetingId, region);
      const transcriptionRegion = regions.get(meeting.id);
      regions.delete(meeting.id);
      if (transcriptionRegion !== undefined) {
        tell('chime:TranscriptionStopped', meeting, { detail: { transcriptionRegion } });
      }
      return {};
    },
  };
}
