/** Who may invoke a function besides the account's own identities: its resource-based policy. */
import type { Collection, Journal } from '#platform';

/** One statement of it, as AWS::Lambda::Permission and AddPermission make them. */
export interface FunctionPermission {
  /** Its statement id. */
  id: string;
  /** A service's principal, an account or an ARN. */
  principal: string;
  /** e.g. `lambda:InvokeFunction`. */
  action: string;
  sourceArn?: string;
  sourceAccount?: string;
}

export class FunctionPolicies {
  readonly #permissions = new Map<string, Map<string, FunctionPermission>>();
  /** What the API has granted; stacks make theirs again at each start. */
  readonly #granted: Collection<{ functionName: string; permission: FunctionPermission }> | undefined;

  constructor(journal?: Journal) {
    this.#granted = journal?.collection('function-permissions');
    for (const { functionName, permission } of this.#granted?.values() ?? [])
      this.allow(functionName, permission);
  }

  /** As `allow`, and kept over a restart. */
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

  /** Its function is gone. */
  forget(functionName: string): void {
    const ids = [...(this.#permissions.get(functionName)?.keys() ?? [])];
    for (const id of ids) this.remove(functionName, id);
    this.#permissions.delete(functionName);
  }

  /** Names of the functions that a principal may invoke for something. */
  invokableBy(principal: string): string[] {
    return [...this.#permissions].flatMap(([name, permissions]) =>
      [...permissions.values()].some((permission) => permission.principal === principal) ? [name] : [],
    );
  }

  /** One statement of the policy, as the API shows it. */
  statement(functionName: string, id: string, functionArn: string): object | undefined {
    const permission = this.find(functionName, id);
    return permission && statementOf(permission, functionArn);
  }

  /** The policy as a document, for the evaluation of access; undefined when nobody else may do anything. */
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
