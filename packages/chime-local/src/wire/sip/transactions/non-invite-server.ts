import { type Machine, row } from './machine.ts';

/** Non-INVITE server transaction: RFC 3261 section 17.2.2, figure 8. */
export const nonInviteServer: Machine = {
  trying: {
    request: row('trying'),
    '1xx': row('proceeding', 'send'),
    '2xx': row('completed', 'send', 'start J'),
    '300-699': row('completed', 'send', 'start J'),
  },
  proceeding: {
    request: row('proceeding', 'resend'),
    '1xx': row('proceeding', 'send'),
    '2xx': row('completed', 'send', 'start J'),
    '300-699': row('completed', 'send', 'start J'),
    'transport error': row('terminated', 'transport error'),
  },
  completed: {
    request: row('completed', 'resend'),
    'timer J': row('terminated'),
    'transport error': row('terminated', 'transport error'),
  },
};
