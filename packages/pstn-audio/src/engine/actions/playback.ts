import type { S3AudioSource } from '../../actions/index.ts';
import { type ActionErrorType, type Failure, failure } from '../../failures.ts';
import type { PlaybackFailed, PlaybackFinished } from '../inputs.ts';
import type { CallOutput, PlayAudio } from '../outputs.ts';
import type { Doing, Progress } from './action.ts';

/** Functions shared by the actions that play a prompt. */

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

/** Succeeds if the finished playback is this action's. */
export function whenFinished(
  doing: Doing<unknown, Playing>,
  input: PlaybackFinished,
): Progress<never> | undefined {
  return input.playId === doing.state.playId ? { next: 'succeeds' } : undefined;
}

/** Fails in the edge's words if the failed playback is this action's. */
export function whenFailed(
  doing: Doing<unknown, Playing>,
  input: PlaybackFailed,
): Progress<never> | undefined {
  return input.playId === doing.state.playId ? { next: 'fails', failure: edgeFailure(input) } : undefined;
}

/** Converts an edge's failure into the one that the action reports. */
export function edgeFailure(said: { errorType: ActionErrorType; message: string }): Failure {
  return failure(said.errorType, said.message);
}
