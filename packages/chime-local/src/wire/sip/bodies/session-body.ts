import type { SipMessage } from '../messages/message.ts';
import { type Body, bodiesOf } from './bodies.ts';

const SDP_TYPE = 'application/sdp';

/** A body without a type can only be a description, the one thing that INVITE, UPDATE and their answers carry. */
function isDescription({ type, disposition, unreadable }: Body): boolean {
  // RFC 3959: a description of early media is not the session's.
  return (type === SDP_TYPE || type === '') && !unreadable && disposition !== 'early-session';
}

const understands = (type: string): boolean => type === SDP_TYPE || type === '';

/**
 * The session description that a message brings, wherever in its body it stands; undefined when it brings none. A part without
 * a type may be text (RFC 2046 section 5.1): one that is called a description comes first.
 */
export function sessionBody(message: SipMessage): Buffer | undefined {
  const described = bodiesOf(message, understands).filter(isDescription);
  return (described.find(({ type }) => type === SDP_TYPE) ?? described[0])?.bytes;
}

/**
 * Why the bodies of an INVITE or UPDATE cannot be taken (RFC 5621 section 3.2, RFC 3261 section 8.2.3); undefined when
 * they can. Beside a description others are passed over unless they are said to be required; alone they are required
 * unless said to be optional.
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
