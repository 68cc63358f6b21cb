import * as JsSIP from 'jssip';
import type { RTCSession } from 'jssip/lib/RTCSession';
import type { RTCSessionEvent } from 'jssip/lib/UA';
import { answeredCodecs, offeredCodecs } from './codecs.ts';
import { type Ending, endingOfCode } from './endings.ts';
import type { CallMedia, LineEvents, TelephoneLine } from './line.ts';

/** The shortest and the longest wait between attempts to reconnect, in seconds. */
const RECONNECT_S = { min: 1, max: 4 };
/** Lifetime of a registration in seconds; JsSIP renews it in time. */
const REGISTER_EXPIRES_S = 300;
/** Milliseconds of a key and of the pause after it (RFC 4733 requires at least 40 each). */
const KEY_MS = 100;
const KEY_GAP_MS = 70;
/** Content type of a key in SIP INFO. */
const KEYS_TYPE = 'application/dtmf-relay';
/** Milliseconds between two checks whether keys can be sent. */
const KEYS_AGAIN_MS = 50;
/**
 * Milliseconds after the browser's first ICE candidate, in which those of its other network cards are found.
 */
const CANDIDATES_MS = 10;
/** The response of a phone that cannot answer in time (RFC 3261 section 21.4.18). */
const TEMPORARILY_UNAVAILABLE = 480;

/** What JsSIP reports at the end of a session. */
interface JssipEnd {
  originator: string;
  message: { status_code?: number } | null;
  cause: string;
}

/** The telephone line implemented with JsSIP; no other file uses it. */
export class JssipLine implements TelephoneLine {
  readonly #url: string;
  readonly #events: LineEvents;
  readonly #sessions = new Map<string, RTCSession>();
  readonly #waitingKeys = new Map<string, string>();
  #agent: JsSIP.UA | undefined;
  #arrived = 0;

  constructor(url: string, events: LineEvents) {
    // JsSIP would print whole messages and every key if localStorage.debug contains the word "JsSIP".
    JsSIP.debug.disable();
    this.#url = url;
    this.#events = events;
  }

