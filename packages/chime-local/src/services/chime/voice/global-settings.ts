/** Account-wide settings. AG: manage-global. */
import type { Clock } from '#platform';
import type { OperationHandler } from '../../rest/rest-api.ts';
import { isoTime, type VoiceRecords } from './records.ts';

/** Keys of the two records: the global settings, and the settings of phone numbers. */
const KEY = 'global';
const NUMBERS = 'phone-number';

interface Settings {
  CdrBucket?: string;
}

export function globalSettingsHandlers({
  records,
  clock,
}: {
  records: VoiceRecords;
  clock: Clock;
}): Record<string, OperationHandler> {
  const { settings } = records;
  return {
    getGlobalSettings: () => {
      const { cdrBucket } = settings.get(KEY) ?? {};
      return { VoiceConnector: cdrBucket === undefined ? {} : { CdrBucket: cdrBucket } };
    },
    updateGlobalSettings: ({ VoiceConnector }: { VoiceConnector: Settings }) => {
      const { CdrBucket } = VoiceConnector;
      settings.set(KEY, { updatedAt: clock.now(), ...(CdrBucket ? { cdrBucket: CdrBucket } : {}) });
      return undefined;
    },
    getPhoneNumberSettings: () => {
      const { callingName, updatedAt } = settings.get(NUMBERS) ?? {};
      if (callingName === undefined || updatedAt === undefined) return {};
      return { CallingName: callingName, CallingNameUpdatedTimestamp: isoTime(updatedAt) };
    },
    updatePhoneNumberSettings: ({ CallingName }: { CallingName: string }) => {
      settings.set(NUMBERS, { updatedAt: clock.now(), callingName: CallingName });
      return undefined;
    },
  };
}

/** The bucket of call detail records; undefined if none are delivered. */
export function cdrBucketOf(records: VoiceRecords): string | undefined {
  return records.settings.get(KEY)?.cdrBucket;
}
