/** The Lambda function `smaHandler`: the SIP media application's endpoint. */
import type { FunctionResponse, InvocationEvent } from 'pstn-audio';
import { ChimeMeetings, meetingsClient } from '../meetings/index.ts';
import { environment, pinDigits, warn } from '../platform/index.ts';
import {
  CallUpdatesTable,
  documentClient,
  GuessBudget,
  MeetingAccessTable,
  MeetingInfoTable,
  quickClient,
} from '../tables/index.ts';
import { Actions } from './actions.ts';
import { answer } from './answer.ts';
import type { Ports } from './ports.ts';

const documents = documentClient();

const ports: Ports = {
  meetings: new ChimeMeetings(meetingsClient()),
  meetingInfo: new MeetingInfoTable(documents, environment('MEETING_INFO_TABLE')),
  meetingAccess: new MeetingAccessTable(documents, environment('MEETING_ACCESS_TABLE')),
  guessBudget: new GuessBudget(documents, environment('MEETING_ACCESS_TABLE')),
  callUpdates: new CallUpdatesTable(quickClient(), environment('CALL_UPDATES_TABLE')),
  actions: new Actions(environment('PROMPTS_BUCKET'), pinDigits()),
  now: Date.now,
  warn: (what, error, transactionId) => warn(what, error, { transactionId }),
};

export const handler = (event: InvocationEvent): Promise<FunctionResponse> => answer(event, ports);
