import { Conversations, type LexCredentials, recognizeText } from '#bots';
import type { CallWatch, InvocationWatch, OutputEdges } from '#call-host';
import { AudioLibrary, CallHost } from '#call-host';
import { FaultyPhones, faultyInvoke, faultyObjects } from '#faults';
import { RouteFailover } from '#lines';
import { type MediaEdge, startMediaEdge } from '#media-edge';
import { systemClock, systemIds } from '#platform';
import { Recordings } from '#recordings';
import { type SipEdge, type SipEdgeEvents, startSipEdge } from '#sip-edge';
import { type Speech, startSpeech } from '#speech';
import { takeCall } from './arriving-calls.ts';
import { calledParties, openLines } from './call-lines.ts';
import { openMeetings } from './call-meetings.ts';
import type { CallServerOptions } from './call-server-options.ts';
import type { CallServer } from './call-server-parts.ts';
import { legEventsTo } from './leg-events.ts';
import { mediaEvents } from './media-events.ts';
import { recordInvocations } from './recorded-invocations.ts';
import { audioObjects, invoker, recordingStore } from './service-access.ts';

/**
 * Milliseconds without RTP and RTCP from a phone that should send, after which it is asked whether it is
 * still there: a phone that lost its power sends no BYE, and some send nothing while muted. A browser has
 * gone by then, since it would have sent ICE checks all the time (RFC 7675).
 */
const MEDIA_LOST_MS = 60_000;

/** Telephones on this machine may also call by IPv6. */
const LOOPBACK_IPV6 = '::1';

/** The observers of invocations: the terminal and the call record. */
function invocationWatches({ report, records }: CallServerOptions): InvocationWatch[] {
  return records ? [report, recordInvocations(records)] : [report];
}

/** The observers of each change of a call. */
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

function openMedia(options: CallServerOptions): Promise<MediaEdge> {
  return startMediaEdge({
    address: options.address,
    mediaLostAfterMs: options.mediaLostAfterMs ?? MEDIA_LOST_MS,
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
  const calls: Pick<CallHost, 'legInput' | 'whoHangsUp'> = {
    legInput: (legId, input) => host.legInput(legId, input),
    whoHangsUp: (legId) => host.whoHangsUp(legId),
  };
  const legEvents = legEventsTo(calls, failover, options);
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
  // Everything exists now, so each part receives earlier and future events.
  media.observe(mediaEvents(server, audio, options));
  options.records?.tellWatched((watched) => media.watchSound(watched ? 'page' : 'record'));
  sip.observe({ ...legEvents, ...callEvents(server, options) });
  return server;
}

/** Handles what telephones do apart from the events of existing legs. */
function callEvents(
  server: CallServer,
  options: CallServerOptions,
): Pick<SipEdgeEvents, 'onLegArrived' | 'onCallRefused' | 'onRefusalTold' | 'onDigit'> {
  return {
    onLegArrived: (leg) => takeCall(leg, server, options),
    onCallRefused: (why) => options.activity.callRefused(why),
    onRefusalTold: (refusal) => options.serviceRecords?.refused(refusal),
    // The phone may send the key in its audio as well; the media edge detects the duplicate.
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

/** Opens the bots that callers talk with after StartBotConversation. */
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

/** The AWS credentials of the environment, for bots at a Lex endpoint; undefined: requests are not signed. */
function keysOfEnvironment(): LexCredentials | undefined {
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN: sessionToken } = process.env;
  if (!AWS_ACCESS_KEY_ID || !AWS_SECRET_ACCESS_KEY) return undefined;
  return { accessKeyId: AWS_ACCESS_KEY_ID, secretAccessKey: AWS_SECRET_ACCESS_KEY, sessionToken };
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

/** Prompts and texts, except objects that a fault hides. */
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

/** Creates the host of the engine's calls, with the edges that carry out their outputs. */
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
