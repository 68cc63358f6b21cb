import { result, type Step } from './step.ts';
import { welcome } from './welcome.ts';

/**
 * Somebody whom the service called on behalf of this application (CreateSipMediaApplicationCall) has
 * answered: from here on they are a caller like any other.
 */
export const onCallAnswered: Step = async (input) => result(input.state, welcome(input));
