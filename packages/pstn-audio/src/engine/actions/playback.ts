import type { S3AudioSource } from '../../documents.ts';
import type { PlaybackFailed, PlaybackFinished } from '../inputs.ts';
import type { CallOutput, PlayAudio } from '../outputs.ts';
import { type ActionFailure, type Doing, failure, type Progress } from './action.ts';

/** What actions that play a prompt share. */

export interface Playing {
  readonly playId: string;
}

/** What is wrong with an AudioSource. DG: play-audio. */
export const INVALID_AUDIO_SOURCE = failure('InvalidAudioSource', 'Audio Source parameter value is invalid.');

/** The request that plays a file to the action's leg under a new name. */
export function playFile(
  doing: Pick<Doing<unknown, unknown>, 'leg' | 'newName'>,
  source: S3AudioSource,
  repeat: number,
): PlayAudio {
  return { kind: 'PlayAudio', callId: doing.leg.callId, playId: doing.newName('play'), source, repeat };
}

export function stopPlaying(doing: Doing<unknown, Playing>): CallOutput[] {
  return [{ kind: 'StopPlayback', callId: doing.leg.callId, playId: doing.state.playId }];
}

/** Success, if it was this action's playback that finished. */
export function whenFinished(
  doing: Doing<unknown, Playing>,
  input: PlaybackFinished,
): Progress<never> | undefined {
  return input.playId === doing.state.playId ? { next: 'succeeds' } : undefined;
}

/** Failure in the edge's words, if it was this action's playback. */
export function whenFailed(
  doing: Doing<unknown, Playing>,
  input: PlaybackFailed,
): Progress<never> | undefined {
  return input.playId === doing.state.playId ? { next: 'fails', failure: edgeFailure(input) } : undefined;
}

/** An edge's failure as the action reports it. */
export function edgeFailure(said: { errorType: string; message: string }): ActionFailure {
  return failure(said.errorType, said.message);
}
