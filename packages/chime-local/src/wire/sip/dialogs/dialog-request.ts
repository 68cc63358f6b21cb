import { HeaderList } from '../messages/headers.ts';
import { SipRequest } from '../messages/message.ts';
import { parseNameAddr } from '../messages/name-addr.ts';
import type { HeaderPair } from '../messages/response.ts';
import { hostInUri, parseSipUri } from '../messages/uri.ts';
import { backTo, type Destination, TRANSPORTS } from '../transport/flow.ts';
import { nextHop } from '../transport/next-hop.ts';
import type { Dialog } from './dialog.ts';

/** What a request inside a dialog is made of, beside the dialog. */
export interface DialogRequestContent {
  method: string;
  /** Default: the dialog's next. An ACK takes that of its INVITE. */
  cseq?: number;
  branch: string;
  /** Our own address for Via; that of a flow with an end of its own comes first. */
  sentBy: { host: string; port: number };
  headers?: readonly HeaderPair[];
  body?: Buffer;
  contentType?: string;
}

const MAX_FORWARDS = '70';

/**
 * RFC 3261 section 12.2.1.1: the request and where it goes. Counts the dialog's sequence number up. Undefined when the
 * peer's Contact or Route leads nowhere that we can send to.
 */
export function makeDialogRequest(
  dialog: Dialog,
  content: DialogRequestContent,
): { request: SipRequest; to: Destination } | undefined {
  const { uri, routes, next } = route(dialog);
  // A target that we cannot speak to (TLS, no SIP URI) still has the address its last request came from.
  const to = nextHop(next, dialog.lastSource) ?? (dialog.lastSource && backTo(dialog.lastSource));
  if (!to) return undefined;
  const cseq = content.cseq ?? ++dialog.localSeq;
  const end = to.local ?? content.sentBy;
  const sentBy = `${hostInUri(end.host)}:${end.port}`;
  const headers = new HeaderList();
  headers.add('Via', `SIP/2.0/${TRANSPORTS[to.transport].via} ${sentBy};branch=${content.branch};rport`);
  for (const value of routes) headers.add('Route', value);
  headers.add('Max-Forwards', MAX_FORWARDS);
  headers.add('From', dialog.localAddress);
  headers.add('To', dialog.remoteAddress);
  headers.add('Call-ID', dialog.callId);
  headers.add('CSeq', `${cseq} ${content.method}`);
  for (const [name, value] of content.headers ?? []) headers.add(name, value);
  if (content.body && content.contentType) headers.add('Content-Type', content.contentType);
  return { request: new SipRequest(content.method, uri, headers, content.body), to };
}

/** Loose routing, and strict routing for a first hop without `lr`. */
function route(dialog: Dialog): { uri: string; routes: readonly string[]; next: string } {
  const first = dialog.routeSet[0];
  if (first === undefined) return { uri: dialog.remoteTarget, routes: [], next: dialog.remoteTarget };
  const firstUri = parseNameAddr(first)?.uri ?? '';
  if (parseSipUri(firstUri)?.params.has('lr')) {
    return { uri: dialog.remoteTarget, routes: dialog.routeSet, next: firstUri };
  }
  const routes = [...dialog.routeSet.slice(1), `<${dialog.remoteTarget}>`];
  return { uri: firstUri, routes, next: firstUri };
}
