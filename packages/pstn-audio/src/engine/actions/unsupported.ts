import { type ActionType, schemaOfAction } from '../../actions/index.ts';
import { SYSTEM_ERROR } from '../../failures.ts';
import type { AnyAction } from './action.ts';

/**
 * Actions that the service knows and this engine does not carry out yet. They are no unknown names (which end a
 * call): each fails when its turn comes, and the log says why. Parameters are checked all the same.
 */
export const UNSUPPORTED: readonly ActionType[] = ['StartBotConversation'];

export const unsupportedActions: readonly AnyAction[] = UNSUPPORTED.map((type) => {
  const text = `The action ${type} is not supported by this runtime yet; it fails with SystemException. On AWS it works.`;
  const failure = { ...SYSTEM_ERROR, logTexts: [text] };
  return {
    schema: schemaOfAction(type),
    defaultLeg: 'invoked',
    refuses: () => failure,
    answers: false,
    interruptible: false,
    reports: 'atOnce',
    whenLegEnds: 'nothing',
    start: () => ({ next: 'fails', failure }),
    on: {},
  };
});
