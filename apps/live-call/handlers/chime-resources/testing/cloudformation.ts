import type { CustomResourceEvent } from '../custom-resource.ts';
import { type Answer, STACK_ID, type TestAccount } from './account.ts';

export const ANY = { Country: 'US', PhoneNumberType: 'Local', ReleaseOnDelete: 'true' };
export const in_ = (AreaCode: string): Record<string, string> => ({ ...ANY, AreaCode });

type Properties = Record<string, unknown>;

let requests = 0;

export function eventOf(
  RequestType: CustomResourceEvent['RequestType'],
  ResourceProperties: Properties,
  more: Partial<CustomResourceEvent> = {},
): CustomResourceEvent {
  requests += 1;
  return {
    RequestType,
    ResponseURL: 'https://example.com/',
    StackId: STACK_ID,
    RequestId: `request-${requests}`,
    LogicalResourceId: 'TelephonyPhoneNumber3C2E7F4A',
    ResourceType: 'Custom::ChimePhoneNumber',
    ResourceProperties,
    ...more,
  };
}

/** An id that CloudFormation invents for a resource whose own id it never received. */
export const INVENTED = 'LiveCall-TelephonyPhoneNumber3C2E7F4A-1ABCDEFGHIJKL';

/** The status of a stack while a request is under way. */
const MEANWHILE = {
  Create: 'CREATE_IN_PROGRESS',
  Update: 'UPDATE_IN_PROGRESS',
  Delete: 'DELETE_IN_PROGRESS',
} as const;

/**
 * One resource of a stack, treated as CloudFormation does: a failed Create is followed by a Delete with the
 * answered id, a failed Update by one with the previous properties, and a replacement by the Delete of what
 * was replaced.
 */
export class PretendStack {
  readonly #account: TestAccount;
  readonly #more: Partial<CustomResourceEvent>;
  id: string | undefined;
  properties: Properties = {};
  /** The answers in order. */
  answers: Answer[] = [];

  constructor(account: TestAccount, more: Partial<CustomResourceEvent> = {}) {
    this.#account = account;
    this.#more = more;
  }

  /** `status`: the stack's status during the request. */
  async send(
    type: CustomResourceEvent['RequestType'],
    properties: Properties,
    more: Partial<CustomResourceEvent> = {},
    status: string = MEANWHILE[type],
  ): Promise<Answer> {
    this.#account.stacks.status = status;
    const answer = await this.#account.invoke(eventOf(type, properties, { ...this.#more, ...more }));
    this.answers.push(answer);
    return answer;
  }

  /** True: created. False: rolled back; the Delete may have failed (see `answers`). */
  async create(properties: Properties): Promise<boolean> {
    const made = await this.send('Create', properties);
    this.properties = properties;
    this.id = made.PhysicalResourceId;
    if (made.Status === 'SUCCESS') return true;
    await this.delete();
    return false;
  }

  /** `thenFails`: a later resource fails, so that everything is rolled back. True: updated. */
  async update(properties: Properties, thenFails = false): Promise<boolean> {
    const before = { id: this.id!, properties: this.properties };
    const done = await this.send('Update', properties, {
      PhysicalResourceId: before.id,
      OldResourceProperties: before.properties,
    });
    const updated = done.Status === 'SUCCESS';
    const now = updated ? done.PhysicalResourceId : before.id;
    if (updated && !thenFails) {
      this.id = now;
      this.properties = properties;
      if (now !== before.id) await this.send('Delete', before.properties, { PhysicalResourceId: before.id });
      return true;
    }
    const back = await this.goBack(before.properties, now, properties);
    if (back.Status === 'SUCCESS' && back.PhysicalResourceId !== now) {
      this.id = back.PhysicalResourceId;
      await this.send('Delete', properties, { PhysicalResourceId: now });
    }
    return false;
  }

  /** Sends the Update of a rollback. */
  async goBack(to: Properties, id: string, from: Properties): Promise<Answer> {
    const more = { PhysicalResourceId: id, OldResourceProperties: from };
    return this.send('Update', to, more, 'UPDATE_ROLLBACK_IN_PROGRESS');
  }

  async delete(id = this.id!): Promise<Answer> {
    return this.send('Delete', this.properties, { PhysicalResourceId: id });
  }
}
