import type { CallOutput } from '../outputs.ts';
import { CallDriver, START_MS, type TestAction } from './driver.ts';

/**
 * Runs a transcript: blocks of a command, `----`, and what the engine did. Returns the same text with the
 * second part as the engine behaves now. Lines that begin with `#` are comments.
 *
 *     arrive [targets=2] [headers={"X-Account":"7"}]     an INVITE
 *     place [arguments={"a":"1"}] [headers={...}]         CreateSipMediaApplicationCall
 *     ringing [leg-b]                                     the called party's telephone rings
 *     early [leg-b]                                       CallAndBridge's called party sends sound before the answer
 *     answer [attributes={"a":"1"}]                       the function answers; a line for each action below:
 *     PlayAudio AudioSource=s3:prompts/a.wav Repeat=2     (JSON values, plain words, or s3:bucket/key)
 *     raw PAYLOAD                                         the function answers exactly this
 *     fail timeout|error|throttled|accessDenied|unavailable
 *     answered [leg-b]                                    our 200 was acknowledged, or one has arrived
 *     dialled [leg-b] | dialfailed [message=…]            CallAndBridge's party is being dialled, or cannot be
 *     ended [leg-a|leg-b] [code=486]                      a leg has ended
 *     press *7 [leg-b]                                    keys, one step each
 *     played | playfailed                                 the play request has finished, or has failed
 *     recording | recordfailed [errorType= message=]      the recording has begun, or it failed or was not stored
 *     silence | stored                                    the recording has heard its silence; its object is stored
 *     botclosed Intent | botfailed                        the bot has closed the conversation, or does not exist
 *     joined [leg-b] | joinfailed                         the leg has joined the meeting, or could not
 *     modified [failure={"errorType":"E","message":"m"}]  attendees were muted, or not
 *     update [action=Mute ...]                            UpdateSipMediaApplicationCall
 *     pass 30000                                          milliseconds pass
 *     repeat 24                                           before a command: run it this often; the last outputs are shown
 */
export function runTranscript(text: string): string {
  const driver = new CallDriver();
  const blocks = text
    .split(/\n{2,}/)
    .map((block) => block.trim())
    .filter((block) => block !== '');
  return `${blocks.map((block) => runBlock(driver, block)).join('\n\n')}\n`;
}

function runBlock(driver: CallDriver, block: string): string {
  const [said = ''] = block.split(/^----$/m);
  const lines = said.split('\n').filter((line) => line.trim() !== '');
  const told = lines.filter((line) => !line.startsWith('#'));
  const times = told[0]?.startsWith('repeat ') ? Number(told.shift()?.split(' ')[1]) : 1;
  const [command, ...body] = told;
  if (command === undefined) return lines.join('\n');
  let outputs: CallOutput[] = [];
  for (let time = 0; time < times; time++) outputs = perform(driver, command, body);
  return [...lines, '----', ...outputs.map(show), ...(outputs.length === 0 ? ['(nothing)'] : [])].join('\n');
}

function perform(driver: CallDriver, command: string, body: readonly string[]): CallOutput[] {
  const { word, plain, named } = readLine(command);
  const run = COMMANDS[word];
  if (!run) throw new Error(`No command ${word}; there are ${Object.keys(COMMANDS).join(', ')}.`);
  return run(driver, { plain, named, body, rest: command.slice(word.length + 1) });
}

interface Said {
  plain: string[];
  named: Record<string, unknown>;
  body: readonly string[];
  rest: string;
}

const COMMANDS: Record<string, (driver: CallDriver, said: Said) => CallOutput[]> = {
  arrive: (driver, { named }) =>
    driver.arrive({
      targets: named.targets as number | undefined,
      sipHeaders: named.headers as Record<string, string> | undefined,
    }),
  place: (driver, { named }) =>
    driver.place({
      arguments: named.arguments as Record<string, string> | undefined,
      sipHeaders: named.headers as Record<string, string> | undefined,
    }),
  ringing: (driver, { plain }) => driver.ringing(plain[0]),
  early: (driver, { plain }) => driver.early(plain[0]),
  answer: (driver, { body, named }) =>
    driver.respond(body.length > 0 ? body.map(readAction) : undefined, named.attributes as undefined),
  raw: (driver, { rest }) => driver.respondRaw(rest),
  fail: (driver, { plain }) => driver.failInvocation(plain[0] as 'timeout'),
  answered: (driver, { plain }) => driver.answered(plain[0]),
  dialled: (driver, { plain }) => driver.dialled(plain[0]),
  dialfailed: (driver, { named }) => driver.dialFailed(named.message as string | undefined),
  ended: (driver, { plain, named }) => driver.ended(plain[0], named.code as number | undefined),
  press: (driver, { plain }) => driver.press(plain[0] ?? '', plain[1]),
  played: (driver) => driver.played(),
  playfailed: (driver) => driver.playFailed(),
  recording: (driver) => driver.recording(),
  recordfailed: (driver, { named }) =>
    driver.recordingFailed(named.errorType as undefined, named.message as string | undefined),
  silence: (driver) => driver.silenceHeard(),
  stored: (driver) => driver.stored(),
  botclosed: (driver, { plain }) => driver.botClosed(plain[0] ?? 'Intent'),
  botfailed: (driver) => driver.botFailed(),
  joined: (driver, { plain }) => driver.joined(plain[0]),
  joinfailed: (driver) => driver.joinFailed(),
  modified: (driver, { named }) => driver.modified(named.failure as undefined),
  update: (driver, { named }) =>
    driver.update(Object.fromEntries(Object.entries(named).map(([name, value]) => [name, String(value)]))),
  pass: (driver, { plain }) => driver.pass(Number(plain[0])),
};

