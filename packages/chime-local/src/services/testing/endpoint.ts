import type { Clock } from '#platform';
import { type Journal, openJournal, silentLog, systemClock, systemIds } from '#platform';
import type { MeetingEvent } from '../chime/meetings/meeting-events.ts';
import { startChimeMeetings } from '../chime/meetings/meetings.ts';
import type { QuotaMode } from '../chime/quotas.ts';
import { createChimeService } from '../chime/service.ts';
import { createChimeVoice } from '../chime/voice/voice.ts';
import { AwsPort } from '../front/aws-port.ts';
import { startAwsEndpoint } from '../front/endpoint.ts';
import type { Authorize } from '../iam/index.ts';
import type { AwsService, CallControl } from '../ports.ts';

export const ACCOUNT = '000000000000';
export const REGION = 'us-east-1';
/** Long-term keys, and the keys of a role session. */
export const OPERATOR = { accessKeyId: 'AKIDOPERATOR', secretAccessKey: 'operator secret' };
export const ROLE = { accessKeyId: 'ASIAROLE', secretAccessKey: 'role secret', sessionToken: 'role token' };

const KNOWN = new Map([
  [OPERATOR.accessKeyId, { ...OPERATOR, arn: `arn:aws:iam::${ACCOUNT}:user/operator` }],
  [ROLE.accessKeyId, { ...ROLE, arn: `arn:aws:sts::${ACCOUNT}:assumed-role/sma/sma-handler` }],
]);

/** For tests: only the AWS endpoint, with the given services. */
export async function startFront(services: AwsService[], clock: Clock = systemClock, authorize?: Authorize) {
  return startAwsEndpoint(await AwsPort.open({ address: '127.0.0.1', port: 0 }), {
    credentials: (accessKeyId) => KNOWN.get(accessKeyId),
    services,
    ...(authorize ? { authorize } : {}),
    log: silentLog,
    clock,
    ids: systemIds,
  });
}

export interface TestChimeOptions {
  journal?: Journal;
  /** The clock of the services. Signatures are verified by the system clock. */
  clock?: Clock;
  quotas?: QuotaMode;
  orderMs?: number;
  calls?: Partial<CallControl>;
}

/** For tests: both Chime APIs behind the AWS endpoint, and what they reported to the runtime. */
export async function startChime(options: TestChimeOptions = {}) {
  const { clock = systemClock, quotas, journal = openJournal(undefined) } = options;
  const removed: { meetingId: string; attendeeId: string }[] = [];
  const changed: { meetingId: string; attendeeId: string; audio: string }[] = [];
  const common = { journal, accountId: ACCOUNT, clock, ids: systemIds, quotas };
  const calls: CallControl = {
    createCall: () => 'unavailable',
    updateCall: () => 'notFound',
    ...options.calls,
  };
  const permitted: string[] = [];
  const told: MeetingEvent[] = [];
  const voice = createChimeVoice({
    ...common,
    calls,
    orderMs: options.orderMs ?? 0,
    permit: (functionArn, applicationArn) => permitted.push(`${functionArn} for ${applicationArn}`),
  });
  const meetings = startChimeMeetings({
    ...common,
    log: silentLog,
    onEvent: (event) => told.push(event),
    observer: {
      onAttendeeRemoved: (meetingId, attendeeId) => removed.push({ meetingId, attendeeId }),
      onCapabilitiesChanged: (meetingId, attendeeId, { audio }) =>
        changed.push({ meetingId, attendeeId, audio }),
    },
  });
  const front = await startFront([createChimeService(voice.api, meetings.api, ACCOUNT)]);
  const client = { endpoint: front.endpoint, region: REGION, credentials: OPERATOR, maxAttempts: 1 };
  return {
    voice: voice.directory,
    meetings: meetings.directory,
    removed,
    changed,
    /** The events of meetings. */
    told,
    journal,
    /** Which functions the service may invoke for which applications. */
    permitted,
    front,
    /** The options for an SDK client. */
    client,
    async close() {
      meetings.close();
      await front.close();
      journal.close();
    },
  };
}
