import type { SipRequest, SipResponse } from '../messages/message.ts';
import { parseNameAddr } from '../messages/name-addr.ts';
import { compact } from '../messages/scan.ts';
import { parseSipUri } from '../messages/uri.ts';
import { type Destination, flowTo, type Source } from '../transport/flow.ts';
import { responseDestination } from '../transport/response-routing.ts';
import type { Heard } from '../transport/ways.ts';

/** The state of a dialog: RFC 3261 section 12. Text is copied out of messages, so that those can be forgotten. */
export interface Dialog {
  readonly callId: string;
  readonly localTag: string;
  /** The null tag (empty) for a peer that follows RFC 2543. */
  readonly remoteTag: string;
  /** From of our requests, tag included. */
  readonly localAddress: string;
  /** To of our requests, tag included. */
  readonly remoteAddress: string;
  /** Sequence number of our last request; 0 before the first. */
  localSeq: number;
  /** Sequence number of the peer's last request; undefined before its first. */
  remoteSeq: number | undefined;
  /** The peer's Contact URI; changed by target refresh requests. */
  remoteTarget: string;
  /** Values for Route, in order of sending. */
  readonly routeSet: readonly string[];
  /** How the peer's last request came; for a caller before the peer's first the flow of its INVITE. */
  heard: Heard | undefined;
  /** The way by which an answer to a request of ours has come, until the peer is heard from elsewhere. */
  proven: Destination | undefined;
}

/** The called side's dialog: section 12.1.1. The INVITE has passed `checkMessage`. */
export function dialogOfCallee(invite: SipRequest, localTag: string, source: Source): Dialog {
  return {
    callId: compact(invite.callId),
    localTag,
    remoteTag: compact(invite.fromTag),
    localAddress: compact(`${invite.headers.get('to')};tag=${localTag}`),
    remoteAddress: compact(invite.headers.get('from')!),
    localSeq: 0,
    remoteSeq: invite.cseq!.number,
    // RFC 2543 let the caller leave Contact out and be called at From.
    remoteTarget: compact((invite.contact ?? invite.from!).uri),
    routeSet: routesOf(invite),
    heard: heardOf(invite, source),
    proven: undefined,
  };
}

/**
 * The values of Record-Route that lead somewhere. Some proxies leave the angle brackets out: `;lr` belongs to the URI
 * all the same.
 */
function routesOf({ headers }: SipRequest | SipResponse): string[] {
  return headers
    .list('record-route')
    .map((value) => (value.includes('<') ? value : `<${value}>`))
    .filter((value) => parseSipUri(parseNameAddr(value, 'first')?.uri ?? '') !== undefined)
    .map(compact);
}

function heardOf(request: SipRequest, source: Source): Heard {
  return {
    source,
    back: responseDestination(request, source),
    rport: request.topVia?.params.has('rport') ?? false,
    direct: request.headers.list('via').length === 1,
  };
}

/** Notes where the peer's request came from. Our requests follow (RFC 5626 section 5.3). */
export function hear(dialog: Dialog, request: SipRequest, source: Source): void {
  const { heard } = dialog;
  const moved =
    heard?.source.address !== source.address ||
    heard.source.port !== source.port ||
    heard.source.connection !== source.connection;
  dialog.heard = heardOf(request, source);
  if (moved) dialog.proven = undefined;
}

/**
 * The calling side's dialog, from a 2xx (or a 101-199 with a To tag): section 12.1.2. `to`: where the INVITE went.
 * An answer without Contact breaks the rules; the URI that the INVITE found leads to the peer as well.
 */
export function dialogOfCaller(invite: SipRequest, response: SipResponse, to?: Destination): Dialog {
  return {
    callId: compact(invite.callId),
    localTag: compact(invite.fromTag),
    remoteTag: compact(response.toTag),
    localAddress: compact(invite.headers.get('from')!),
    remoteAddress: compact(response.headers.get('to')!),
    localSeq: invite.cseq!.number,
    remoteSeq: undefined,
    remoteTarget: compact(response.contact?.uri ?? invite.uri),
    routeSet: routesOf(response).reverse(),
    heard: to && { source: flowTo(to), back: to, rport: false, direct: true },
    proven: undefined,
  };
}

/** Section 12: a dialog is identified by Call-ID, local tag and remote tag. */
export function isOfDialog(dialog: Dialog, request: SipRequest): boolean {
  return (
    request.callId === dialog.callId &&
    request.toTag === dialog.localTag &&
    request.fromTag === dialog.remoteTag
  );
}

/** Section 12.2.2: false for a request that is out of order, which gets a 500. Otherwise the number is taken over. */
export function takeSequence(dialog: Dialog, request: SipRequest): boolean {
  const { number } = request.cseq!;
  if (dialog.remoteSeq !== undefined && number <= dialog.remoteSeq) return false;
  dialog.remoteSeq = number;
  return true;
}

/** Section 12.2.2: INVITE and UPDATE (RFC 3311 section 5.2) refresh the peer's target. */
export function refreshTarget(dialog: Dialog, message: SipRequest | SipResponse): void {
  const contact = message.contact;
  if (!contact || contact.uri === dialog.remoteTarget) return;
  dialog.remoteTarget = compact(contact.uri);
  dialog.proven = undefined;
}