  register(number: string): void {
    this.#agent?.removeAllListeners();
    this.#agent?.stop();
    const agent = new JsSIP.UA({
      sockets: [new JsSIP.WebSocketInterface(this.#url)],
      uri: `sip:${encodeURIComponent(number)}@${new URL(this.#url).host}`.replace('%2B', '+'),
      register_expires: REGISTER_EXPIRES_S,
      // The WebSocket reports at once when the other end is gone; re-INVITEs every 45 s would only disturb.
      session_timers: false,
      connection_recovery_min_interval: RECONNECT_S.min,
      connection_recovery_max_interval: RECONNECT_S.max,
      user_agent: 'phone in the page',
    });
    this.#agent = agent;
    agent.on('registered', () => this.#events.onRegistered(number));
    agent.on('registrationFailed', ({ response }) => {
      // If the WebSocket is closed, the event "disconnected" explains it better.
      if (agent.isConnected()) this.#events.onNotRegistered(number, response?.status_code);
    });
    agent.on('disconnected', () => this.#events.onLost());
    agent.on('newRTCSession', ({ originator, session }: RTCSessionEvent) => {
      if (String(originator) === 'remote') this.#arrive(session);
    });
    agent.start();
  }

  connectNow(): void {
    if (!this.#agent || this.#agent.isConnected()) return;
    // Stopping and starting is JsSIP's way to skip its waiting time. No registration is lost, since there is
    // none.
    const listeners = this.#agent.listeners('disconnected');
    this.#agent.removeAllListeners('disconnected');
    this.#agent.stop();
    for (const listener of listeners) this.#agent.on('disconnected', listener as () => void);
    this.#agent.start();
  }

  dial(id: string, number: string, media: CallMedia): void {
    const agent = this.#agent;
    if (!agent) return;
    const target = `sip:${encodeURIComponent(number).replace('%2B', '+')}@${new URL(this.#url).host}`;
    const session = agent.call(target, {
      mediaStream: media.stream,
      pcConfig: { iceServers: media.iceServers },
      eventHandlers: {
        peerconnection: ({ peerconnection }) => this.#watch(id, peerconnection),
      },
    });
    this.#follow(id, session);
    session.on('connecting', () => prefer(session, media, offeredCodecs));
    hurry(session, media);
    session.on('progress', () => this.#events.onRinging(id));
    session.on('confirmed', () => this.#events.onConnected(id));
  }

  accept(id: string, media: CallMedia): void {
    const session = this.#sessions.get(id);
    if (!session) return;
    session.on('peerconnection', ({ peerconnection }) => this.#watch(id, peerconnection));
    session.on('connecting', () => prefer(session, media, answeredCodecs));
    hurry(session, media);
    session.on('confirmed', () => this.#events.onConnected(id));
    session.answer({ mediaStream: media.stream, pcConfig: { iceServers: media.iceServers } });
  }

  end(id: string, code?: number): void {
    const session = this.#sessions.get(id);
    this.#sessions.delete(id);
    if (!session || session.isEnded()) return;
    session.terminate(code !== undefined && !session.isEstablished() ? { status_code: code } : {});
  }

  keys(id: string, keys: string): void {
    const waiting = this.#waitingKeys.get(id);
    this.#waitingKeys.set(id, (waiting ?? '') + keys);
    if (waiting === undefined) this.#sendKeys(id);
  }

  leave(): void {
    for (const id of [...this.#sessions.keys()]) this.end(id, TEMPORARILY_UNAVAILABLE);
    this.#agent?.removeAllListeners();
    this.#agent?.stop();
    this.#agent = undefined;
  }

  /** Sends keys that were pressed before the sound was connected, as soon as it is. */
  #sendKeys(id: string): void {
    const session = this.#sessions.get(id);
    const keys = this.#waitingKeys.get(id);
    if (!session || session.isEnded() || keys === undefined) {
      this.#waitingKeys.delete(id);
      return;
    }
    // JsSIP's own sendDTMF throws while the sound is not connected, and waits 500 ms between two keys.
    const dtmf = session.connection.getSenders().find((sender) => sender.dtmf?.canInsertDTMF)?.dtmf;
    if (!dtmf && cannotSendEvents(session)) {
      this.#waitingKeys.delete(id);
      for (const key of keys) session.sendInfo(KEYS_TYPE, `Signal=${key}\r\nDuration=${KEY_MS}\r\n`);
      return;
    }
    if (!dtmf) {
      setTimeout(() => this.#sendKeys(id), KEYS_AGAIN_MS);
      return;
    }
    this.#waitingKeys.delete(id);
    dtmf.insertDTMF(dtmf.toneBuffer + keys, KEY_MS, KEY_GAP_MS);
  }

  #arrive(session: RTCSession): void {
    this.#arrived += 1;
    const id = `in-${this.#arrived}`;
    this.#follow(id, session);
    const { user } = session.remote_identity.uri;
    this.#events.onArrived(id, user ? decodeURIComponent(user) : 'anonymous');
  }

  /**
   * JsSIP checks the ICE state alone, but browsers may report a failed connection whose ICE is only
   * "disconnected".
   */
  #watch(id: string, connection: RTCPeerConnection): void {
    this.#events.onPeerConnection(id, connection);
    connection.addEventListener('connectionstatechange', () => {
      if (connection.connectionState !== 'failed' || !this.#sessions.has(id)) return;
      this.end(id);
      this.#events.onEnded(id, { how: 'no-sound-path' });
    });
  }

  #follow(id: string, session: RTCSession): void {
    this.#sessions.set(id, session);
    const over = (end: JssipEnd) => {
      // JsSIP does not close it if the answer of the other end was unusable.
      session.connection?.close();
      // Calls that this end ended are already known.
      if (!this.#sessions.delete(id)) return;
      this.#events.onEnded(id, endingOf(session, end, this.#agent?.isConnected() ?? false));
    };
    session.on('ended', (end) => over(end as unknown as JssipEnd));
    session.on('failed', (end) => over(end as unknown as JssipEnd));
  }
}

/**
 * Whether keys cannot be sent with the sound, because the browser or the negotiated media lack
 * telephone-event.
 */
function cannotSendEvents(session: RTCSession): boolean {
  if (!session.isEstablished()) return false;
  const { connection } = session;
  const has = connection.getSenders().some((sender) => sender.dtmf);
  return !has || !/telephone-event/i.test(connection.currentRemoteDescription?.sdp ?? 'telephone-event');
}

/**
 * Sets the codecs before the offer or the answer is made. A browser without setCodecPreferences offers all it
 * has.
 */
function prefer(session: RTCSession, media: CallMedia, choose: typeof offeredCodecs): void {
  const all = RTCRtpReceiver.getCapabilities('audio')?.codecs ?? [];
  const codecs = choose(all, media.codec);
  if (codecs.length === 0) return;
  for (const transceiver of session.connection.getTransceivers()) transceiver.setCodecPreferences?.(codecs);
}

/**
 * Shortens ICE gathering. JsSIP waits until the browser has found all candidates, including TCP ones, which
 * takes a tenth of a second. Without ICE servers the first candidate is enough: the server learns the others
 * from their packets.
 */
function hurry(session: RTCSession, media: CallMedia): void {
  if (media.iceServers.length > 0) return;
  session.on('icecandidate', ({ ready }) => void setTimeout(ready, CANDIDATES_MS));
}

/**
 * The ending for JsSIP's cause. JsSIP uses "Canceled" and "Rejected" for whatever it ends itself before the
 * answer, including a lost connection and a time-out. Calls that the user ended do not get here.
 */
function endingOf(session: RTCSession, end: JssipEnd, connected: boolean): Ending {
  const incoming = String(session.direction) === 'incoming';
  switch (end.cause) {
    case 'Terminated':
      return { how: 'hung-up', by: 'other' };
    case 'RTP Timeout':
      return { how: 'no-sound-path' };
    case 'Connection Error':
      return { how: 'network-lost' };
    case 'WebRTC Error':
    case 'Bad Media Description':
    case 'Missing SDP':
    case 'Internal Error':
      return { how: 'browser-failed' };
    default: {
      if (!connected) return { how: 'network-lost' };
      if (incoming) return { how: 'missed' };
      const code = end.message?.status_code;
      return code === undefined ? { how: 'not-answered' } : endingOfCode(code);
    }
  }
}
