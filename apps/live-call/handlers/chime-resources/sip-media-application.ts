/**
 * `Custom::ChimeSipMediaApplication`: the equivalent of `AWS::Chime::SipMediaApplication` for Regions whose
 * registry has no such type. `Custom::ChimeSipMessageLogs`: whether the service logs the SIP messages of an
 * application.
 */
import {
  type ChimeSDKVoiceClient,
  CreateSipMediaApplicationCommand,
  DeleteSipMediaApplicationCommand,
  ListSipMediaApplicationsCommand,
  PutSipMediaApplicationLoggingConfigurationCommand,
  type SipMediaApplication,
  UpdateSipMediaApplicationCommand,
} from '@aws-sdk/client-chime-sdk-voice';
import { patiently } from './account.ts';
import { type CustomResourceEvent, type Provisioned, property, type Resource } from './custom-resource.ts';
import { isBadRequest, isConflict, isNotFound, isRefusal, said } from './failures.ts';
import { ONE_MINUTE_MS, type Patience } from './patience.ts';

/** The physical id is the SipMediaApplicationId. Properties: `Name`, `AwsRegion`, `LambdaArn`. */
export class SipMediaApplicationResource implements Resource {
  readonly #client: ChimeSDKVoiceClient;

  constructor(client: ChimeSDKVoiceClient) {
    this.#client = client;
  }

  async create(event: CustomResourceEvent, patience: Patience): Promise<Provisioned> {
    const waiting = patience.fresh();
    const command = () =>
      new CreateSipMediaApplicationCommand({
        Name: property(event, 'Name'),
        AwsRegion: property(event, 'AwsRegion'),
        Endpoints: [{ LambdaArn: property(event, 'LambdaArn') }],
      });
    for (;;) {
      const [existing] = await this.#find(event, patience);
      if (existing) return described(await this.#change(existing, event, patience));
      try {
        const made = await this.#client.send(command(), { abortSignal: patience.signal() });
        if (made.SipMediaApplication) return described(made.SipMediaApplication);
        throw new Error('CreateSipMediaApplication answered without an application.');
      } catch (error) {
        if (isRefusal(error)) throw error;
        await waiting.wait(`the SIP media application (${said(error)})`);
      }
    }
  }

  async update(event: CustomResourceEvent, physicalId: string, patience: Patience): Promise<Provisioned> {
    const before = event.OldResourceProperties ?? {};
    if (before.AwsRegion !== event.ResourceProperties.AwsRegion) return this.create(event, patience);
    try {
      return described(await this.#change({ SipMediaApplicationId: physicalId }, event, patience));
    } catch (error) {
      if (isNotFound(error)) return this.create(event, patience);
      throw error;
    }
  }

  /**
   * An application that is already gone is no error; with an id that is not the service's, it is looked for
   * by name.
   */
  async remove(event: CustomResourceEvent, physicalId: string, patience: Patience): Promise<void> {
    if (await this.#delete(physicalId, patience)) return;
    for (const { SipMediaApplicationId } of await this.#find(event, patience)) {
      if (SipMediaApplicationId) await this.#delete(SipMediaApplicationId, patience);
    }
  }

  /** False: there is no application with that id. */
  async #delete(SipMediaApplicationId: string, patience: Patience): Promise<boolean> {
    // The rule whose target it was is gone, but the service may take seconds to notice.
    const settling = patience.fresh(ONE_MINUTE_MS);
    for (;;) {
      try {
        await patiently(patience, `application ${SipMediaApplicationId} to be deleted`, (abortSignal) =>
          this.#client.send(new DeleteSipMediaApplicationCommand({ SipMediaApplicationId }), { abortSignal }),
        );
        return true;
      } catch (error) {
        if (isNotFound(error) || isBadRequest(error)) return false;
        if (!isConflict(error)) throw error;
        await settling.wait(`application ${SipMediaApplicationId} to be free (${said(error)})`);
      }
    }
  }

  async #change(
    { SipMediaApplicationId }: SipMediaApplication,
    event: CustomResourceEvent,
    patience: Patience,
  ): Promise<SipMediaApplication> {
    const changed = await patiently(patience, 'the application to be changed', (abortSignal) =>
      this.#client.send(
        new UpdateSipMediaApplicationCommand({
          SipMediaApplicationId,
          Name: property(event, 'Name'),
          Endpoints: [{ LambdaArn: property(event, 'LambdaArn') }],
        }),
        { abortSignal },
      ),
    );
    return { SipMediaApplicationId, ...changed.SipMediaApplication };
  }

  async #find(event: CustomResourceEvent, patience: Patience): Promise<SipMediaApplication[]> {
    const { Name, AwsRegion } = event.ResourceProperties;
    const all: SipMediaApplication[] = [];
    let NextToken: string | undefined;
    do {
      const command = () => new ListSipMediaApplicationsCommand({ NextToken });
      const page = await patiently(patience, 'the list of SIP media applications', (abortSignal) =>
        this.#client.send(command(), { abortSignal }),
      );
      all.push(...(page.SipMediaApplications ?? []));
      NextToken = page.NextToken;
    } while (NextToken !== undefined);
    return all.filter((found) => found.Name === Name && found.AwsRegion === AwsRegion);
  }
}

function described(made: SipMediaApplication): Provisioned {
  const { SipMediaApplicationId = '', SipMediaApplicationArn = '' } = made;
  return { physicalId: SipMediaApplicationId, attributes: { SipMediaApplicationId, SipMediaApplicationArn } };
}

/**
 * The physical id is the SipMediaApplicationId followed by `/sip-message-logs`. The setting disappears with
 * its application.
 */
export class SipMessageLogsResource implements Resource {
  readonly #client: ChimeSDKVoiceClient;

  constructor(client: ChimeSDKVoiceClient) {
    this.#client = client;
  }

  async create(event: CustomResourceEvent, patience: Patience): Promise<Provisioned> {
    const id = property(event, 'SipMediaApplicationId');
    await this.#put(id, event.ResourceProperties.Enabled !== 'false', patience);
    return { physicalId: `${id}/sip-message-logs` };
  }

  update(event: CustomResourceEvent, _physicalId: string, patience: Patience): Promise<Provisioned> {
    return this.create(event, patience);
  }

  async remove(event: CustomResourceEvent, _physicalId: string, patience: Patience): Promise<void> {
    const id = event.ResourceProperties.SipMediaApplicationId;
    if (typeof id !== 'string') return;
    try {
      await this.#put(id, false, patience);
    } catch (error) {
      if (!isNotFound(error) && !isBadRequest(error)) throw error;
    }
  }

  async #put(SipMediaApplicationId: string, enabled: boolean, patience: Patience): Promise<void> {
    const command = () =>
      new PutSipMediaApplicationLoggingConfigurationCommand({
        SipMediaApplicationId,
        SipMediaApplicationLoggingConfiguration: { EnableSipMediaApplicationMessageLogs: enabled },
      });
    await patiently(patience, 'the SIP message logs', (abortSignal) =>
      this.#client.send(command(), { abortSignal }),
    );
  }
}
