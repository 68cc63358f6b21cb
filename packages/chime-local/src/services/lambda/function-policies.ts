/**
 * The resource-based policies of functions: who may invoke a function besides the account's own identities.
 */
import type { Collection, Journal } from '#platform';

/** One statement of a policy, as created by AWS::Lambda::Permission or AddPermission. */
export interface FunctionPermission {
  /** The statement id. */
  id: string;
  /** The principal of a service, an account or an ARN. */
  principal: string;
  /** The action, e.g. `lambda:InvokeFunction`. */
  action: string;
  sourceArn?: string;
  sourceAccount?: string;
}

export class FunctionPolicies {
  readonly #permissions = new Map<string, Map<string, FunctionPermission>>();
  /** The permissions granted through the API. Those of stacks are created again at each start. */
  readonly #granted: Collection<{ functionName: string; permission: FunctionPermission }> | undefined;

  constructor(journal?: Journal) {
    this.#granted = journal?.collection('function-permissions');
    for (const { functionName, permission } of this.#granted?.values() ?? [])
      this.allow(functionName, permission);
  }

  /** Like `allow`, and the permission survives a restart. */
  grant(functionName: string, permission: FunctionPermission): void {
    this.#granted?.set(keyOf(functionName, permission.id), { functionName, permission });
    this.allow(functionName, permission);
  }

  find(functionName: string, id: string): FunctionPermission | undefined {
    return this.#permissions.get(functionName)?.get(id);
  }

  allow(functionName: string, permission: FunctionPermission): void {
    const permissions = this.#permissions.get(functionName) ?? new Map();
    permissions.set(permission.id, permission);
    this.#permissions.set(functionName, permissions);
  }

  remove(functionName: string, id: string): void {
    this.#permissions.get(functionName)?.delete(id);
    this.#granted?.delete(keyOf(functionName, id));
  }

  /** Removes the policy of a deleted function. */
  forget(functionName: string): void {
    const ids = [...(this.#permissions.get(functionName)?.keys() ?? [])];
    for (const id of ids) this.remove(functionName, id);
    this.#permissions.delete(functionName);
  }

  /** The names of the functions for which a principal has a permission. */
  invokableBy(principal: string): string[] {
    return [...this.#permissions].flatMap(([name, permissions]) =>
      [...permissions.values()].some((permission) => permission.principal === principal) ? [name] : [],
    );
  }

  /** One statement of the policy in the API's format. */
  statement(functionName: string, id: string, functionArn: string): object | undefined {
    const permission = this.find(functionName, id);
    return permission && statementOf(permission, functionArn);
  }

  /** The policy document for access decisions; undefined if the function has no permissions. */
  document(functionName: string, functionArn: string): Record<string, unknown> | undefined {
    const permissions = [...(this.#permissions.get(functionName)?.values() ?? [])];
    if (permissions.length === 0) return undefined;
    return {
      Version: '2012-10-17',
      Id: 'default',
      Statement: permissions.map((one) => statementOf(one, functionArn)),
    };
  }
}

const keyOf = (functionName: string, id: string): string => `${functionName} ${id}`;

function statementOf(
  { id, principal, action, sourceArn, sourceAccount }: FunctionPermission,
  arn: string,
): object {
  const conditions = {
    ...(sourceAccount ? { StringEquals: { 'AWS:SourceAccount': sourceAccount } } : {}),
    ...(sourceArn ? { ArnLike: { 'AWS:SourceArn': sourceArn } } : {}),
  };
  return {
    Sid: id,
    Effect: 'Allow',
    Principal: principal.includes('.amazonaws.com') ? { Service: principal } : { AWS: principal },
    Action: action,
    Resource: arn,
    ...(Object.keys(conditions).length > 0 ? { Condition: conditions } : {}),
  };
}
