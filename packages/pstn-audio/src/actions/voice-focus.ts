import { failure } from '../failures.ts';
import { flag } from '../schema/kinds.ts';
import { required } from '../schema/shape.ts';
import { actionSchema, type EchoedParameters, type WrittenParameters } from './action-schema.ts';

/** Turns noise removal from what the leg's party says on or off. DG: voice-focus. */
export const voiceFocus = actionSchema({
  type: 'VoiceFocus',
  fields: {
    /** Whether noise is removed. */
    Enable: required(flag(), {
      missing: failure('MissingRequiredActionParameter', 'Missing required action parameter.'),
    }),
  },
});

/** `Parameters` of VoiceFocus, as functions write them. */
export type VoiceFocusParameters = WrittenParameters<typeof voiceFocus>;
/** `Parameters` of VoiceFocus, as events echo them: defaults filled in. */
export type VoiceFocusEcho = EchoedParameters<typeof voiceFocus>;
