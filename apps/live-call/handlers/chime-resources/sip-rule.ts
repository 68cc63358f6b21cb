/**
 * `Custom::ChimeSipRule`: routes the calls for a number to a SIP media application. The physical id is the
 * SipRuleId.
 */
import {
  type ChimeSDKVoiceClient,
  CreateSipRuleCommand,
  DeleteSipRuleCommand,
  ListSipRulesCommand,
  type SipRule,
  type SipRuleTargetApplication,
  type SipRuleTriggerType,
  UpdateSipRuleCommand,
} from '@aws-sdk/client-chime-sdk-voice';
import { patiently } from './account.ts';
import { type CustomResourceEvent, type Provisioned, property, type Resource } from './custom-resource.ts';
import { isBadRequest, isConflict, isNotFound, isRefusal, said } from './failures.ts';
import { ONE_MINUTE_MS, type Patience, TimeIsUp } from './patience.ts';

/** A rule's trigger cannot change; another trigger needs another rule. API reference, UpdateSipRule. */
const IDENTITY = ['TriggerType', 'TriggerValue'] as const;
const GUID = /^[a-f0-9]{8}(-[a-f0-9]{4}){3}-[a-f0-9]{12}$/i;

export class SipRuleResource implements Resource {
  readonly #client: ChimeSDKVoiceClient;

  constructor(client: ChimeSDKVoiceClient) {
    this.#client = client;
  }

  async create(event: CustomResourceEvent, patience: Patience): Promise<Provisioned> {
    const wanted = settings(event);
    const trigger = {
      TriggerType: property(event, 'TriggerType') as SipRuleTriggerType,
      TriggerValue: property(event, 'TriggerValue'),
    };
    const settling = patience.fresh(ONE_MINUTE_MS);
    const waiting = patience.fresh();
    for (;;) {
      // The same request may arrive twice or remain unanswered. A trigger has one rule, so an existing rule
      // is used.
      const [existing] = await this.#find(wanted.Name, trigger.TriggerValue, patience);
      if (existing?.SipRuleId) return this.#change(existing.SipRuleId, wanted, patience);
      try {
        const command = new CreateSipRuleCommand({ ...wanted, ...trigger });
        const { SipRule } = await this.#client.send(command, { abortSignal: patience.signal() });
        if (SipRule?.SipRuleId) return described(SipRule.SipRuleId);
        throw new Error('CreateSipRule answered without SipRuleId.');
      } catch (error) {
        const what = `a rule for ${trigger.TriggerValue} (${said(error)})`;
        if (!isRefusal(error)) await waiting.wait(what);
        // Rules may not know a number yet that was just bought, or may still regard one as taken that was
        // just given up.
        else if (isBadRequest(error) || isNotFound(error) || isConflict(error)) {
          await this.#settle(settling, trigger.TriggerValue, what, patience);
        } else throw error;
      }
    }
  }

  async update(event: CustomResourceEvent, physicalId: string, patience: Patience): Promise<Provisioned> {
    const before = event.OldResourceProperties ?? {};
    const same = IDENTITY.every((name) => before[name] === event.ResourceProperties[name]);
    if (!same) return this.create(event, patience);
    try {
      return await this.#change(physicalId, settings(event), patience);
    } catch (error) {
      if (isNotFound(error)) return this.create(event, patience);
      throw error;
    }
  }

  /** With an id that is not the service's, the rule is looked for by its name and trigger. */
  async remove(event: CustomResourceEvent, physicalId: string, patience: Patience): Promise<void> {
    const { Name, TriggerValue } = event.ResourceProperties;
    if (GUID.test(physicalId)) return this.#delete(physicalId, nameOf(Name), patience);
    if (typeof Name !== 'string' || typeof TriggerValue !== 'string') return;
    for (const { SipRuleId } of await this.#find(Name, TriggerValue, patience)) {
      if (SipRuleId) await this.#delete(SipRuleId, Name, patience);
    }
  }

