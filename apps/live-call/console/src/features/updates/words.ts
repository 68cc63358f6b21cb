import type { UpdateInfo } from '#contract';
import type { ServerStage } from '../../server/server-timing.ts';
import type { LineStatus, UpdateLine } from './lines.ts';
import type { Order, Via } from './submission.ts';

/** The names of the updates in the operator's words. */
export const UPDATE_NAMES: Record<UpdateInfo, string> = {
  PlayAudio: 'Play a prompt',
  Speak: 'Speak a text',
  MuteAttendee: 'Mute',
  UnmuteAttendee: 'Unmute',
  DisconnectAttendee: 'Disconnect',
};

export const VIA_NAMES: Record<Via, string> = { node: 'NodeJS', python: 'Python' };

const STATUS_NAMES: Record<LineStatus, string> = {
  sending: 'Sending',
  refused: 'Not accepted',
  accepted: 'Accepted',
  seen: 'Seen by the handler',
  done: 'Done',
  failed: 'Failed',
  interrupted: 'Interrupted',
};

/** The API's stages by their names in `Server-Timing`. */
const STAGE_NAMES: Record<string, string> = {
  order: 'order checked',
  voice: 'Chime SDK Voice',
  record: 'recorded',
};

/** The stages as a sentence: `Time within the API: order checked 0 ms, Chime SDK Voice 6 ms, recorded 3 ms.` */
export function stageWords(stages: readonly ServerStage[]): string {
  const parts = stages.map(({ name, ms }) => `${STAGE_NAMES[name] ?? name} ${Math.round(ms)} ms`);
  return `Time within the API: ${parts.join(', ')}.`;
}

/** The name of an update; an update that this page does not know keeps its own name. */
export function updateName(updateInfo: string): string {
  return isUpdateInfo(updateInfo) ? UPDATE_NAMES[updateInfo] : updateInfo;
}

/** The title of a line: `Mute +12065550123`, `Mute everyone in Support`. */
export function titleOf(line: UpdateLine): string {
  const { everyoneIn } = line;
  if (everyoneIn !== undefined) {
    return `${updateName(line.updateInfo)} everyone${everyoneIn === '' ? '' : ` in ${everyoneIn}`}`;
  }
  return `${updateName(line.updateInfo)} ${line.fromNumber ?? `call ${line.transactionId}`}`;
}

/** What is wrong with an order before it is sent, by the name of the field; empty when nothing is wrong. */
export function faultsOf(order: Order, maxSpeakCharacters: number): { prompt?: string; text?: string } {
  if (order.updateInfo !== 'Speak') return {};
  const text = order.text ?? '';
  if (text.trim() === '') return { text: 'Write what the caller shall hear.' };
  const length = [...text].length;
  return length > maxSpeakCharacters
    ? { text: `${length} characters: shorten it by ${length - maxSpeakCharacters}.` }
    : {};
}

function isUpdateInfo(text: string): text is UpdateInfo {
  return Object.hasOwn(UPDATE_NAMES, text);
}

/** Says that an update was not done, and why: `Mute failed: too many updates at once.` */
export function failureWords(line: UpdateLine): string {
  const why = line.reason ?? line.failure?.message;
  const name = updateName(line.updateInfo);
  const what =
    line.status === 'failed' ? 'failed' : isUnanswered(line) ? 'got no answer' : 'was not accepted';
  return `${name} ${what}${why ? `: ${why}` : '.'}`;
}

/** The status of an update in words: `Done`, `No answer`. */
export function statusName(line: UpdateLine): string {
  return isUnanswered(line) ? 'No answer' : STATUS_NAMES[line.status];
}

/** True if the answer was lost: the update may have been accepted. */
const isUnanswered = ({ failure }: UpdateLine): boolean =>
  failure?.kind === 'network' || failure?.kind === 'timeout';

/** What is being done to a call and what it waits for, e.g. `Mute: sending…`; undefined when nothing is pending. */
export function pendingWords(line: UpdateLine | undefined): string | undefined {
  if (!line) return undefined;
  const name = updateName(line.updateInfo);
  if (line.status === 'sending') return `${name}: sending…`;
  return line.status === 'accepted' ? `${name}: accepted…` : `${name}: under way…`;
}
