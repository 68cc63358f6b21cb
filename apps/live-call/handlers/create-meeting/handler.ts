/** The Lambda function `createMeeting`: `POST /createMeeting`. */
import { answerHttp, type HttpRequest, type HttpResponse } from '../http/index.ts';
import { environment, pinDigits, warn } from '../platform/index.ts';
import { documentClient, MeetingAccessTable } from '../tables/index.ts';
import { createMeeting, type Ports } from './create-meeting.ts';

const ports: Ports = {
  meetingAccess: new MeetingAccessTable(documentClient(), environment('MEETING_ACCESS_TABLE')),
  pinDigits: pinDigits(),
  now: Date.now,
};

export const handler = (request: HttpRequest): Promise<HttpResponse> =>
  answerHttp(() => createMeeting(request, ports), warn);
