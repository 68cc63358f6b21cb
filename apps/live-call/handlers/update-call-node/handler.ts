/** The Lambda function `updateCallNode`: `POST /updateCallNode`. */
import { answerHttp, type HttpRequest, type HttpResponse } from '../http/index.ts';
import { environment, warn } from '../platform/index.ts';
import { callUpdater } from '../platform/voice.ts';
import {
  CallUpdatesTable,
  createUpdateId,
  documentClient,
  MeetingInfoTable,
  OrdersTable,
  quickClient,
} from '../tables/index.ts';
import { type Ports, updateCall } from './update-call.ts';

const documents = documentClient();
const meetingInfo = new MeetingInfoTable(documents, environment('MEETING_INFO_TABLE'));
const quick = quickClient();
const callUpdates = new CallUpdatesTable(quick, environment('CALL_UPDATES_TABLE'));
const orders = new OrdersTable(quick, environment('CALL_UPDATES_TABLE'));

const ports: Ports = {
  updateCall: callUpdater(environment('SIP_MEDIA_APPLICATION_ID')),
  recordAccepted: (update, now) => callUpdates.recordAccepted(update, now),
  claimOrder: (orderId, order, now) => orders.claim(orderId, order, now),
  acceptOrder: (orderId, acceptedAt) => orders.accepted(orderId, acceptedAt),
  openOrder: (orderId) => orders.open(orderId),
  wait: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
  removeRow: async (transactionId) => {
    const rows = await meetingInfo.rows();
    const stale = rows.filter((row) => row.transactionId === transactionId);
    await Promise.all(stale.map((row) => meetingInfo.remove(row.meetingId, transactionId)));
  },
  newUpdateId: createUpdateId,
  now: Date.now,
  warn: (what, error, transactionId) => warn(what, error, { transactionId }),
};

export const handler = (request: HttpRequest): Promise<HttpResponse> =>
  answerHttp(() => updateCall(request, ports), warn);
