import { HeaderList } from '../messages/headers.ts';
import { SipRequest } from '../messages/message.ts';
import { parseNameAddr } from '../messages/name-addr.ts';
import type { HeaderPair } from '../messages/response.ts';
import { hostInUri, parseSipUri } from '../messages/uri.ts';
import { type Destination, TRANSPORTS } from '../transport/flow.ts';
import { nextHop } from '../transport/next-hop.ts';
import { isSameWay, waysTo } from '../transport/ways.ts';
import type { Dialog } from './dialog.ts';

/** The content of a request within a dialog, in addition to what the dialog provides. */
export interface DialogRequestContent {
  method: string;
  /** Default: the dialog's next number. An ACK has the number of its INVITE. */
  cseq?: number;
  branch: string;
  /** Our own address for Via; the local end of the flow, if it has one, takes precedence. */
  sentBy: { host: string; port: number };
  headers?: readonly HeaderPair[];
  body?: Buffer;
  contentType?: string;
}

const MAX_FORWARDS = '70';

/** The ways to the dialog's peer, best first. A way by which a response has arrived is the best. */
export function waysOf(dialog: Dialog): Destination[] {
  const { proven } = dialog;
  const ways = waysTo(nextHop(route(dialog).next, dialog.heard?.source), dialog.heard, {
    routed: dialog.routeSet.length > 0,
  });
  return proven ? [proven, ...ways.filter((way) => !isSameWay(way, proven))] : ways;
}

/**
 * The request and its destination (RFC 3261 section 12.2.1.1), by default the best way. Increments the
 * dialog's sequence number unless one is given. Undefined if the peer's Contact or Route cannot be resolved
 * to a destination.
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

/** Applies loose routing, or strict routing if the first hop has no `lr`. */
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
