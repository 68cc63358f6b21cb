import { wholeNumber } from '../schema/kinds.ts';
import { defaulted } from '../schema/shape.ts';
import { actionSchema, type EchoedParameters, type WrittenParameters } from './action-schema.ts';

/** Final SIP responses that refuse a call (RFC 3261 section 21). */
const REFUSALS = { min: 300, max: 699 } as const;

/** Reads any number from 0 to the highest final SIP response; `SIP_RESPONSE_CODE` narrows it. */
const CODE = wholeNumber({ min: 0, max: REFUSALS.max });
const SIP_RESPONSE_CODE: typeof CODE = {
  allowed: '0, 480 (unavailable), 486 (busy) or another final SIP response from 300 to 699',
  read(value) {
    const reading = CODE.read(value);
    const refuses = 'value' in reading && (reading.value === 0 || reading.value >= REFUSALS.min);
    return refuses ? reading : { flaws: [{ path: [], value, allowed: SIP_RESPONSE_CODE.allowed }] };
  },
};

/** Ends a leg: refuses it if it is unanswered, hangs it up otherwise. It never fails. DG: hangup. */
export const hangup = actionSchema({
  type: 'Hangup',
  fields: {
    /**
     * The response that refuses an unanswered call and that HANGUP reports: 0 normal, 480 unavailable, 486
     * busy. Default 0.
     */
    SipResponseCode: defaulted(SIP_RESPONSE_CODE, 0, { lenient: true }),
  },
});

/** `Parameters` of Hangup, as functions write them. */
export type HangupParameters = WrittenParameters<typeof hangup>;
/** `Parameters` of Hangup, as events echo them: defaults filled in. */
export type HangupEcho = EchoedParameters<typeof hangup>;