  /** The rule is disabled first: an enabled rule cannot be deleted. A rule that is already gone is no error. */
  async #delete(SipRuleId: string, Name: string, patience: Patience): Promise<void> {
    const settling = patience.fresh(ONE_MINUTE_MS);
    for (;;) {
      try {
        await patiently(patience, `rule ${SipRuleId} to be disabled`, (abortSignal) =>
          this.#client.send(new UpdateSipRuleCommand({ SipRuleId, Name, Disabled: true }), { abortSignal }),
        );
        await patiently(patience, `rule ${SipRuleId} to be deleted`, (abortSignal) =>
          this.#client.send(new DeleteSipRuleCommand({ SipRuleId }), { abortSignal }),
        );
        return;
      } catch (error) {
        if (isNotFound(error) || isBadRequest(error)) {
          if (!(await this.#exists(SipRuleId, patience))) return;
        } else if (!isConflict(error)) throw error;
        await settling.wait(`rule ${SipRuleId} to be disabled (${said(error)})`);
      }
    }
  }

  async #change(SipRuleId: string, wanted: Settings, patience: Patience): Promise<Provisioned> {
    await patiently(patience, `rule ${SipRuleId} to be changed`, (abortSignal) =>
      this.#client.send(new UpdateSipRuleCommand({ SipRuleId, ...wanted }), { abortSignal }),
    );
    return described(SipRuleId);
  }

  /** Waits for at most a minute, then reports who has the trigger, or what the service answered. */
  async #settle(settling: Patience, trigger: string, what: string, patience: Patience): Promise<void> {
    try {
      await settling.wait(what);
    } catch (error) {
      if (!(error instanceof TimeIsUp)) throw error;
      const taken = (await this.#rules(patience)).find(
        (rule) => rule.TriggerValue === trigger && rule.Disabled !== true,
      );
      if (!taken) throw new Error(`There was no ${what}.`);
      const whose = `SIP rule ${taken.SipRuleId} ("${taken.Name}")`;
      throw new Error(`${trigger} is taken by ${whose}: disable or delete that rule, or use another number.`);
    }
  }

  async #find(name: string, triggerValue: string, patience: Patience): Promise<SipRule[]> {
    const rules = await this.#rules(patience);
    return rules.filter((rule) => rule.Name === name && rule.TriggerValue === triggerValue);
  }

  async #exists(id: string, patience: Patience): Promise<boolean> {
    return (await this.#rules(patience)).some(({ SipRuleId }) => SipRuleId === id);
  }

  async #rules(patience: Patience): Promise<SipRule[]> {
    const all: SipRule[] = [];
    let NextToken: string | undefined;
    do {
      const command = () => new ListSipRulesCommand({ NextToken });
      const page = await patiently(patience, 'the list of SIP rules', (abortSignal) =>
        this.#client.send(command(), { abortSignal }),
      );
      all.push(...(page.SipRules ?? []));
      NextToken = page.NextToken;
    } while (NextToken !== undefined);
    return all;
  }
}

interface Settings {
  Name: string;
  Disabled: boolean;
  TargetApplications: SipRuleTargetApplication[];
}

/** CloudFormation sends numbers and booleans as strings. */
function settings(event: CustomResourceEvent): Settings {
  const { TargetApplications, Disabled } = event.ResourceProperties;
  const targets = Array.isArray(TargetApplications) ? (TargetApplications as Record<string, unknown>[]) : [];
  return {
    Name: property(event, 'Name'),
    Disabled: String(Disabled) === 'true',
    TargetApplications: targets.map((target) => ({
      SipMediaApplicationId: String(target.SipMediaApplicationId),
      Priority: Number(target.Priority),
      AwsRegion: String(target.AwsRegion),
    })),
  };
}

/** UpdateSipRule requires a name, whatever is changed. */
function nameOf(name: unknown): string {
  return typeof name === 'string' && name !== '' ? name : 'unnamed';
}

function described(sipRuleId: string): Provisioned {
  return { physicalId: sipRuleId, attributes: { SipRuleId: sipRuleId } };
}
