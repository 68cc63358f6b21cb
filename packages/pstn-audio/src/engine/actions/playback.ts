import type { S3AudioSource } from '../../actions/index.ts';
import { type ActionErrorType, type Failure, failure } from '../../failures.ts';
import type { PlaybackFailed, PlaybackFinished } from '../inputs.ts';
import type { CallOutput, PlayAudio } from '../outputs.ts';
import type { Doing, Progress } from './action.ts';

/** What actions that play a prompt share. */

export interface Playing {
  readonly playId: string;
}

/** The request that plays a file to the action's leg under a new name. */
export function playFile(
  doing: Pick<Doing<unknown, unknown>, 'leg' | 'newName'>,
  source: S3AudioSource,
  repeat: number,
): PlayAudio {
  return { kind: 'PlayAudio', legId: doing.leg.legId, playId: doing.newName('play'), source, repeat };
}

export function stopPlaying(doing: Doing<unknown, Playing>): CallOutput[] {
  return [{ kind: 'StopPlayback', legId: doing.leg.legId, playId: doing.state.playId }];
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
export function edgeFailure(said: { errorType: ActionErrorType; message: string }): Failure {
  return failure(said.errorType, said.message);
}
