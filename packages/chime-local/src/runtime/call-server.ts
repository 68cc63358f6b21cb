import { Conversations, type LexCredentials, recognizeText } from '#bots';
import type { CallReport, CallWatch, InvocationWatch, LiveCalls, Oddity, OutputEdges } from '#call-host';
import { AudioLibrary, CallHost, isBridge, oddityText } from '#call-host';
import type { CallRecords } from '#call-record';
import { type Faults, FaultyPhones, faultyInvoke, faultyObjects } from '#faults';
import {
  CalledParties,
  connectorTargets,
  type InternalCall,
  InternalLegs,
  Lines,
  MeetingLine,
  RouteFailover,
  TestParty,
  type TestPartyParts,
} from '#lines';
import { type MediaEdge, type MediaEvents, type MediaOptions, startMediaEdge } from '#media-edge';
import { MeetingHost, type MeetingHostParts } from '#meeting-host';
import { type NumberParty, type NumberRoute, partyScriptOf } from '#options';
import { type Log, quoted, systemClock, systemIds } from '#platform';
import { Recordings } from '#recordings';
import type { ServiceRecords } from '#service-records';
import { type Signalling, startSignalling } from '#signalling';
import {
  type ArrivedLeg,
  type SipEdge,
  type SipEdgeEvents,
  type SipEdgeOptions,
  startSipEdge,
} from '#sip-edge';
import { type Speech, startSpeech } from '#speech';
import type { Activity } from '#web';
import type { EmulatedCloud } from './emulated-cloud.ts';
import { ACCOUNT_ID } from './home.ts';
import { recordInvocations } from './recorded-invocations.ts';
import { recordLevels } from './recorded-levels.ts';
import { recordMeetings } from './recorded-meetings.ts';
import { audioObjects, invoker, recordingStore } from './service-access.ts';

/** Status of an INVITE for a number that no rule serves. RFC 3261 section 21.4.5. */
const NOT_FOUND = 404;
/** What to do about that. */
const DIAL_ANOTHER = 'Dial a number that the start has printed, or give this one a SIP rule.';
/** Status of an INVITE that had better come again later; the edge says when. RFC 3261 section 21.5.4. */
const UNAVAILABLE = 503;
/**
 * Milliseconds without RTP and RTCP from a phone that should send, after which it is asked whether it is still there: a
 * phone that lost its power says no BYE, and some send nothing while muted. A browser, which would have sent checks of
 * ICE all the time (RFC 7675), is gone by then.
 */
const MEDIA_LOST_MS = 60_000;

/** Telephones of this machine may call by IPv6, too. */
const LOOPBACK_IPV6 = '::1';

/** Telephones, sound and calls, connected. */
export interface CallServer {
  sip: SipEdge;
  media: MediaEdge;
  signalling: Signalling;
  meetings: MeetingHost;
  host: CallHost;
  speech: Speech;
  recordings: Recordings;
  lines: CallLines;
  conversations: Conversations;
}

/** How calls come and go, and who answers those that stay on this machine. */
interface CallLines {
  lines: Lines;
  internal: InternalLegs;
  testParty: TestParty;
  meeting: MeetingLine;
  failover: RouteFailover;
}

export interface CallServerOptions {
  /** Where telephones reach us. */
  address: string;
  sipPort: number;
  /** SIP over TLS, and who may register what. */
  sip?: Pick<SipEdgeOptions, 'tls' | 'registrar'>;
  cloud: EmulatedCloud;
  activity: Activity;
  /** Faults that are switched on by hand. */
  faults?: Faults;
  /** Told of each call, for the person at the terminal. */
  report: CallReport;
  /** Keeps word of the calls in progress. */
  liveCalls: LiveCalls;
  region: string;
  /** Where recordings are kept until they are in their bucket. */
  recordingsFolder: string;
  /** Where calls of applications to these numbers go. */
  routes?: readonly NumberRoute[];
  /** What the test party does at numbers that have neither route nor telephone. */
  parties?: () => readonly NumberParty[];
  /** Records the calls. */
  records?: CallRecords;
  /** Who else hears of each change of a call. */
  watches?: readonly CallWatch[];
  /** Keeps detail records and message logs. */
  serviceRecords?: ServiceRecords;
  /** Milliseconds without a sign of life from a telephone that should send; default 60 000. */
  mediaLostAfterMs?: number;
  /** How sound travels; `batched` where that is possible unless given. */
  sockets?: NonNullable<MediaOptions['sockets']>;
  /** Times of the SIP stack that are not the usual ones. */
  sipTimers?: SipEdgeOptions['timers'];
  log: Log;
}

