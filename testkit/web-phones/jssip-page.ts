import { C, UA, WebSocketInterface } from 'jssip';
import type { RTCSession } from 'jssip/lib/RTCSession';
import { hummingStream, media, watchConnections } from './browser-media.ts';
import type { PhonePage } from './page.ts';

const log: string[] = [];
const PC_CONFIG: RTCConfiguration = { iceServers: [] };
/** Milliseconds between two RFC 4733 keys; the library's default is half a second. */
const INTER_TONE_GAP_MS = 70;
let agent: UA | undefined;
let session: RTCSession | undefined;
let stream: MediaStream | undefined;
const callOptions = () => ({ ...(stream && { mediaStream: stream }), pcConfig: PC_CONFIG });

function ofSession(): RTCSession {
  if (!session) throw new Error('there is no call');
  return session;
}

function follow(next: RTCSession): void {
  session = next;
  if (next.direction === 'incoming') log.push('called');
  next.on('progress', () => log.push('ringing'));
  next.on('confirmed', () => log.push('confirmed'));
  next.on('ended', () => log.push('ended'));
  next.on('failed', ({ message, cause }) => {
    const status = message && 'status_code' in message ? message.status_code : cause;
    log.push(`failed ${status}`);
  });
  next.on('reinvite', () => log.push('reinvited'));
}

function done(begin: (finished: () => void) => boolean): Promise<void> {
  return new Promise((resolve, reject) => {
    if (!begin(() => resolve())) reject(new Error('the library refuses'));
  });
}

const phone: PhonePage = {
  log,
  async start({ url, number, toneHz, codecs, expires }) {
    watchConnections(codecs);
    stream = hummingStream(toneHz);
    agent = new UA({
      sockets: [new WebSocketInterface(url)],
      uri: `sip:${number}@127.0.0.1`,
      ...(expires === undefined ? {} : { register_expires: expires }),
    });
    agent.on('registered', () => log.push('registered'));
    agent.on('unregistered', () => log.push('unregistered'));
    agent.on('registrationFailed', ({ response }) =>
      log.push(`registration failed ${response?.status_code} ${response?.reason_phrase}`),
    );
    agent.on('disconnected', () => log.push('disconnected'));
    agent.on('newRTCSession', (event: { session: RTCSession }) => follow(event.session));
    agent.start();
  },
  async call(number) {
    agent?.call(number, callOptions());
  },
  async answer() {
    ofSession().answer(callOptions());
  },
  async hangUp() {
    ofSession().terminate();
  },
  async press(keys, by) {
    const transportType = by === 'info' ? C.DTMF_TRANSPORT.INFO : C.DTMF_TRANSPORT.RFC2833;
    ofSession().sendDTMF(keys, { transportType, interToneGap: INTER_TONE_GAP_MS });
  },
  hold: (held) =>
    done((finished) => (held ? ofSession().hold({}, finished) : ofSession().unhold({}, finished))),
  restartIce: () =>
    done((finished) => ofSession().renegotiate({ rtcOfferConstraints: { iceRestart: true } }, finished)),
  async stop() {
    agent?.stop();
  },
};

window.phone = phone;
window.media = media;
