import { HeaderList } from '../messages/headers.ts';
import { SipRequest, type SipResponse } from '../messages/message.ts';
import { splitTopVia } from '../messages/via.ts';

/** RFC 3261 section 17.1.1.3: the ACK of a 300-699 belongs to the INVITE's transaction and takes its path. */
export function createAck(invite: SipRequest, response: SipResponse): SipRequest {
  const headers = new HeaderList();
  const field = invite.headers.get('via') ?? '';
  headers.add('Via', splitTopVia(field).top);
  for (const route of invite.headers.fields('route')) headers.add('Route', route);
  headers.add('Max-Forwards', '70');
  headers.add('From', invite.headers.get('from') ?? '');
  headers.add('To', response.headers.get('to') ?? invite.headers.get('to') ?? '');
  headers.add('Call-ID', invite.callId);
  headers.add('CSeq', `${invite.cseq!.number} ACK`);
  return new SipRequest('ACK', invite.uri, headers);
}
