/**
 * Cognito user pools, limited to the administrative operations. No user gets a password: the web page signs
 * in the person at this machine.
 */
import type { Log } from '#platform';
import type { AwsService } from '../ports.ts';
import { createJsonService, type JsonInput, type JsonOperation, textOf } from '../rest/json-service.ts';
import { pageOf } from '../rest/paging.ts';
import type { User, UserPool, UserPools } from './user-pools.ts';

/** Users or pools per page. API reference, ListUsers, ListUserPools. */
const PAGE = 60;

export interface CognitoOptions {
  userPools: UserPools;
  accountId: string;
  region: string;
  log: Log;
}

const show = ({ username, attributes, enabled, createdAt, modifiedAt }: User) => ({
  Username: username,
  UserCreateDate: createdAt / 1000,
  UserLastModifiedDate: modifiedAt / 1000,
  Enabled: enabled,
  UserStatus: 'FORCE_CHANGE_PASSWORD',
  Attributes: Object.entries(attributes).map(([Name, Value]) => ({ Name, Value })),
});

function attributesOf({ UserAttributes }: JsonInput): Record<string, string> {
  const given = (UserAttributes ?? []) as { Name?: unknown; Value?: unknown }[];
  return Object.fromEntries(given.map(({ Name, Value }) => [String(Name), String(Value ?? '')]));
}

export function createCognito({ userPools, accountId, region, log }: CognitoOptions): AwsService {
  const arnOf = (id: string): string => `arn:aws:cognito-idp:${region}:${accountId}:userpool/${id}`;
  const showPool = ({ id, name }: UserPool): object => ({ Id: id, Name: name, Arn: arnOf(id) });
  const pool = (input: JsonInput): string => textOf(input, 'UserPoolId');
  const name = (input: JsonInput): string => textOf(input, 'Username');
  const page = <T>(all: T[], input: JsonInput, limit: unknown, keyOfItem: (item: T) => string) =>
    pageOf(
      all,
      keyOfItem,
      Number(limit ?? PAGE),
      (input.PaginationToken ?? input.NextToken) as string | undefined,
    );
  const operations: Record<string, JsonOperation> = {
    AdminCreateUser(input) {
      const user = userPools.create(pool(input), name(input), attributesOf(input));
      if (input.MessageAction !== 'SUPPRESS') {
        log.info('Cognito would mail a temporary password now. Here the page signs you in without one.');
      }
      return { User: show(user) };
    },
    AdminGetUser(input) {
      const { Attributes, ...user } = show(userPools.user(pool(input), name(input)));
      return { ...user, UserAttributes: Attributes };
    },
    AdminDeleteUser(input) {
      userPools.delete(pool(input), name(input));
      return {};
    },
    AdminEnableUser(input) {
      userPools.setEnabled(pool(input), name(input), true);
      return {};
    },
    AdminDisableUser(input) {
      userPools.setEnabled(pool(input), name(input), false);
      return {};
    },
    ListUsers(input) {
      const { items, nextToken } = page(
        userPools.users(pool(input)),
        input,
        input.Limit,
        (user) => user.username,
      );
      return { Users: items.map(show), ...(nextToken ? { PaginationToken: nextToken } : {}) };
    },
    ListUserPools(input) {
      const { items, nextToken } = page(userPools.list(), input, input.MaxResults, ({ id }) => id);
      return { UserPools: items.map(showPool), ...(nextToken ? { NextToken: nextToken } : {}) };
    },
    DescribeUserPool: (input) => ({ UserPool: showPool(userPools.existing(pool(input))) }),
  };
  return createJsonService('Cognito user pools', ['cognito-idp'], operations, ({ UserPoolId }) =>
    typeof UserPoolId === 'string' ? [arnOf(UserPoolId)] : [],
  );
}
