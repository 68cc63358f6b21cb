/**
 * Refusals by the AWS endpoint. Each service's protocol has its own format and its own codes for the same
 * reason.
 */
import type { ServerResponse } from 'node:http';
import { cbor } from '@smithy/core/cbor';
import { endAfterRequest } from '#platform';
import type { Reason } from './request-signature.ts';

/** The protocols of AWS services. Smithy, "AWS protocols". */
export type Protocol = 'restJson' | 'awsJson' | 's3' | 'query' | 'ec2' | 'cbor';

export interface Refusal {
  status: number;
  /** The exception's name in the protocol of the client. */
  code: string;
  message: string;
}

/**
 * The protocol of each signing name, needed because a request does not always show it. A map, because clients
 * choose the name that is looked up. Route 53 and CloudFront use restXml, whose errors look like those of
 * awsQuery.
 */
const PROTOCOLS: ReadonlyMap<string, Protocol> = new Map([
  ['s3', 's3'],
  ['dynamodb', 'awsJson'],
  ['ssm', 'awsJson'],
  ['ecr', 'awsJson'],
  ['logs', 'awsJson'],
  ['cognito-idp', 'awsJson'],
  ['states', 'awsJson'],
  ['transcribe', 'awsJson'],
  ['sts', 'query'],
  ['iam', 'query'],
  ['cloudformation', 'query'],
  ['sns', 'query'],
  ['route53', 'query'],
  ['cloudfront', 'query'],
  ['ec2', 'ec2'],
]);

/**
 * The protocol of this request. A service may support several, and SDKs of different ages use different ones.
 */
export function protocolOf(signingName: string, headers: ReadonlyMap<string, string>): Protocol {
  const known = PROTOCOLS.get(signingName);
  if (known === 's3' || known === 'ec2') return known;
  return shownProtocol(headers) ?? known ?? 'restJson';
}

function shownProtocol(headers: ReadonlyMap<string, string>): Protocol | undefined {
  if (headers.get('smithy-protocol') === 'rpc-v2-cbor') return 'cbor';
  if (headers.has('x-amz-target')) return 'awsJson';
  const form = headers.get('content-type')?.startsWith('application/x-www-form-urlencoded');
  return form ? 'query' : undefined;
}

/**
 * Guesses the protocol of a request that does not name its service, in order to answer in a readable format.
 */
export function guessProtocol(headers: ReadonlyMap<string, string>, rawPath: string): Protocol {
  const shown = shownProtocol(headers);
  if (shown) return shown;
  if (/^\/(sip-|phone-number|search|meetings|tags|voice-|20\d\d-)/.test(rawPath)) return 'restJson';
  return 's3';
}

const JSON_CODES: Readonly<Record<Reason, string>> = {
  missing: 'MissingAuthenticationTokenException',
  incomplete: 'IncompleteSignatureException',
  unsupported: 'IncompleteSignatureException',
  unknownKey: 'UnrecognizedClientException',
  badToken: 'UnrecognizedClientException',
  mismatch: 'InvalidSignatureException',
  skew: 'InvalidSignatureException',
  expired: 'InvalidSignatureException',
  unsignedHeader: 'InvalidSignatureException',
  payloadMismatch: 'InvalidSignatureException',
};

const QUERY_CODES: Readonly<Record<Reason, string>> = {
  missing: 'MissingAuthenticationToken',
  incomplete: 'IncompleteSignature',
  unsupported: 'IncompleteSignature',
  unknownKey: 'InvalidClientTokenId',
  badToken: 'InvalidClientTokenId',
  mismatch: 'SignatureDoesNotMatch',
  skew: 'SignatureDoesNotMatch',
  expired: 'SignatureDoesNotMatch',
  unsignedHeader: 'SignatureDoesNotMatch',
  payloadMismatch: 'SignatureDoesNotMatch',
};

const S3_CODES: Readonly<Record<Reason, [number, string]>> = {
  missing: [403, 'AccessDenied'],
  incomplete: [400, 'AuthorizationHeaderMalformed'],
  unsupported: [400, 'InvalidRequest'],
  unknownKey: [403, 'InvalidAccessKeyId'],
  badToken: [400, 'InvalidToken'],
  mismatch: [403, 'SignatureDoesNotMatch'],
  skew: [403, 'RequestTimeTooSkewed'],
  expired: [403, 'AccessDenied'],
  unsignedHeader: [403, 'AccessDenied'],
  payloadMismatch: [400, 'XAmzContentSHA256Mismatch'],
};

export function signatureRefusal(protocol: Protocol, reason: Reason, message: string): Refusal {
  if (protocol === 's3') {
    const [status, code] = S3_CODES[reason];
    return { status, code, message };
  }
  if (protocol === 'query' || protocol === 'ec2') return { status: 403, code: QUERY_CODES[reason], message };
  return { status: protocol === 'awsJson' ? 400 : 403, code: JSON_CODES[reason], message };
}

/** Sends the refusal, unless an answer has already begun. */
export function refuse(
  response: ServerResponse,
  protocol: Protocol,
  requestId: string,
  refusal: Refusal,
): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const { body, headers } = render(protocol, requestId, refusal);
  response.writeHead(refusal.status, { ...headers, 'content-length': Buffer.byteLength(body) });
  endAfterRequest(response, response.req.method === 'HEAD' ? undefined : body);
}

function render(
  protocol: Protocol,
  requestId: string,
  { code, message, status }: Refusal,
): { body: string | Uint8Array; headers: Record<string, string> } {
  switch (protocol) {
    case 's3':
      return {
        body:
          '<?xml version="1.0" encoding="UTF-8"?>\n' +
          `<Error><Code>${code}</Code><Message>${escapeXml(message)}</Message>` +
          `<RequestId>${requestId}</RequestId></Error>`,
        headers: { 'content-type': 'application/xml', 'x-amz-request-id': requestId },
      };
    case 'query':
      return {
        body:
          `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error>` +
          `<Type>${status < 500 ? 'Sender' : 'Receiver'}</Type><Code>${code}</Code>` +
          `<Message>${escapeXml(message)}</Message></Error><RequestId>${requestId}</RequestId></ErrorResponse>`,
        headers: { 'content-type': 'text/xml', 'x-amzn-requestid': requestId },
      };
    case 'ec2':
      return {
        body:
          `<?xml version="1.0" encoding="UTF-8"?>\n<Response><Errors><Error><Code>${code}</Code>` +
          `<Message>${escapeXml(message)}</Message></Error></Errors><RequestID>${requestId}</RequestID></Response>`,
        headers: { 'content-type': 'text/xml', 'x-amzn-requestid': requestId },
      };
    case 'cbor':
      return {
        body: cbor.serialize({ __type: `com.amazon.coral.service#${code}`, message }),
        headers: {
          'content-type': 'application/cbor',
          'smithy-protocol': 'rpc-v2-cbor',
          'x-amzn-requestid': requestId,
        },
      };
    case 'awsJson':
      return {
        body: JSON.stringify({ __type: `com.amazon.coral.service#${code}`, message }),
        headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amzn-requestid': requestId },
      };
    case 'restJson':
      return {
        body: JSON.stringify({ Code: code.replace(/Exception$/, ''), Message: message, message }),
        headers: {
          'content-type': 'application/json',
          'x-amzn-errortype': code,
          'x-amzn-requestid': requestId,
        },
      };
  }
}

/** Escapes text for element content. Characters that XML 1.0 does not allow become U+FFFD. */
export function escapeXml(text: string): string {
  return text
    .replace(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD]/g, '\uFFFD')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
