/** `Custom::ChimeSipRule`: which SIP media application takes the calls for a number. */
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
import {
  type CustomResourceEvent,
  isBusy,
  isNotFound,
  type Patience,
  type Provisioned,
  property,
  type Resource,
} from './custom-resource.ts';

/** A rule's trigger cannot change; another trigger needs another rule. M: UpdateSipRule. */
const IDENTITY = ['TriggerType', 'TriggerValue'] as const;

/** The physical id is the SipRuleId. */
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
    for (;;) {
      // The same request may come twice; a trigger has one rule, so the first one's rule is the rule.
      const existing = await this.#find(wanted.Name, trigger.TriggerValue);
      if (existing?.SipRuleId) return this.#change(existing.SipRuleId, wanted);
      try {
        const { SipRule } = await this.#client.send(new CreateSipRuleCommand({ ...wanted, ...trigger }));
        if (!SipRule?.SipRuleId) throw new Error('CreateSipRule answered without SipRuleId.');
        return described(SipRule.SipRuleId);
      } catch (error) {
        // A number that was bought a moment ago may not be known to rules yet.
        if (!isBusy(error) && !(error instanceof Error && error.name === 'NotFoundException')) throw error;
        await patience.wait(`a rule for ${trigger.TriggerValue} (${String(error)})`);
      }
    }
  }

  async update(event: CustomResourceEvent, physicalId: string, patience: Patience): Promise<Provisioned> {
    const before = event.OldResourceProperties ?? {};
    const same = IDENTITY.every((name) => before[name] === event.ResourceProperties[name]);
    if (!same) return this.create(event, patience);
    try {
      return await this.#change(physicalId, settings(event));
    } catch (error) {
      if (isNotFound(error)) return this.create(event, patience);
      throw error;
    }
  }

  /** Disabled first: an enabled rule cannot be deleted. */
  async remove(event: CustomResourceEvent, physicalId: string, patience: Patience): Promise<void> {
    const { Name } = settings(event);
    for (;;) {
      try {
        await this.#client.send(new UpdateSipRuleCommand({ SipRuleId: physicalId, Name, Disabled: true }));
        await this.#client.send(new DeleteSipRuleCommand({ SipRuleId: physicalId }));
        return;
      } catch (error) {
        if (isNotFound(error)) return;
        if (!isBusy(error)) throw error;
        await patience.wait(`rule ${physicalId} to be disabled (${String(error)})`);
      }
    }
  }

  async #change(sipRuleId: string, wanted: Settings): Promise<Provisioned> {
    await this.#client.send(new UpdateSipRuleCommand({ SipRuleId: sipRuleId, ...wanted }));
    return described(sipRuleId);
  }

  async #find(name: string, triggerValue: string): Promise<SipRule | undefined> {
    let NextToken: string | undefined;
    do {
      const page = await this.#client.send(new ListSipRulesCommand({ NextToken }));
      const found = page.SipRules?.find((rule) => rule.Name === name && rule.TriggerValue === triggerValue);
      if (found) return found;
      NextToken = page.NextToken;
    } while (NextToken !== undefined);
    return undefined;
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

function described(sipRuleId: string): Provisioned {
  return { physicalId: sipRuleId, attributes: { SipRuleId: sipRuleId } };
}
