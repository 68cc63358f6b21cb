/** The Lambda function `joinMeeting`: `POST /joinMeeting`. */
import { answerHttp, type HttpRequest, type HttpResponse } from '../http/index.ts';
import { ChimeMeetings, meetingsClient } from '../meetings/index.ts';
import { environment, warn } from '../platform/index.ts';
import { BrowserAttendeesTable, documentClient, MeetingAccessTable } from '../tables/index.ts';
import { joinMeeting, type Ports } from './join-meeting.ts';

const documents = documentClient();

const ports: Ports = {
  meetings: new ChimeMeetings(meetingsClient()),
  meetingAccess: new MeetingAccessTable(documents, environment('MEETING_ACCESS_TABLE')),
  browsers: new BrowserAttendeesTable(documents, environment('MEETING_INFO_TABLE')),
  // The Region of this function is that of the SIP media application: both are in one stack.
  mediaRegion: environment('AWS_REGION'),
  now: Date.now,
  warn,
};

export const handler = (request: HttpRequest): Promise<HttpResponse> =>
  answerHttp(() => joinMeeting(request, ports), warn);