/** Who hears of invocations: the person at the terminal, and the record. */
function invocationWatches({ report, records }: CallServerOptions): InvocationWatch[] {
  return records ? [report, recordInvocations(records)] : [report];
}

/** Who hears of each change of a call. */
function callWatches(
  { report, liveCalls, serviceRecords, faults, watches = [] }: CallServerOptions,
  { sip, media, lines }: Pick<CallServer, 'sip' | 'media' | 'lines'>,
): CallWatch[] {
  const cutOff = (legId: string): void => {
    sip.cutOff(legId);
    lines.internal.cutOff(legId);
  };
  return [
    report,
    liveCalls,
    ...(serviceRecords ? [serviceRecords] : []),
    ...(faults ? [new FaultyPhones(faults, { media, cutOff })] : []),
    ...watches,
  ];
}

/** Why calls are refused that would cost others their sound. */
const LATE = 'sound is sent too late for one more call';

/** A call for a number: to the application that its SIP rule names, or refused. */
function takeCall(
  leg: InternalCall & Partial<Pick<ArrivedLeg, 'source' | 'transport' | 'host' | 'inMultipart'>>,
  { lines: { lines }, host }: CallServer,
  options: CallServerOptions,
): void {
  const { voice } = options.cloud;
  const route = (leg.host && voice.routeForHost(leg.host)) || voice.routeForNumber(leg.to);
  const log = options.log.child('calls');
  if (!route) {
    const where = leg.source ? `${leg.source.address}:${leg.source.port}` : 'this machine';
    const why = 'no SIP rule serves that number';
    log.warn(
      `${quoted(leg.from)} at ${where} called ${quoted(leg.to)} and was refused with ${NOT_FOUND}: ${why}. ${DIAL_ANOTHER}`,
    );
    const { from, to, source, transport = 'udp' } = leg;
    const at = source ? { source: { ...source, transport } } : {};
    options.serviceRecords?.refused({ status: NOT_FOUND, from, to, ...at, why, cure: DIAL_ANOTHER });
    options.activity.callRefused('they were for numbers that no SIP rule serves');
    lines.hangUp(leg.legId, NOT_FOUND);
    return;
  }
  const functionArn = route.targets[0]?.functionArn;
  const source = leg.source?.address;
  if (functionArn !== undefined && options.cloud.functions.isCrowded(functionArn, source)) {
    options.activity.callRefused('more calls came than the application’s function could take');
    log.warn(
      `${quoted(leg.from)} was refused with ${UNAVAILABLE}: more calls come than the function can take.`,
    );
    lines.hangUp(leg.legId, UNAVAILABLE);
    return;
  }
  options.report.arrived(leg);
  lines.ring(leg.legId);
  const { legId, from, to, sipHeaders } = leg;
  const headers = sipHeaders ? { sipHeaders } : {};
  host.arrive({ legId, from, to, awsAccountId: ACCOUNT_ID, ...route, ...headers }, source);
  if (leg.inMultipart) noteOddity(leg.legId, { what: 'offer in multipart' }, options);
}

/** Something is odd about a telephone: the person at the terminal and the record of its call are told. */
function noteOddity(
  legId: string,
  oddity: Oddity,
  { report, records }: Pick<CallServerOptions, 'report' | 'records'>,
): void {
  report.odd(legId, oddity);
  records?.addToLeg(legId, { kind: 'Note', legId, text: oddityText(oddity) });
}

function openMedia(options: CallServerOptions): Promise<MediaEdge> {
  return startMediaEdge({
    address: options.address,
    mediaLostAfterMs: options.mediaLostAfterMs ?? MEDIA_LOST_MS,
    measuresSound: options.records !== undefined,
    sockets: options.sockets ?? 'batched',
  });
}

