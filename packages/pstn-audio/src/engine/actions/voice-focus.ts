import { voiceFocus as schema } from '../../actions/voice-focus.ts';
import type { ActionDefinition } from './action.ts';

/** Turns noise removal from what the leg's party says on or off; the change takes effect at once. DG: voice-focus. */
export const voiceFocus: ActionDefinition<typeof schema, never> = {
  schema,
  defaultLeg: 'invoked',
  answers: false,
  interruptible: false,
  reports: 'last',
  whenLegEnds: 'nothing',
  start: ({ parameters, leg: { legId } }) => ({
    next: 'succeeds',
    outputs: [{ kind: 'SetVoiceFocus', legId, enabled: parameters.Enable }],
  }),
  on: {},
};