/** `word plain plain name=value name=value`; a value extends to the next name. */
function readLine(line: string): { word: string; plain: string[]; named: Record<string, unknown> } {
  const [front = '', ...pairs] = line.trim().split(/\s+(?=[A-Za-z]+=)/);
  const [word = '', ...plain] = front.split(/\s+/);
  const named = pairs.map((pair) => {
    const at = pair.indexOf('=');
    return [pair.slice(0, at), readValue(pair.slice(at + 1))];
  });
  return { word, plain, named: Object.fromEntries(named) };
}

function readAction(line: string): TestAction {
  const { word, named } = readLine(line);
  return { Type: word, Parameters: named };
}

function readValue(value: string): unknown {
  const file = /^s3:([^/]+)\/(.+)$/.exec(value);
  if (file) return { Type: 'S3', BucketName: file[1], Key: file[2] };
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

/** Describes an output: what the edges are asked to do. */
export function show(output: CallOutput): string {
  switch (output.kind) {
    case 'InvokeFunction':
      return showEvent(output);
    case 'PlayAudio':
      return `play ${output.legId} ${output.playId} ${output.source.BucketName}/${output.source.Key} x${output.repeat}`;
    case 'SpeakText':
      return `speak ${output.legId} ${output.playId} ${output.voiceId}/${output.engine}/${output.textType} ${JSON.stringify(output.text)}`;
    case 'PlayRinging':
      return `ringing for ${output.legId} ${output.playId}`;
    case 'HearLeg':
      return `${output.legId} hears ${output.fromLegId}`;
    case 'SendKeys':
      return `keys ${output.legId} ${output.playId} ${output.keys} ${output.toneMs} ms, gaps ${output.gapMs} ms, commas ${output.commaMs} ms`;
    case 'StopPlayback':
      return `stop ${output.legId} ${output.playId}`;
    case 'StartConversation':
      return `conversation ${output.legId} ${output.conversationId} with ${output.botAliasArn} ${output.localeId} ${JSON.stringify(output.sessionAttributes)} ${output.welcome.map(({ content }) => content).join(' ')}`.trimEnd();
    case 'ConversationKey':
      return `key ${output.key} for ${output.conversationId}`;
    case 'StopConversation':
      return `stop ${output.conversationId}`;
    case 'SetVoiceFocus':
      return `voice focus ${output.legId} ${output.enabled ? 'on' : 'off'}`;
    case 'StartRecording':
      return showRecording(output);
    case 'StopRecording':
      return `stop recording ${output.legId} ${output.recordingId}`;
    case 'PauseRecording':
      return `${output.paused ? 'pause' : 'resume'} recording ${output.legId} ${output.recordingId}`;
    case 'WakeAt':
      return output.at === null ? 'wake: not needed' : `wake at +${output.at - START_MS} ms`;
    case 'LogMessage':
      return `log ${output.level}: ${output.text}`;
    case 'CallEnded':
      return 'call ended';
    case 'HangUpLeg':
      return `hang up ${output.legId} ${output.sipResponseCode}`;
    case 'PlaceCall':
      return `place ${output.legId} from ${output.from} to ${output.to}${output.sipHeaders ? ` ${JSON.stringify(output.sipHeaders)}` : ''}`;
    case 'DialLeg':
      return `dial for ${output.dialledFrom} from ${output.from}${output.mustOwnFrom ? ' (own)' : ''} to ${output.to}${output.connectorArn ? ` by ${output.connectorArn}` : ''}${output.sipHeaders ? ` ${JSON.stringify(output.sipHeaders)}` : ''}`;
    case 'BridgeLegs':
      return `bridge ${output.legId} with ${output.withLegId}`;
    case 'AnswerLeg':
      return `answer ${output.legId}`;
    case 'OpenEarlyMedia':
      return `early media for ${output.legId}`;
    case 'LeaveMeeting':
      return `leave meeting ${output.legId}`;
    case 'JoinMeeting':
      return `join meeting ${output.legId} ${output.meetingId ?? '(by token)'}`;
    case 'SetAttendeesMuted':
      return `${output.muted ? 'mute' : 'unmute'} ${output.requestId} ${output.meetingId} ${output.attendeeIds.join(' ')}`;
  }
}

function showRecording(output: Extract<CallOutput, { kind: 'StartRecording' }>): string {
  const { legId, recordingId, track, bucket, key, silence } = output;
  const until = silence ? ` until ${silence.ms} ms below ${silence.threshold}` : '';
  return `record ${legId} ${recordingId} ${track} to ${bucket}/${key}${until}`;
}

/** Time limit of an ordinary invocation in milliseconds, which is not shown. */
const USUAL_MS = 20_000;

function showEvent({
  event,
  functionArn,
  afterMs,
  timeoutMs,
}: Extract<CallOutput, { kind: 'InvokeFunction' }>): string {
  const { CallDetails, ActionData } = event;
  const legs = CallDetails.Participants.map((leg) => `${leg.ParticipantTag} ${leg.Status ?? 'unanswered'}`);
  const attributes = CallDetails.TransactionAttributes;
  const time = [
    ...(afterMs ? [`after ${afterMs} ms`] : []),
    ...(timeoutMs === USUAL_MS ? [] : [`within ${timeoutMs} ms`]),
  ].join(', ');
  return [
    `invoke ${functionArn} ${event.Sequence} ${event.InvocationEventType} [${legs.join(', ')}]${time ? ` ${time}` : ''}`,
    ...(event.ErrorType ? [`  ${event.ErrorType}: ${event.ErrorMessage}`] : []),
    ...(ActionData ? [`  ${JSON.stringify(ActionData)}`] : []),
    ...(attributes ? [`  attributes ${JSON.stringify(attributes)}`] : []),
  ].join('\n');
}
