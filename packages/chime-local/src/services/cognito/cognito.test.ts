import { describe, expect, it } from 'vitest';
import { openJournal, systemIds } from '#platform';
import { ScriptedClock } from '#testkit';
import { UserPools } from './index.ts';

const BY_MAIL = { id: 'us-east-1_mail', name: 'Operators', usernameAttributes: ['email'] };
const BY_NAME = { id: 'us-east-1_name', name: 'Others', usernameAttributes: [] };

function twoPools(journal = openJournal(undefined)): UserPools {
  const pools = new UserPools(journal, new ScriptedClock(), systemIds);
  pools.put(BY_MAIL);
  pools.put(BY_NAME);
  return pools;
}

describe('user pools', () => {
  it('Users who sign in by email are found by email and id', () => {
    const pools = twoPools();
    const made = pools.create(BY_MAIL.id, 'you@example.com', { email_verified: 'true' });
    expect(made.attributes).toMatchObject({ email: 'you@example.com', sub: made.username });
    expect(pools.user(BY_MAIL.id, 'you@example.com')).toEqual(pools.user(BY_MAIL.id, made.username));
    expect(() => pools.create(BY_MAIL.id, 'you@example.com', {})).toThrow('already exists');
    expect(() => pools.create(BY_MAIL.id, 'you', {})).toThrow('should be an email');
    expect(pools.users(BY_NAME.id)).toEqual([]);
  });

  it('Users with user names are disabled and deleted by name', () => {
    const pools = twoPools();
    expect(pools.create(BY_NAME.id, 'operator', {}).username).toBe('operator');
    pools.setEnabled(BY_NAME.id, 'operator', false);
    expect(pools.user(BY_NAME.id, 'operator').enabled).toBe(false);
    pools.delete(BY_NAME.id, 'operator');
    expect(() => pools.user(BY_NAME.id, 'operator')).toThrow('User does not exist');
  });

  it("A deleted pool's users are forgotten, also after a restart", () => {
    const journal = openJournal(undefined);
    twoPools(journal).create(BY_NAME.id, 'operator', {});
    const pools = twoPools(journal);
    expect(pools.users(BY_NAME.id).length).toBe(1);
    pools.remove(BY_NAME.id);
    expect(() => pools.users(BY_NAME.id)).toThrow('does not exist');
    pools.put(BY_NAME);
    expect(pools.users(BY_NAME.id)).toEqual([]);
  });
});