/** Starts the media thread, the SIP sockets and the signalling, and connects them to the engine and the meetings. */
export async function startCallServer(options: CallServerOptions): Promise<CallServer> {
  const { log } = options;
  const media = await openMedia(options);
  const sip = await openSip(options, media);
  const speech = startSpeech({ log: log.child('speech') });
  const audio = openAudio(options, media, speech);
  const { meetings, signalling } = openMeetings(options, media, (legId) => {
    if (!lines.meeting.lost(legId)) host.meetingLost(legId);
  });
  const failover = new RouteFailover({ sip, clock: systemClock, log: log.child('calls') });
  const legEvents = legEventsTo((legId, input) => host.legInput(legId, input), failover, options);
  const conversations = openConversations(options, media, audio);
  const lines = openLines(options, {
    sip,
    media,
    meetings,
    failover,
    legEvents,
    speak: (output) => audio.speech(output),
    onSaid: (legId, text) => conversations.words(legId, text),
    takeCall: (call) => takeCall(call, server, options),
  });
  const recordings = openRecordings(options, media);
  const host = openHost(
    options,
    { lines: lines.lines, media, meetings, recordings, conversations, audio },
    callWatches(options, { sip, media, lines }),
  );
  const server: CallServer = {
    sip,
    media,
    signalling,
    meetings,
    host,
    speech,
    recordings,
    lines,
    conversations,
  };
  // Now that all of them are there, they hear of what has happened, and of what happens.
  media.observe(mediaEvents(server, audio, options));
  sip.observe({ ...legEvents, ...callEvents(server, options) });
  return server;
}

/** What telephones do, beside what happens to their legs. */
function callEvents(
  server: CallServer,
  options: CallServerOptions,
): Pick<SipEdgeEvents, 'onLegArrived' | 'onCallRefused' | 'onRefusalTold' | 'onDigit'> {
  return {
    onLegArrived: (leg) => takeCall(leg, server, options),
    onCallRefused: (why) => options.activity.callRefused(why),
    onRefusalTold: (refusal) => options.serviceRecords?.refused(refusal),
    // The phone may send it in its sound as well: there the two are laid side by side.
    onDigit: (legId, digit) => server.media.pressKey(legId, digit),
  };
}

function openRecordings(options: CallServerOptions, media: MediaEdge): Recordings {
  return new Recordings({
    folder: options.recordingsFolder,
    media,
    store: recordingStore(options),
    ids: systemIds,
    log: options.log.child('recordings'),
  });
}

/** What callers talk with after StartBotConversation. */
function openConversations(
  options: CallServerOptions,
  media: MediaEdge,
  audio: Pick<AudioLibrary, 'speech'>,
): Conversations {
  return new Conversations({
    bots: options.cloud.bots,
    sessions: options.cloud.botSessions,
    media,
    speech: (output) => audio.speech(output),
    invoke: async (name, payload) => (await options.cloud.functions.invoke(name, payload)).payload,
    lex: (session, text, attributes) => recognizeText(session, text, attributes, keysOfEnvironment()),
    clock: systemClock,
    log: options.log.child('bots'),
  });
}

/** The AWS keys of the environment, for bots of a Lex endpoint; undefined: requests are not signed. */
function keysOfEnvironment(): LexCredentials | undefined {
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN: sessionToken } = process.env;
  if (!AWS_ACCESS_KEY_ID || !AWS_SECRET_ACCESS_KEY) return undefined;
  return { accessKeyId: AWS_ACCESS_KEY_ID, secretAccessKey: AWS_SECRET_ACCESS_KEY, sessionToken };
}

type LegInput = CallHost['legInput'];
type LegEvents = Pick<
  SipEdgeEvents,
  'onLegTrying' | 'onLegRinging' | 'onLegEarlyMedia' | 'onLegAnswered' | 'onLegEnded'
>;

/** What happens to telephones, as inputs of their calls. */
function legEventsTo(
  legInput: LegInput,
  failover: RouteFailover,
  { report, records, serviceRecords }: Pick<CallServerOptions, 'report' | 'records' | 'serviceRecords'>,
): LegEvents {
  return {
    onLegTrying: (legId) => failover.trying(legId),
    onLegRinging(legId) {
      failover.reached(legId);
      legInput(legId, { kind: 'LegRinging', legId });
    },
    onLegEarlyMedia: (legId) => legInput(legId, { kind: 'EarlyMedia', legId }),
    onLegAnswered(legId, agreed) {
      failover.reached(legId);
      if (agreed?.telephoneEvent === false) {
        noteOddity(legId, { what: 'no telephone-event' }, { report, ...(records ? { records } : {}) });
      }
      legInput(legId, { kind: 'LegAnswered', legId });
    },
    onLegEnded(legId, end) {
      const { by, reason, sipResponseCode } = end;
      if (failover.goesOn(legId, sipResponseCode)) return;
      report.legEnded(legId, end);
      serviceRecords?.legEnded(legId, sipResponseCode);
      records?.addToLeg(legId, { kind: 'LegEnd', legId, by, reason, sipResponseCode });
      legInput(legId, { kind: 'LegEnded', legId, sipResponseCode: end.sipResponseCode });
    },
  };
}

