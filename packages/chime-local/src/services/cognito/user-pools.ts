import type { Clock, Collection, Ids, Journal } from '#platform';
import { ApiError } from '../rest/api-error.ts';

/** A pool that a stack has created. */
export interface UserPool {
  id: string;
  name: string;
  /**
   * Attributes with which users sign in instead of a user name, e.g. `email`. A user's name is then its
   * `sub`.
   */
  usernameAttributes: string[];
}

export interface User {
  poolId: string;
  username: string;
  attributes: Record<string, string>;
  enabled: boolean;
  /** Milliseconds since the epoch. */
  createdAt: number;
  modifiedAt: number;
}

/** Characters allowed in a user name. API reference, AdminCreateUser. */
const USERNAME = /^[\p{L}\p{M}\p{S}\p{N}\p{P}]{1,128}$/u;

/** The user pools of the stacks and their users. Users are stored in a journal, without passwords. */
export class UserPools {
  readonly #pools = new Map<string, UserPool>();
  readonly #users: Collection<User>;
  readonly #clock: Clock;
  readonly #ids: Ids;

  constructor(journal: Journal, clock: Clock, ids: Ids) {
    this.#users = journal.collection('users');
    this.#clock = clock;
    this.#ids = ids;
  }

  put(pool: UserPool): void {
    this.#pools.set(pool.id, pool);
  }

  /** Removes the pool with all its users. */
  remove(poolId: string): void {
    if (this.#pools.has(poolId)) for (const user of this.users(poolId)) this.#users.delete(keyOf(user));
    this.#pools.delete(poolId);
  }

  list(): UserPool[] {
    return [...this.#pools.values()];
  }

  /** @throws ApiError if the pool does not exist. */
  existing(poolId: string): UserPool {
    const pool = this.#pools.get(poolId);
    if (pool) return pool;
    throw new ApiError(400, 'ResourceNotFoundException', `User pool ${poolId} does not exist.`);
  }

  /** The users of a pool in the order of their creation. @throws ApiError if the pool does not exist. */
  users(poolId: string): User[] {
    this.existing(poolId);
    return this.#users.values().filter((user) => user.poolId === poolId);
  }

  /**
   * Finds a user by name, by `sub` or, if the pool's users sign in with it, by email address.
   * @throws ApiError if there is none.
   */
  user(poolId: string, name: string): User {
    const found = this.#find(this.existing(poolId), name);
    if (found) return found;
    throw new ApiError(400, 'UserNotFoundException', 'User does not exist.');
  }

  /** @throws ApiError if the user already exists. */
  create(poolId: string, name: string, attributes: Record<string, string>): User {
    const pool = this.existing(poolId);
    if (!USERNAME.test(name)) {
      throw new ApiError(
        400,
        'InvalidParameterException',
        'A username has 1 to 128 characters without spaces.',
      );
    }
    const signsInBy = pool.usernameAttributes;
    if (signsInBy.includes('email') && !name.includes('@') && !signsInBy.includes('phone_number')) {
      throw new ApiError(400, 'InvalidParameterException', 'Username should be an email.');
    }
    if (this.#find(pool, name)) {
      throw new ApiError(400, 'UsernameExistsException', 'User account already exists');
    }
    const sub = this.#ids.guid();
    const now = this.#clock.now();
    const byMail = signsInBy.includes('email') && attributes.email === undefined ? { email: name } : {};
    const user: User = {
      poolId,
      username: signsInBy.length > 0 ? sub : name,
      attributes: { sub, ...byMail, ...attributes },
      enabled: true,
      createdAt: now,
      modifiedAt: now,
    };
    this.#users.set(keyOf(user), user);
    return user;
  }

  /** @throws ApiError if the user does not exist. */
  setEnabled(poolId: string, name: string, enabled: boolean): void {
    const user = this.user(poolId, name);
    this.#users.set(keyOf(user), { ...user, enabled, modifiedAt: this.#clock.now() });
  }

  /** @throws ApiError if the user does not exist. */
  delete(poolId: string, name: string): void {
    this.#users.delete(keyOf(this.user(poolId, name)));
  }

  #find({ id, usernameAttributes }: UserPool, name: string): User | undefined {
    return this.#users
      .values()
      .find(
        ({ poolId, username, attributes }) =>
          poolId === id &&
          (username === name ||
            attributes.sub === name ||
            usernameAttributes.some((attribute) => attributes[attribute] === name)),
      );
  }
}

const keyOf = ({ poolId, username }: User): string => `${poolId}/${username}`;
