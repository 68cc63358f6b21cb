import type { CallControl, MeetingObserver } from '#aws';
import type { SocketParts } from '#web';
import type { CallServer } from './call-server-parts.ts';
import { ACCOUNT_ID } from './home.ts';

type Served = {
  /** Absent where calls have no telephones. */
  sip?: Pick<CallServer['sip'], 'acceptWebSocket'>;
  signalling?: Pick<CallServer['signalling'], 'acceptWebSocket'>;
} & { host: Pick<CallServer['host'], 'place' | 'updateCall'> } & {
  meetings: Pick<CallServer['meetings'], 'attendeeRemoved' | 'capabilitiesChanged'>;
};

/**
 * Calls and meetings, as the AWS APIs and the web server reach them. Those are there before the call server is, since the
 * stacks are built by the APIs: until then nobody can be called, and nobody is in a meeting.
 */
export class CallControls implements CallControl, MeetingObserver {
  #server: Served | undefined;

  connect(server: Served): void {
    this.#server = server;
  }

  createCall(request: Parameters<CallControl['createCall']>[0]): string {
    return this.#server?.host.place({ ...request, awsAccountId: ACCOUNT_ID }) ?? 'unavailable';
  }

  updateCall(...update: Parameters<CallControl['updateCall']>): 'accepted' | 'notFound' {
    return this.#server?.host.updateCall(...update) ?? 'notFound';
  }

  onAttendeeRemoved(...removed: Parameters<MeetingObserver['onAttendeeRemoved']>): void {
    this.#server?.meetings.attendeeRemoved(...removed);
  }

  onCapabilitiesChanged(...changed: Parameters<MeetingObserver['onCapabilitiesChanged']>): void {
    this.#server?.meetings.capabilitiesChanged(...changed);
  }

  /** Who takes WebSockets; nobody until the call server is there. */
  sockets(): SocketParts {
    const { sip, signalling } = this.#server ?? {};
    if (!sip || !signalling) return {};
    return {
      sip: (...upgrade) => sip.acceptWebSocket(...upgrade),
      signalling: (...upgrade) => signalling.acceptWebSocket(...upgrade),
    };
  }
}
