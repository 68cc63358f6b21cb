/** Roles, their policies and the managed policies of the account: the basis of access decisions. */

/** A policy document in its original form. */
export type PolicyDocument = Record<string, unknown>;

export interface Role {
  name: string;
  arn: string;
  roleId: string;
  /** The policy that determines who may assume the role. */
  trustPolicy: PolicyDocument;
  /** Inline policies by name. */
  inline: Map<string, PolicyDocument>;
  /** ARNs of managed policies. */
  attached: Set<string>;
  permissionsBoundary?: string;
}

/** The identities of the account. They are created and deleted with the stacks that declare them. */
export class Iam {
  readonly #roles = new Map<string, Role>();
  readonly #managed = new Map<string, PolicyDocument>();

  role(name: string): Role | undefined {
    return this.#roles.get(name);
  }

  /** Finds a role by its ARN, including its path. */
  roleByArn(arn: string): Role | undefined {
    const name = arn.slice(arn.lastIndexOf('/') + 1);
    const role = this.#roles.get(name);
    return role?.arn === arn ? role : undefined;
  }

  roles(): Role[] {
    return [...this.#roles.values()];
  }

  /** Creates or replaces a role. */
  putRole(
    role: Omit<Role, 'inline' | 'attached'> & { inline: Map<string, PolicyDocument>; attached: string[] },
  ): void {
    this.#roles.set(role.name, { ...role, attached: new Set(role.attached) });
  }

  deleteRole(name: string): void {
    this.#roles.delete(name);
  }

  putManagedPolicy(arn: string, document: PolicyDocument): void {
    this.#managed.set(arn, document);
  }

  deleteManagedPolicy(arn: string): void {
    this.#managed.delete(arn);
  }

  managedPolicy(arn: string): PolicyDocument | undefined {
    return this.#managed.get(arn);
  }
}
