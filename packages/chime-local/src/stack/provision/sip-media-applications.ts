import type { PhysicalResource, ResourceProvider, ResourceRequest } from '#cloudformation';
import { TemplateError } from '#template';
import { type ProviderServices, textOf } from './services.ts';
import type { SipMediaApplication } from './voice-resources.ts';

export function sipMediaApplicationProviders(services: ProviderServices): ResourceProvider[] {
  const { home, voice } = services;
  const wanted = ({ logicalId, properties, newName }: ResourceRequest): SipMediaApplication => {
    const [endpoint] = (properties.Endpoints ?? []) as { LambdaArn?: string }[];
    if (!endpoint?.LambdaArn) {
      throw new TemplateError(
        `${logicalId} (AWS::Chime::SipMediaApplication) needs one endpoint with a LambdaArn.`,
      );
    }
    return {
      name: textOf(properties.Name) || newName(),
      functionArn: endpoint.LambdaArn,
      awsRegion: textOf(properties.AwsRegion, home.region),
    };
  };
  const describe = (id: string): PhysicalResource => {
    return {
      physicalId: id,
      attributes: {
        SipMediaApplicationId: id,
        SipMediaApplicationArn: `arn:aws:chime:${home.region}:${home.accountId}:sma/${id}`,
      },
    };
  };
  return [
    {
      types: ['AWS::Chime::SipMediaApplication'],
      replacedBy: ['AwsRegion'],
      create: async (request) => describe(await voice.createApplication(wanted(request))),
      async update(request, { physicalId }) {
        await voice.updateApplication(physicalId, wanted(request));
        return describe(physicalId);
      },
      restore: async ({ physicalId }) => describe(physicalId),
      delete: ({ physicalId }) => voice.deleteApplication(physicalId),
    },
  ];
}
