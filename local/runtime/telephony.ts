import { policyAllows } from '#aws';
import { LambdaServiceError } from '#lambda-runner';
import { type MediaEdge, startMediaEdge } from '#media-edge';
import { type Log, systemClock, systemIds } from '#platform';
import { type ArrivedLeg, type SipEdge, startSipEdge } from '#sip-edge';
import { makeSpeech, type Speech } from '#speech';
import { AudioLibrary, type AudioObjects } from './audio-library.ts';
import { CallHost } from './call-host.ts';
import type { CallReport } from './call-report.ts';
import type { EmulatedCloud } from './emulated-cloud.ts';
import { ACCOUNT_ID } from './home.ts';
import type { LiveCalls } from './live-calls.ts';
import type { InvocationOutcome } from './output-carrier.ts';
import type { Activity } from './web/activity.ts';
import { CHIME_PRINCIPAL, type Findings } from './workshop.ts';

/** Status of an INVITE for a number that no rule serves. RFC 3261 section 21.4.5. */
const NOT_FOUND = 404;
/**
 * Milliseconds without RTP and RTCP from a phone that should send, after which it is taken for gone: without
 * session timers (RFC 4028) a phone that lost its power says no BYE. Some phones send nothing while muted.
 */
const MEDIA_LOST_MS = 300_000;

/** Telephones, sound and calls, connected. */
export interface Telephony {
  sip: SipEdge;
  media: MediaEdge;
  host: CallHost;
  speech: Speech;
}

export interface TelephonyOptions {
  /** Where telephones reach us. */
  address: string;
  sipPort: number;
  cloud: EmulatedCloud;
  findings: Findings;
  activity: Activity;
  /** Told of each call, for the person at the terminal. */
  report: CallReport;
  /** Keeps word of the calls in progress. */
  liveCalls: LiveCalls;
  region: string;
  /** Milliseconds without a sign of life from a telephone that should send; default 300 000. */
  mediaLostAfterMs?: number;
  log: Log;
}

/** Reads prompts as the service does: with its principal, under the bucket's policy. */
function audioObjects({ cloud, findings, region }: TelephonyOptions): AudioObjects {
  const readable = (bucket: string, key: string): boolean => {
    const policy = cloud.s3.getBucketPolicy(bucket);
    return findings.sipMediaApplicationIds.some((id) =>
      policyAllows(policy === undefined ? undefined : JSON.parse(policy), {
        principalService: CHIME_PRINCIPAL,
        action: 's3:GetObject',
        resourceArn: `arn:aws:s3:::${bucket}/${key}`,
        sourceAccount: ACCOUNT_ID,
        sourceArn: `arn:aws:chime:${region}:${ACCOUNT_ID}:sma/${id}`,
      }),
    );
  };
  return {
    version: (bucket, key) => (readable(bucket, key) ? cloud.s3.head(bucket, key)?.etag : undefined),
    read: async (bucket, key) => (await cloud.s3.read(bucket, key))?.body,
  };
}

/** Invokes as the service does: only what the function's policy lets it. */
function invoker({ cloud, findings }: TelephonyOptions) {
  return async (functionArn: string, payload: string): Promise<InvocationOutcome> => {
    const spec = cloud.functions.find(functionArn);
    if (spec && !findings.chimeMayInvoke.has(spec.functionName)) {
      const message = `Access denied while invoking the AWS Lambda function. (No AWS::Lambda::Permission for ${CHIME_PRINCIPAL}.)`;
      return { ok: false, reason: 'accessDenied', message };
    }
    try {
      const { payload: answer, functionError } = await cloud.functions.invoke(functionArn, payload);
      if (!functionError) return { ok: true, payload: answer };
      return { ok: false, reason: 'error', message: `The function failed: ${answer.slice(0, 500)}` };
    } catch (error) {
      const throttled = error instanceof LambdaServiceError && error.statusCode === 429;
      const reason = throttled ? 'throttled' : 'unavailable';
      const message = throttled ? 'The AWS Lambda function was throttled.' : (error as Error).message;
      return { ok: false, reason, message };
    }
  };
}

/** A call for a number: to the application that its SIP rule names, or refused. */
function takeCall(leg: ArrivedLeg, sip: SipEdge, host: CallHost, options: TelephonyOptions): void {
  const route = options.cloud.voice.routeForNumber(leg.to);
  const log = options.log.child('calls');
  if (!route) {
    log.warn(`${leg.from} called ${leg.to}, which no SIP rule serves: refused with ${NOT_FOUND}.`);
    sip.hangUp(leg.callId, NOT_FOUND);
    return;
  }
  options.report.arrived(leg);
  sip.ring(leg.callId);
  host.arrive({
    callId: leg.callId,
    from: leg.from,
    to: leg.to,
    awsAccountId: ACCOUNT_ID,
    ...route,
    ...(leg.sipHeaders ? { sipHeaders: leg.sipHeaders } : {}),
  });
}

/** Starts the media thread and the SIP sockets, and connects them to the engine. */
export async function startTelephony(options: TelephonyOptions): Promise<Telephony> {
  const { address, cloud, log } = options;
  let host: CallHost | undefined;
  let sip: SipEdge | undefined;
  const media = await startMediaEdge(
    { address, mediaLostAfterMs: options.mediaLostAfterMs ?? MEDIA_LOST_MS },
    {
      onDigit: (callId, digit) => host?.legInput(callId, { kind: 'DigitPressed', callId, digit }),
      onPlaybackFinished: (callId, playId) =>
        host?.legInput(callId, { kind: 'PlaybackFinished', callId, playId }),
      onSpeaking: (report) => options.activity.report(report),
      onMediaLost(callId, silentMs) {
        log.warn(`Nothing came from a telephone for ${Math.round(silentMs / 1000)} s: hanging up.`);
        sip?.hangUp(callId, 0);
      },
      onFatal: (error) => log.error(`The media thread died: ${error.message}. Start again.`),
    },
  );
  const speech = makeSpeech({ log: log.child('speech') });
  const audio = new AudioLibrary({ media, speech, objects: audioObjects(options), log: log.child('audio') });
  sip = await startSipEdge(
    { address, port: options.sipPort },
    {
      media,
      clock: systemClock,
      ids: systemIds,
      log: log.child('sip'),
      events: {
        onLegArrived: (leg) => sip && host && takeCall(leg, sip, host, options),
        onLegAnswered: (callId) => host?.legInput(callId, { kind: 'LegAnswered', callId }),
        onLegEnded(callId, end) {
          options.report.legEnded(callId, end);
          host?.legInput(callId, { kind: 'LegEnded', callId, sipResponseCode: end.sipResponseCode });
        },
        onDigit: (callId, digit) => host?.legInput(callId, { kind: 'DigitPressed', callId, digit }),
      },
    },
  );
  host = new CallHost({
    clock: systemClock,
    ids: systemIds,
    log: log.child('calls'),
    edges: { sip, media, meetings: cloud.meetings, invoke: invoker(options), audio },
    watches: [options.report, options.liveCalls],
  });
  return { sip, media, host, speech };
}
