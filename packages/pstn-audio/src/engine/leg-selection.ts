import { isAbsent } from '../schema/schema.ts';
import { type Call, type Leg, legById, liveLegByTag, liveLegs, type QueuedAction } from './call.ts';

/**
 * The leg that an action runs on: by `CallId`, else by `ParticipantTag`, else the action's own default, else
 * the leg that its invocation was about, else LEG-A or the leg that remains (pstn-audio 2.5). Undefined if no
 * such leg is connected.
 */
export function selectLeg(
  call: Call,
  action: QueuedAction,
  defaultLeg: 'invoked' | 'LEG-A' | 'LEG-B',
): Leg | undefined {
  const { CallId, ParticipantTag } = action.parameters;
  if (!isAbsent(CallId)) return live(call, CallId);
  if (!isAbsent(ParticipantTag)) {
    return ParticipantTag === 'LEG-A' || ParticipantTag === 'LEG-B'
      ? liveLegByTag(call, ParticipantTag)
      : undefined;
  }
  if (defaultLeg === 'LEG-A') return liveLegByTag(call, 'LEG-A');
  // Without LEG-B, the remaining leg is checked instead, so that the failure can say what is missing.
  if (defaultLeg === 'LEG-B') return liveLegByTag(call, 'LEG-B') ?? liveLegs(call)[0];
  if (action.invokedLeg !== undefined) return live(call, action.invokedLeg);
  return liveLegByTag(call, 'LEG-A') ?? liveLegs(call)[0];
}

/** If `selectLeg` finds no leg: whether the action names a leg of the call that has ended. LEG-A always was one. */
export function namesLegThatLeft(
  { legs }: Call,
  { parameters: { CallId, ParticipantTag } }: QueuedAction,
): boolean {
  if (!isAbsent(CallId)) return legs.some(({ legId }) => legId === CallId);
  if (isAbsent(ParticipantTag) || ParticipantTag === 'LEG-A') return true;
  return legs.some(({ participantTag }) => participantTag === ParticipantTag);
}

function live(call: Call, legId: unknown): Leg | undefined {
  const leg = typeof legId === 'string' ? legById(call, legId) : undefined;
  return leg?.status === 'ended' ? undefined : leg;
}
