/** A route of the operator API: each has its own function and is served as `POST /<its name>`. */
export interface OperatorRoute {
  /** What the route does, in a few words. */
  summary: string;
  /** Details for those who call the route from a program. */
  description: string;
  /** Name of the document in the body. */
  request: string;
  /** Whether the body may be left out. */
  bodyOptional?: boolean;
  /** The status of success and the name of the answer's document; without a name, the answer is an empty object. */
  done: { status: 200 | 201 | 202; answer?: string };
  /** Statuses of failures with their codes, in addition to 400, 401, 429 and 500, which every route may answer. */
  refusals: Readonly<Record<number, readonly string[]>>;
}

const UPDATE = {
  description:
    'Accepted means that the service has been told; what became of the update is in Updates of queryMeetings. With an orderId the same order has one effect and one answer, however often it is given within an hour.',
  request: 'UpdateCallRequest',
  done: { status: 202, answer: 'UpdateCallAccepted' },
  refusals: { 404: ['CallNotFound'], 409: ['OrderReused', 'OrderUnderWay'], 502: ['Upstream'] },
} as const;

/** Every route of the operator API. */
export const OPERATOR_ROUTES = {
  queryMeetings: {
    summary: 'Tells who is in which meeting',
    description:
      'Meetings with their PINs, the callers and operators in them, the updates of the last hour, and the prompts that may be played.',
    request: 'QueryMeetingsRequest',
    bodyOptional: true,
    done: { status: 200, answer: 'QueryMeetingsResponse' },
    refusals: {},
  },
  createMeeting: {
    summary: 'Makes a PIN to dial into',
    description: 'The meeting is started when the first caller, or operator, joins it.',
    request: 'CreateMeetingRequest',
    done: { status: 201, answer: 'CreateMeetingResponse' },
    refusals: { 409: ['NameInUse', 'TooManyMeetings'] },
  },
  joinMeeting: {
    summary: 'Lets an operator into a meeting',
    description:
      'The answer is what MeetingSessionConfiguration of amazon-chime-sdk-js takes. Its JoinToken is a secret.',
    request: 'JoinMeetingRequest',
    done: { status: 201, answer: 'JoinMeetingResponse' },
    refusals: { 404: ['MeetingNotFound'], 409: ['MeetingFull'], 502: ['Upstream'] },
  },
  setAttendeeAudio: {
    summary: "Mutes or unmutes an operator's attendee",
    description: 'Whatever its page does. Not for telephones: those are muted by an update of their call.',
    request: 'SetAttendeeAudioRequest',
    done: { status: 200, answer: 'SetAttendeeAudioResponse' },
    refusals: { 404: ['AttendeeNotFound'], 409: ['ListensOnly'], 502: ['Upstream'] },
  },
  removeAttendee: {
    summary: "Takes an operator's attendee out of a meeting",
    description: 'An operator leaves, or is made to.',
    request: 'RemoveAttendeeRequest',
    done: { status: 200 },
    refusals: { 404: ['AttendeeNotFound'], 502: ['Upstream'] },
  },
  updateCallNode: { summary: 'Changes a call, by the function in TypeScript', ...UPDATE },
  updateCallPython: { summary: 'Changes a call, by the function in Python', ...UPDATE },
} as const satisfies Record<string, OperatorRoute>;