function openSip(
  { address, sipPort, routes = [], sip, sipTimers, log, records }: CallServerOptions,
  media: MediaEdge,
): Promise<SipEdge> {
  return startSipEdge(
    {
      address,
      port: sipPort,
      furtherAddresses: [LOOPBACK_IPV6],
      trunks: routes.map(({ target }) => target.host),
      ...sip,
      ...(sipTimers ? { timers: sipTimers } : {}),
    },
    {
      media,
      clock: systemClock,
      ids: systemIds,
      log: log.child('sip'),
      ...(records ? { trace: (message) => records.addToLeg(message.legId, message) } : {}),
    },
  );
}

/** Numbers and Voice Connectors of the account. */
function calledParties({ cloud, routes = [], log }: CallServerOptions): OutputEdges['called'] {
  return {
    owns: (number) => cloud.voice.owns(number),
    connector(arn, user) {
      const originations = cloud.voice.connector(arn);
      if (!originations) return 'unknown';
      const found = connectorTargets(user, originations, { routes, below: (end) => systemIds.integer(end) });
      if (found.length > 0) return found;
      const hosts = originations.map(({ host }) => host).join(', ') || 'no origination route';
      log
        .child('calls')
        .warn(
          `${quoted(user)} is not called through ${arn}: it leads to ${hosts}. Give the connector an origination route to this machine, or say where its host is: --route HOST=sip:127.0.0.1:PORT.`,
        );
      return found;
    },
  };
}

/** Prompts and texts, but for sounds that a fault keeps from it. */
function openAudio(options: CallServerOptions, media: MediaEdge, speech: Speech): AudioLibrary {
  const { faults, log } = options;
  const objects = audioObjects(options);
  return new AudioLibrary({
    media,
    speech,
    objects: faults ? faultyObjects(objects, faults) : objects,
    log: log.child('audio'),
  });
}

/** The engine's calls, with what carries their outputs out. */
function openHost(
  options: CallServerOptions,
  edges: Omit<OutputEdges, 'called' | 'invoke'>,
  watches: CallWatch[],
): CallHost {
  const { records } = options;
  const log = options.log.child('calls');
  return new CallHost({
    clock: systemClock,
    ids: systemIds,
    log,
    edges: {
      ...edges,
      called: calledParties(options),
      invoke: options.faults ? faultyInvoke(invoker(options), options.faults, systemClock) : invoker(options),
    },
    watches,
    invocationWatches: invocationWatches(options),
    ...(records ? { record: records } : {}),
  });
}

/** What follows from what happens to sound. */
function mediaEvents(
  { sip, signalling, meetings, host, recordings, lines, conversations }: CallServer,
  audio: AudioLibrary,
  options: CallServerOptions,
): MediaEvents {
  const { activity, log, records } = options;
  return {
    ...(records ? { onSound: recordLevels(records) } : {}),
    onKeysTwice: (legId, ways) => noteOddity(legId, { what: 'keys twice', ways }, options),
    onDigit: (legId, digit) => host.legInput(legId, { kind: 'DigitPressed', legId, digit }),
    onPlaybackFinished(legId, playId) {
      if (lines.testParty.playbackFinished(legId, playId)) return;
      if (conversations.playbackFinished(legId, playId)) return;
      host.legInput(legId, { kind: 'PlaybackFinished', legId, playId });
    },
    onRecorded(id, samples, last) {
      if (!conversations.recorded(id, samples, last)) recordings.recorded(id, samples, last);
    },
    onSilence: (id) => conversations.silence(id) || recordings.silence(id),
    onSpeaking: (report) => isBridge(report.meetingId) || activity.report(report),
    onLevels: (meetingId, levels) => meetings.levels(meetingId, levels),
    onTransportUp: (legId) => signalling.transportUp(legId),
    onTransportDown(legId, reason) {
      log.info(`A browser's sound ended: ${reason}.`);
      signalling.transportDown(legId, reason);
      lines.lines.hangUp(legId, 0);
    },
    onMediaLost(legId, silentMs) {
      log.info(`Nothing came from a telephone or browser for ${Math.round(silentMs / 1000)} s: asking it.`);
      sip.askIfThere(legId);
      lines.internal.askIfThere(legId);
      meetings.clientLost(legId);
    },
    onLate(late) {
      sip.refuseNew(late ? LATE : undefined);
      if (late) log.warn(`New calls are refused with ${UNAVAILABLE}: ${LATE}. Those in progress go on.`);
      else log.info('Sound is in time: calls are taken again.');
    },
    onFault: (message) => log.error(`A fault of the media thread: ${message}`),
    onFatal(error, startsAgain) {
      sip.refuseNew(undefined);
      const then = startsAgain
        ? 'Another one is started; the calls that it carried end.'
        : 'It has died too often: end this program and start it again.';
      log.error(`The media thread died: ${error.message}. ${then}`);
      audio.forgetLoaded();
      activity.silence();
      recordings.everythingLost();
      host.hangUpAll();
      meetings.everybodyLost();
    },
  };
}

