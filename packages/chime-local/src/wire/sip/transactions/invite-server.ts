import { type Machine, row } from './machine.ts';

/**
 * INVITE server transaction: RFC 3261 section 17.2.1, figure 7, with the state `accepted` of RFC 6026 section
 * 7.1. In `accepted` the transaction user itself repeats its 2xx until the ACK arrives (section 13.3.1.4).
 */
export const inviteServer: Machine = {
  proceeding: {
    request: row('proceeding', 'resend'),
    '1xx': row('proceeding', 'send'),
    '2xx': row('accepted', 'send', 'start L'),
    '300-699': row('completed', 'send', 'start G', 'start H'),
    'transport error': row('terminated', 'transport error'),
  },
  completed: {
    request: row('completed', 'resend'),
    ACK: row('confirmed', 'stop retransmitting', 'start I'),
    'timer G': row('completed', 'resend', 'start G'),
    'timer H': row('terminated', 'timeout'),
    'transport error': row('terminated', 'transport error'),
  },
  accepted: {
    request: row('accepted'),
    ACK: row('accepted', 'pass'),
    '2xx': row('accepted', 'send'),
    'timer L': row('terminated'),
    'transport error': row('accepted', 'transport error'),
  },
  confirmed: {
    request: row('confirmed'),
    ACK: row('confirmed'),
    'timer I': row('terminated'),
  },
};
