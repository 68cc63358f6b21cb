import type { SipMessage } from '../messages/message.ts';
import { type Body, bodiesOf } from './bodies.ts';

const SDP_TYPE = 'application/sdp';

/**
 * A body without a type can only be a session description: INVITE, UPDATE and their responses carry nothing
 * else.
 */
function isDescription({ type, disposition, unreadable }: Body): boolean {
  // RFC 3959: a description of early media is not that of the session.
  return (type === SDP_TYPE || type === '') && !unreadable && disposition !== 'early-session';
}

const understands = (type: string): boolean => type === SDP_TYPE || type === '';

/**
 * The session description in a message, wherever in its body it is; undefined if there is none. A part
 * without a type may be text (RFC 2046 section 5.1), so a part with the type of a description is preferred.
 */
export function sessionBody(message: SipMessage): Buffer | undefined {
  const described = bodiesOf(message, understands).filter(isDescription);
  return (described.find(({ type }) => type === SDP_TYPE) ?? described[0])?.bytes;
}

/**
 * Why the bodies of an INVITE or UPDATE cannot be accepted (RFC 5621 section 3.2, RFC 3261 section 8.2.3);
 * undefined if they can. Beside a session description, other bodies are ignored unless they are marked as
 * required; without one, they count as required unless they are marked as optional.
 */
export function obstacleInBodies(message: SipMessage): string | undefined {
  const bodies = bodiesOf(message, understands);
  const described = bodies.some(isDescription);
  const obstacle = bodies.find(
    (body) =>
      !isDescription(body) && (described ? body.handling === 'required' : body.handling !== 'optional'),
  );
  if (!obstacle) return undefined;
  const type = obstacle.type.slice(0, 60) || 'no type';
  if (obstacle.unreadable) return `the body (${type}) is encoded or cut in a way that cannot be read`;
  return `a body of type ${type} is required; only ${SDP_TYPE} is understood`;
}
