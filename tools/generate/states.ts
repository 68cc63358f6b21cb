import { ACTION_TYPES } from '../../packages/pstn-audio/src/actions/index.ts';
import { knownAction } from '../../packages/pstn-audio/src/engine/actions/index.ts';
import { CALL_STATES, INPUT_KINDS, mayLead } from '../../packages/pstn-audio/src/engine/transitions.ts';

/** What the documents say about the engine's tables, generated from these tables. */

/** The states of a call as a Mermaid diagram. */
export function callStates(): string {
  const arrows = CALL_STATES.flatMap((from) =>
    CALL_STATES.filter((to) => to !== from).flatMap((to) => {
      const kinds = INPUT_KINDS.filter((kind) => mayLead(from, kind, to));
      return kinds.length > 0 ? [`  ${from} --> ${to}: ${kinds.join('<br>')}`] : [];
    }),
  );
  const lines = ['stateDiagram-v2', '  [*] --> ringing: LegArrived<br>OutboundCallRequested', ...arrows];
  return ['```mermaid', ...lines, '  ended --> [*]', '```'].join('\n');
}

/** How each action behaves in the queue. */
export function actionTable(): string {
  const rows = ACTION_TYPES.map((type) => {
    const { answers, interruptible, reports, whenLegEnds, defaultLeg } = knownAction(type);
    const yes = (is: boolean) => (is ? 'yes' : 'no');
    const cells = [
      type,
      yes(answers),
      yes(interruptible),
      reports === 'last' ? 'as the last of its list' : 'at once',
      {
        nothing: 'no event',
        failure: 'ACTION_FAILED',
        success: 'ACTION_SUCCESSFUL',
        itself: 'ACTION_SUCCESSFUL',
      }[whenLegEnds],
      defaultLeg === 'invoked' ? "the event's leg, or LEG-A" : defaultLeg,
    ];
    return `| ${cells.join(' | ')} |`;
  });
  return [
    '| Action | Answers LEG-A | An update may interrupt it | Reports success | Its leg ends during it | Default leg |',
    '| --- | --- | --- | --- | --- | --- |',
    ...rows,
  ].join('\n');
}
