import type { SipRequest, SipResponse } from '../messages/message.ts';
import { parseNameAddr } from '../messages/name-addr.ts';
import { compact } from '../messages/scan.ts';
import { parseSipUri } from '../messages/uri.ts';
import { type Destination, flowTo, type Source } from '../transport/flow.ts';
import { responseDestination } from '../transport/response-routing.ts';
import type { Heard } from '../transport/ways.ts';

/** The state of a dialog (RFC 3261 section 12). Text is copied out of messages, so that they can be freed. */
export interface Dialog {
  readonly callId: string;
  readonly localTag: string;
  /** Empty (the null tag) for a peer that follows RFC 2543. */
  readonly remoteTag: string;
  /** The From header of our requests, including the tag. */
  readonly localAddress: string;
  /** The To header of our requests, including the tag. */
  readonly remoteAddress: string;
  /** Sequence number of our last request; 0 before the first one. */
  localSeq: number;
  /** Sequence number of the peer's last request; undefined before the first one. */
  remoteSeq: number | undefined;
  /** The peer's Contact URI; target refresh requests change it. */
  remoteTarget: string;
  /** Values for Route, in the order in which they are sent. */
  readonly routeSet: readonly string[];
  /**
   * How the peer's last request arrived; for a caller, before the peer's first request, the flow of its own
   * INVITE.
   */
  heard: Heard | undefined;
  /** The way by which a response to our request has arrived, until the peer is heard from another address. */
  proven: Destination | undefined;
}

/** Creates the callee's dialog (section 12.1.1). The INVITE has passed `checkMessage`. */
export function dialogOfCallee(invite: SipRequest, localTag: string, source: Source): Dialog {
  return {
    callId: compact(invite.callId),
    localTag,
    remoteTag: compact(invite.fromTag),
    localAddress: compact(`${invite.headers.get('to')};tag=${localTag}`),
    remoteAddress: compact(invite.headers.get('from')!),
    localSeq: 0,
    remoteSeq: invite.cseq!.number,
    // RFC 2543 allowed the caller to omit Contact and to be called at the From address.
    remoteTarget: compact((invite.contact ?? invite.from!).uri),
    routeSet: routesOf(invite),
    heard: heardOf(invite, source),
    proven: undefined,
  };
}

/**
 * The values of Record-Route that can be routed to. Some proxies omit the angle brackets; even then `;lr`
 * belongs to the URI.
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

/** Records where the peer's request came from. Our requests follow the peer there (RFC 5626 section 5.3). */
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
 * Creates the caller's dialog from a 2xx (or a 101-199 with a To tag): section 12.1.2. `to` is where the
 * INVITE was sent. A response without Contact violates the RFC; the Request-URI of the INVITE is used as the
 * target in that case.
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

/** Section 12: Call-ID, local tag and remote tag identify a dialog. */
export function isOfDialog(dialog: Dialog, request: SipRequest): boolean {
  return (
    request.callId === dialog.callId &&
    request.toTag === dialog.localTag &&
    request.fromTag === dialog.remoteTag
  );
}

/**
 * Section 12.2.2: records the sequence number. Returns false for a request that is out of order, which gets a
 * 500.
 */
export function takeSequence(dialog: Dialog, request: SipRequest): boolean {
  const { number } = request.cseq!;
  if (dialog.remoteSeq !== undefined && number <= dialog.remoteSeq) return false;
  dialog.remoteSeq = number;
  return true;
}

/** Section 12.2.2: INVITE and UPDATE (RFC 3311 section 5.2) refresh the remote target. */
export function refreshTarget(dialog: Dialog, message: SipRequest | SipResponse): void {
  const contact = message.contact;
  if (!contact || contact.uri === dialog.remoteTarget) return;
  dialog.remoteTarget = compact(contact.uri);
  dialog.proven = undefined;
}
