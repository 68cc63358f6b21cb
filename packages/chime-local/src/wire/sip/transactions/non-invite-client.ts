import { type Machine, row } from './machine.ts';

/** Non-INVITE client transaction: RFC 3261 section 17.1.2, figure 6. */
export const nonInviteClient: Machine = {
  trying: {
    request: row('trying', 'send', 'start E', 'start F'),
    'timer E': row('trying', 'resend', 'start E'),
    'timer F': row('terminated', 'timeout'),
    '1xx': row('proceeding', 'pass'),
    '2xx': row('completed', 'pass', 'start K'),
    '300-699': row('completed', 'pass', 'start K'),
    'transport error': row('terminated', 'transport error'),
  },
  // Timers E and F continue; E now always waits T2 (see the transaction layer).
  proceeding: {
    'timer E': row('proceeding', 'resend', 'start E'),
    'timer F': row('terminated', 'timeout'),
    '1xx': row('proceeding', 'pass'),
    '2xx': row('completed', 'pass', 'start K'),
    '300-699': row('completed', 'pass', 'start K'),
    'transport error': row('terminated', 'transport error'),
  },
  completed: {
    'timer K': row('terminated'),
  },
};
