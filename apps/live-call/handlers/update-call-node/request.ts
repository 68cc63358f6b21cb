/** Reads the body of `POST /updateCallNode`. The Python twin's `request.py` applies the same rules. */
import { MAX_SPEAK_CHARACTERS } from 'pstn-audio';
import { ORDER_ID, UPDATE_INFOS, type UpdateCallRequest, type UpdateInfo } from '#contract';
import { BadRequest } from '../http/index.ts';

/** Source: service model of Chime SDK Voice, shape GuidString. */
const GUID = /^[a-fA-F0-9]{8}(?:-[a-fA-F0-9]{4}){3}-[a-fA-F0-9]{12}$/;
/** A key of the prompts bucket. */
const PROMPT = /^[A-Za-z0-9][A-Za-z0-9._/-]{0,127}$/;
/** Maximum characters of a member that is only passed on. */
const MAX_CHARACTERS = 256;
const PASSED_ON = ['meetingId', 'attendeeId', 'fromNumber', 'callId'] as const;

/** Throws {@link BadRequest} naming the first wrong member. */
export function readUpdateRequest(body: Record<string, unknown>): UpdateCallRequest {
  const transactionId = text(body, 'transactionId') ?? '';
  if (!GUID.test(transactionId)) {
    throw new BadRequest('transactionId', 'transactionId must be the GUID of a call: choose a call.');
  }
  const named = text(body, 'updateInfo') ?? '';
  const updateInfo = UPDATE_INFOS.find((info) => info === named);
  if (!updateInfo) {
    throw new BadRequest('updateInfo', `updateInfo must be one of ${UPDATE_INFOS.join(', ')}.`);
  }
  const request: UpdateCallRequest = { transactionId, updateInfo };
  const prompt = readPrompt(body);
  const spoken = readText(body, updateInfo === 'Speak');
  for (const name of PASSED_ON) {
    const value = text(body, name);
    if (value) request[name] = value;
  }
  if (readEveryone(body, updateInfo)) request.everyone = true;
  const orderId = readOrderId(body);
  if (orderId !== undefined) request.orderId = orderId;
  if (updateInfo === 'PlayAudio' && prompt) request.prompt = prompt;
  if (updateInfo === 'Speak' && spoken) request.text = spoken;
  return request;
}

function readPrompt(body: Record<string, unknown>): string | undefined {
  const prompt = text(body, 'prompt');
  if (!prompt) return undefined;
  if (PROMPT.test(prompt) && !prompt.includes('..')) return prompt;
  throw new BadRequest('prompt', 'prompt must be the key of a prompt, such as welcome.wav.');
}

function readEveryone({ everyone }: Record<string, unknown>, updateInfo: UpdateInfo): boolean {
  if (everyone === undefined || everyone === false) return false;
  if (everyone !== true) throw new BadRequest('everyone', 'everyone must be true or false.');
  if (updateInfo === 'MuteAttendee' || updateInfo === 'UnmuteAttendee') return true;
  throw new BadRequest(
    'everyone',
    'everyone is for MuteAttendee and UnmuteAttendee: give each call its own update.',
  );
}

function readOrderId(body: Record<string, unknown>): string | undefined {
  const orderId = text(body, 'orderId');
  if (orderId === undefined || ORDER_ID.test(orderId)) return orderId;
  throw new BadRequest('orderId', 'orderId must have 16 to 64 characters of A-Z, a-z, 0-9, _ and -.');
}

function readText(body: Record<string, unknown>, required: boolean): string | undefined {
  const value = text(body, 'text', Number.POSITIVE_INFINITY);
  if (value === undefined && !required) return undefined;
  const spoken = value ?? '';
  if (required && /^[ \t\r\n]*$/.test(spoken)) {
    throw new BadRequest('text', 'text must say something: write what the caller shall hear.');
  }
  const characters = [...spoken].length;
  if (characters > MAX_SPEAK_CHARACTERS) {
    throw new BadRequest(
      'text',
      `text has ${characters} characters; at most ${MAX_SPEAK_CHARACTERS} are allowed.`,
    );
  }
  return spoken;
}

/** A string member; undefined when absent. */
function text(body: Record<string, unknown>, name: string, most = MAX_CHARACTERS): string | undefined {
  const value = body[name];
  if (value === undefined) return undefined;
  if (typeof value !== 'string') throw new BadRequest(name, `${name} must be a string.`);
  // Half of a surrogate pair is not a character and cannot be sent on.
  if (/\p{Surrogate}/u.test(value)) throw new BadRequest(name, `${name} is not valid Unicode.`);
  if ([...value].length > most) throw new BadRequest(name, `${name} has more than ${most} characters.`);
  return value;
}
