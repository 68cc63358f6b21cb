import { HeaderList } from '../messages/headers.ts';
import { SipRequest } from '../messages/message.ts';
import { parseNameAddr } from '../messages/name-addr.ts';
import type { HeaderPair } from '../messages/response.ts';
import { hostInUri, parseSipUri } from '../messages/uri.ts';
import { type Destination, TRANSPORTS } from '../transport/flow.ts';
import { nextHop } from '../transport/next-hop.ts';
import { isSameWay, waysTo } from '../transport/ways.ts';
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

/** The ways to the dialog's peer, best first. One by which an answer has come is the best. */
export function waysOf(dialog: Dialog): Destination[] {
  const { proven } = dialog;
  const ways = waysTo(nextHop(route(dialog).next, dialog.heard?.source), dialog.heard, {
    routed: dialog.routeSet.length > 0,
  });
  return proven ? [proven, ...ways.filter((way) => !isSameWay(way, proven))] : ways;
}

/**
 * RFC 3261 section 12.2.1.1: the request and where it goes, by default the best way. Counts the dialog's sequence number
 * up unless one is given. Undefined when the peer's Contact or Route leads nowhere that we can send to.
 */
export function createDialogRequest(
  dialog: Dialog,
  content: DialogRequestContent,
  to = waysOf(dialog)[0],
): { request: SipRequest; to: Destination } | undefined {
  if (!to) return undefined;
  const { uri, routes } = route(dialog);
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
