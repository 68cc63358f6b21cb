/** The Lambda function `queryMeetings`: `POST /queryMeetings`. */
import { answerHttp, type HttpRequest, type HttpResponse } from '../http/index.ts';
import { ChimeMeetings, meetingsClient } from '../meetings/index.ts';
import { environment, warn } from '../platform/index.ts';
import { callUpdater } from '../platform/voice.ts';
import {
  BrowserAttendeesTable,
  CallUpdatesTable,
  documentClient,
  GuessBudget,
  MeetingAccessTable,
  MeetingInfoTable,
  quickClient,
} from '../tables/index.ts';
import { type Ports, queryMeetings } from './query-meetings.ts';

const documents = documentClient();

const ports: Ports = {
  meetingInfo: new MeetingInfoTable(documents, environment('MEETING_INFO_TABLE')),
  browsers: new BrowserAttendeesTable(documents, environment('MEETING_INFO_TABLE')),
  meetingAccess: new MeetingAccessTable(documents, environment('MEETING_ACCESS_TABLE')),
  callUpdates: new CallUpdatesTable(quickClient(), environment('CALL_UPDATES_TABLE')),
  meetings: new ChimeMeetings(meetingsClient()),
  guessBudget: new GuessBudget(documents, environment('MEETING_ACCESS_TABLE')),
  updateCall: callUpdater(environment('SIP_MEDIA_APPLICATION_ID')),
  // The stack lists the prompts that it deploys; there may be none.
  prompts: (process.env.PROMPTS ?? '').split(',').filter((key) => key !== ''),
  now: Date.now,
  warn,
};

export const handler = (request: HttpRequest): Promise<HttpResponse> =>
  answerHttp(() => queryMeetings(request, ports), warn);