/** How calls go out, and who answers those that stay here: applications of ours, the test party, meetings. */
function openLines(
  options: CallServerOptions,
  parts: Pick<CallServer, 'sip' | 'media' | 'meetings'> & {
    failover: RouteFailover;
    legEvents: LegEvents;
    speak: TestPartyParts['speech'];
    takeCall(call: InternalCall): void;
    onSaid(legId: string, text: string): void;
  },
): CallLines {
  const { sip, media, meetings, failover, legEvents } = parts;
  const log = options.log.child('calls');
  const internal = new InternalLegs({ media, ids: systemIds, log, events: legEvents });
  const testParty = new TestParty({
    legs: internal,
    media,
    speech: parts.speak,
    onSaid(legId, text) {
      const hearer = internal.otherEnd(legId);
      if (hearer !== undefined) parts.onSaid(hearer, text);
    },
    scriptOf: (number) => partyScriptOf(number, options.parties?.() ?? []),
    clock: systemClock,
    log,
  });
  const meeting = new MeetingLine({ meetings, legs: internal });
  const application = { arrived: parts.takeCall, ended: () => {} };
  const parties = new CalledParties(options.routes ?? [], {
    isServed: (number) => options.cloud.voice.routeForNumber(number) !== undefined,
    isRegistered: (number) => sip.registered().includes(number),
  });
  const answerers = { application, testParty, meeting };
  const lines = new Lines({ sip, internal, parties, failover, answerers });
  return { lines, internal, testParty, meeting, failover };
}

/** Who comes with a token is counted as the service does. DG: service-metrics. */
function countedTickets({ meetings, metrics }: EmulatedCloud): MeetingHostParts['directory'] {
  return {
    redeem(...token) {
      const ticket = meetings.redeem(...token);
      const MetricName = `AttendeeAuthorization${ticket ? 'Success' : 'Error'}`;
      metrics.add({ Namespace: 'AWS/ChimeSDK', MetricName, Dimensions: [] }, 1);
      return ticket;
    },
    areAttendees: (...ids) => meetings.areAttendees(...ids),
    exists: (id) => meetings.exists(id),
    attendeeConnected: (...who) => meetings.attendeeConnected(...who),
    attendeeDisconnected: (...who) => meetings.attendeeDisconnected(...who),
  };
}

/** The meetings, and the signalling by which clients come in. */
function openMeetings(
  { cloud, log, records }: CallServerOptions,
  media: MediaEdge,
  letGo: (legId: string) => void,
): { meetings: MeetingHost; signalling: Signalling } {
  const clients: MeetingHostParts['signalling'] = {
    tellRoster: (id, entries) => signalling.tellRoster(id, entries),
    tellChanges: (id, changes) => signalling.tellChanges(id, changes),
    tellLevels: (id, levels) => signalling.tellLevels(id, levels),
    setVideoRights: (id, rights) => signalling.setVideoRights(id, rights),
    end: (id, status) => signalling.end(id, status),
  };
  const seen = records ? { seen: recordMeetings(records) } : {};
  const directory = countedTickets(cloud);
  const parts = { directory, media, signalling: clients, letGo, ...seen };
  const meetings = new MeetingHost(parts);
  const signalling: Signalling = startSignalling(
    {},
    { media, handler: meetings, clock: systemClock, ids: systemIds, log: log.child('signalling') },
  );
  return { meetings, signalling };
}
