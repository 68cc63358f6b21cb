import { failure, invalidParameter } from '../failures.ts';
import {
  CALL_TIMEOUT_SECONDS,
  DEFAULT_CALL_TIMEOUT_SECONDS,
  ENDPOINTS_PER_BRIDGE,
  MAX_ENDPOINT_URI_CHARACTERS,
  MAX_SIP_HEADER_CHARACTERS,
} from '../limits.ts';
import { listOf, oneOf, text, wholeNumber } from '../schema/kinds.ts';
import { bad, good, isObject, type Schema } from '../schema/schema.ts';
import { defaulted, optional, required, shape } from '../schema/shape.ts';
import { AUDIO_FILE, actionSchema, type EchoedParameters, type WrittenParameters } from './action-schema.ts';

const INVALID_ENDPOINT = invalidParameter('Endpoint parameter is invalid.');
/** A telephone number. RFC 3966, E.164. */
const E164 = /^\+[1-9]\d{1,14}$/;
/** The user part of a request URI. DG: call-and-bridge. */
const URI_USER = /^[a-zA-Z0-9&=+$/%\-_!~*().]+$/;

const ENDPOINT = shape(
  {
    /** `PSTN`: a telephone number. `AWS`: a Voice Connector or a group of them. */
    BridgeEndpointType: required(oneOf('PSTN', 'AWS')),
    /** PSTN: the number in E.164. AWS: the user part of the request URI, at most 36 characters (C-23). */
    Uri: required(
      text({ what: 'a telephone number in E.164, or the user part of a SIP URI', pattern: URI_USER }),
    ),
    /** AWS only: ARN of the Voice Connector or the group. */
    Arn: optional(text({ what: 'the ARN of a Voice Connector or of a group of them', pattern: /^arn:/ })),
  },
  'an object {BridgeEndpointType, Uri, Arn}',
);

/** Header names that a function may set. DG: sip-headers. */
const ALLOWED_HEADER = /^(x-[!#$%&'*+\-.^_`|~0-9a-z]+|user-to-user|diversion)$/i;
/** Header names that the service reserves for itself. DG: sip-headers, unexpected-action-fail. */
const RESERVED_HEADER = /^x-(amzn|vine|vc|canary|voice)/i;

/** Headers for the INVITE: `x-…`, `User-to-User`, `Diversion`, values of at most 2048 characters. DG: sip-headers. */
export const SIP_HEADERS: Schema<Record<string, string>, Record<string, string>> = {
  allowed: `an object of header names (x-…, User-to-User, Diversion) and texts of at most ${MAX_SIP_HEADER_CHARACTERS} characters`,
  read(value) {
    if (!isObject(value)) return bad(value, SIP_HEADERS.allowed);
    const wrong = Object.entries(value).filter(([name, header]) => !isHeader(name, header));
    if (wrong.length === 0) return good(value as Record<string, string>);
    const names = wrong.map(([name]) => name).join(', ');
    const says = invalidParameter(`Invalid SIP header(s) provided: ${names}`);
    const { allowed } = SIP_HEADERS;
    return {
      flaws: wrong.map(([name, header]) => ({ path: [name], value: header, allowed, failure: says })),
    };
  },
};

function isHeader(name: string, value: unknown): boolean {
  if (!ALLOWED_HEADER.test(name) || RESERVED_HEADER.test(name) || typeof value !== 'string') return false;
  // A line break in a value would forge another header (RFC 3261 section 7.3).
  return value.length <= MAX_SIP_HEADER_CHARACTERS && !/[\u0000-\u0008\u000a-\u001f\u007f]/.test(value);
}

/**
 * Calls one endpoint as LEG-B and, when it answers, connects it with LEG-A. An unanswered LEG-A remains
 * unanswered until then. The result is always reported. DG: call-and-bridge.
 */
export const callAndBridge = actionSchema({
  type: 'CallAndBridge',
  fields: {
    /** The endpoint to call; exactly one. */
    Endpoints: required(
      listOf(ENDPOINT, {
        min: ENDPOINTS_PER_BRIDGE,
        max: ENDPOINTS_PER_BRIDGE,
        what: 'endpoint',
        failure: invalidParameter('Invalid number of endpoints provided.'),
      }),
      { failure: INVALID_ENDPOINT, missing: invalidParameter('Invalid number of endpoints provided.') },
    ),
    /** The caller ID in E.164: a number of the account, or LEG-A's `From`. */
    CallerIdNumber: required(text({ what: 'a telephone number in E.164', pattern: E164 }), {
      failure: invalidParameter('Invalid caller ID.'),
      missing: invalidParameter('Caller ID not defined.'),
    }),
    /** Seconds within which the called party must answer, 1 to 120 (C-22). Default 30. */
    CallTimeoutSeconds: defaulted(
      wholeNumber({ ...CALL_TIMEOUT_SECONDS, unit: 'seconds' }),
      DEFAULT_CALL_TIMEOUT_SECONDS,
      {
        failure: invalidParameter(
          'The MaxCallTimeout parameter is invalid. Timeout must be between 0 and 120 seconds.',
        ),
      },
    ),
    /** A file that LEG-A hears repeatedly until the called party answers. */
    RingbackTone: optional(AUDIO_FILE, {
      failure: failure('InvalidAudioSource', 'Ringtone parameter value is invalid.'),
    }),
    /** Headers for the called party's INVITE (C-28): names `x-…`, `User-to-User` or `Diversion`. */
    SipHeaders: optional(SIP_HEADERS, {
      failure: invalidParameter('Invalid SIP header(s) provided: SipHeaders'),
    }),
  },
  rules({ Endpoints: [endpoint] }) {
    if (endpoint === undefined) return undefined;
    const { BridgeEndpointType: type, Uri, Arn } = endpoint;
    const wrong = (name: 'Uri' | 'Arn', allowed: string) => ({
      path: ['Endpoints', 0, name],
      value: endpoint[name],
      allowed,
    });
    if (type === 'PSTN') {
      if (!E164.test(Uri)) return wrong('Uri', 'a telephone number in E.164, such as +12065550100');
      return Arn === undefined ? undefined : wrong('Arn', 'no Arn: it is for AWS endpoints only');
    }
    if (Uri.length > MAX_ENDPOINT_URI_CHARACTERS) {
      return wrong('Uri', `the user part of a SIP URI, at most ${MAX_ENDPOINT_URI_CHARACTERS} characters`);
    }
    return Arn === undefined
      ? wrong('Arn', 'the ARN of a Voice Connector; AWS endpoints need it')
      : undefined;
  },
});

/** `Parameters` of CallAndBridge, as functions write them. */
export type CallAndBridgeParameters = WrittenParameters<typeof callAndBridge>;
/** `Parameters` of CallAndBridge, as events echo them: defaults filled in. */
export type CallAndBridgeEcho = EchoedParameters<typeof callAndBridge>;
