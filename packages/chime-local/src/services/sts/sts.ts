/** AWS STS, one operation of it: who am I. The awsQuery protocol: form in, XML out. */

import { parseQuery } from '../front/query-string.ts';
import { escapeXml, refuse } from '../front/refusal.ts';
import type { AwsRequest, AwsService } from '../ports.ts';

const NAMESPACE = 'https://sts.amazonaws.com/doc/2011-06-15/';

export function makeSts(): AwsService {
  return {
    signingNames: ['sts'],
    async handle(request) {
      const action = readAction(request);
      if (action === 'GetCallerIdentity') return answerIdentity(request);
      const message = `STS action "${action.slice(0, 100)}" is not served here; GetCallerIdentity is`;
      refuse(request.response, 'query', request.requestId, { status: 400, code: 'InvalidAction', message });
    },
  };
}

function readAction(request: AwsRequest): string {
  const form = request.method === 'POST' ? (request.body?.toString('utf8') ?? '') : request.rawQuery;
  try {
    return parseQuery(form).get('Action') ?? '';
  } catch {
    return '';
  }
}

/** Account, ARN and UserId of whoever signed. STS API reference, GetCallerIdentity. */
function answerIdentity({ caller, response, requestId }: AwsRequest): void {
  const account = caller.arn.split(':')[4] ?? '';
  const session = /:assumed-role\/[^/]+\/(.+)$/.exec(caller.arn)?.[1];
  const userId = session === undefined ? caller.accessKeyId : `${caller.accessKeyId}:${session}`;
  const body =
    `<GetCallerIdentityResponse xmlns="${NAMESPACE}"><GetCallerIdentityResult>` +
    `<Arn>${escapeXml(caller.arn)}</Arn><UserId>${escapeXml(userId)}</UserId><Account>${escapeXml(account)}</Account>` +
    `</GetCallerIdentityResult><ResponseMetadata><RequestId>${requestId}</RequestId></ResponseMetadata>` +
    '</GetCallerIdentityResponse>';
  response.writeHead(200, {
    'content-type': 'text/xml',
    'content-length': Buffer.byteLength(body),
    'x-amzn-requestid': requestId,
  });
  response.end(body);
}
