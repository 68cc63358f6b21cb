/** The Lambda function `removeAttendee`: `POST /removeAttendee`. */
import { answerHttp, type HttpRequest, type HttpResponse } from '../http/index.ts';
import { ChimeMeetings, meetingsClient } from '../meetings/index.ts';
import { environment, warn } from '../platform/index.ts';
import { BrowserAttendeesTable, documentClient } from '../tables/index.ts';
import { type Ports, removeAttendee } from './remove-attendee.ts';

const ports: Ports = {
  meetings: new ChimeMeetings(meetingsClient()),
  browsers: new BrowserAttendeesTable(documentClient(), environment('MEETING_INFO_TABLE')),
  warn,
};

export const handler = (request: HttpRequest): Promise<HttpResponse> =>
  answerHttp(() => removeAttendee(request, ports), warn);
