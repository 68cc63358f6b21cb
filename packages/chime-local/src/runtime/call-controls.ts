import type { CallControl, MeetingObserver } from '#aws';
import type { SocketParts } from '#web';
import type { CallServer } from './call-server-parts.ts';
import { ACCOUNT_ID } from './home.ts';

type Served = {
  /** Undefined if calls have no telephones. */
  sip?: Pick<CallServer['sip'], 'acceptWebSocket'>;
  signalling?: Pick<CallServer['signalling'], 'acceptWebSocket'>;
} & { host: Pick<CallServer['host'], 'place' | 'updateCall'> } & {
  meetings: Pick<CallServer['meetings'], 'attendeeRemoved' | 'capabilitiesChanged'>;
};

/**
 * Calls and meetings as seen by the AWS APIs and the web server. These exist before the call server, because
 * the APIs build the stacks: until then nobody can be called, and nobody is in a meeting.
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

  /** The servers that accept WebSockets; none until the call server exists. */
  sockets(): SocketParts {
    const { sip, signalling } = this.#server ?? {};
    if (!sip || !signalling) return {};
    return {
      sip: (...upgrade) => sip.acceptWebSocket(...upgrade),
      signalling: (...upgrade) => signalling.acceptWebSocket(...upgrade),
    };
  }
}
