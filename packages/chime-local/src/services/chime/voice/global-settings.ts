/** Settings of the account. AG: manage-global. */
import type { Clock } from '#platform';
import type { OperationHandler } from '../../rest/rest-api.ts';
import type { VoiceRecords } from './records.ts';

/** There is one set of settings. */
const KEY = 'global';

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
  };
}

/** The bucket of call detail records; undefined: none are sent. */
export function cdrBucketOf(records: VoiceRecords): string | undefined {
  return records.settings.get(KEY)?.cdrBucket;
}
