import { type Invitation, Inviter, Registerer, type Session, SessionState, UserAgent, Web } from 'sip.js';
import { hummingStream, media, watchConnections } from './browser-media.ts';
import type { PhonePage } from './page.ts';

const log: string[] = [];
let agent: UserAgent | undefined;
let registerer: Registerer | undefined;
let session: Session | undefined;
let invitation: Invitation | undefined;

function ofSession(): Session {
  if (!session) throw new Error('there is no call');
  return session;
}

function follow(next: Session): void {
  session = next;
  next.stateChange.addListener((state) => {
    if (state === SessionState.Established) log.push('confirmed');
    if (state === SessionState.Terminated) log.push('ended');
  });
}

/** The handler of the browser's media; the library's type does not tell which class it is. */
function mediaOf(call: Session): Web.SessionDescriptionHandler {
  const handler = call.sessionDescriptionHandler;
  if (!(handler instanceof Web.SessionDescriptionHandler)) throw new Error('the call has no media');
  return handler;
}

function reinvite(options: Web.SessionDescriptionHandlerOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    const requestDelegate = {
      onAccept: () => resolve(),
      onReject: ({ message }: { message: { statusCode?: number | undefined } }) =>
        reject(new Error(`refused ${message.statusCode}`)),
    };
    const call = ofSession();
    call.sessionDescriptionHandlerOptionsReInvite = options;
    call.invite({ requestDelegate }).catch(reject);
  });
}

const phone: PhonePage = {
  log,
  async start({ url, number, toneHz, codecs, expires }) {
    watchConnections(codecs);
    const stream = hummingStream(toneHz);
    agent = new UserAgent({
      uri: UserAgent.makeURI(`sip:${number}@127.0.0.1`)!,
      transportOptions: { server: url, keepAliveInterval: 1 },
      sessionDescriptionHandlerFactory: Web.defaultSessionDescriptionHandlerFactory(async () => stream),
      // The library's default list contains a public server, which it would wait for.
      sessionDescriptionHandlerFactoryOptions: { peerConnectionConfiguration: { iceServers: [] } },
      delegate: {
        onInvite(arrived) {
          log.push('called');
          invitation = arrived;
          follow(arrived);
        },
        onDisconnect: () => log.push('disconnected'),
      },
    });
    await agent.start();
    registerer = new Registerer(agent, expires === undefined ? {} : { expires });
    registerer.stateChange.addListener((state) => log.push(state.toLowerCase()));
    await registerer.register({
      requestDelegate: {
        onReject: ({ message }) =>
          log.push(`registration failed ${message.statusCode} ${message.reasonPhrase}`),
      },
    });
  },
  async call(number) {
    const target = UserAgent.makeURI(`sip:${number}@127.0.0.1`);
    if (!agent || !target) throw new Error('not started');
    const inviter = new Inviter(agent, target);
    follow(inviter);
    await inviter.invite({
      requestDelegate: {
        onProgress: ({ message }) => log.push(message.statusCode === 180 ? 'ringing' : 'progress'),
        onReject: ({ message }) => log.push(`failed ${message.statusCode}`),
      },
    });
  },
  async answer() {
    await invitation?.accept();
  },
  async hangUp() {
    const call = ofSession();
    if (call.state === SessionState.Established) await call.bye();
    else if (call instanceof Inviter) await call.cancel();
    else await invitation?.reject();
  },
  async press(keys, by) {
    if (by === 'rtp') {
      if (!mediaOf(ofSession()).sendDtmf(keys)) throw new Error('the library refuses');
      return;
    }
    for (const key of keys) {
      const body = {
        contentDisposition: 'render',
        contentType: 'application/dtmf-relay',
        content: `Signal=${key}\r\nDuration=100`,
      };
      await ofSession().info({ requestOptions: { body } });
    }
  },
  hold: (held) => reinvite({ hold: held }),
  restartIce: () => reinvite({ offerOptions: { iceRestart: true } }),
  async stop() {
    await registerer?.unregister();
    await agent?.stop();
  },
};

window.phone = phone;
window.media = media;
