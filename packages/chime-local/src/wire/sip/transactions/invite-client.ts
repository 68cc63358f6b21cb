import { type Machine, row } from './machine.ts';

/**
 * INVITE client transaction: RFC 3261 section 17.1.1, figure 5, with the state `accepted` of RFC 6026 section
 * 7.2.
 */
export const inviteClient: Machine = {
  calling: {
    request: row('calling', 'send', 'start A', 'start B'),
    'timer A': row('calling', 'resend', 'start A'),
    'timer B': row('terminated', 'timeout'),
    '1xx': row('proceeding', 'pass'),
    '2xx': row('accepted', 'pass', 'start M'),
    '300-699': row('completed', 'ACK', 'pass', 'start D'),
    'transport error': row('terminated', 'transport error'),
  },
  proceeding: {
    '1xx': row('proceeding', 'pass'),
    '2xx': row('accepted', 'pass', 'start M'),
    '300-699': row('completed', 'ACK', 'pass', 'start D'),
    'transport error': row('terminated', 'transport error'),
  },
  completed: {
    '300-699': row('completed', 'resend'),
    'timer D': row('terminated'),
    'transport error': row('terminated', 'transport error'),
  },
  accepted: {
    '2xx': row('accepted', 'pass'),
    'timer M': row('terminated'),
  },
};
