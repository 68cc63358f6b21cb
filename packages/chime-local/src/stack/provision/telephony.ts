import { TemplateError } from '../template/template.ts';
import { physicalName, type ResourceMaker } from './resource.ts';

const sipMediaApplication: ResourceMaker = {
  types: ['AWS::Chime::SipMediaApplication'],
  async make({ logicalId, properties, previous, unchanged }, workshop) {
    const [endpoint] = (properties.Endpoints ?? []) as { LambdaArn?: string }[];
    if (!endpoint?.LambdaArn) {
      throw new TemplateError(
        `${logicalId} (AWS::Chime::SipMediaApplication) needs one endpoint with a LambdaArn.`,
      );
    }
    const { region, accountId } = workshop.home;
    const id = await workshop.sipMediaApplication(
      {
        name: String(properties.Name ?? physicalName(workshop, logicalId)),
        functionArn: endpoint.LambdaArn,
        awsRegion: String(properties.AwsRegion ?? region),
      },
      previous && { id: previous.physicalId, unchanged },
    );
    return {
      physicalId: id,
      attributes: {
        SipMediaApplicationId: id,
        SipMediaApplicationArn: `arn:aws:chime:${region}:${accountId}:sma/${id}`,
      },
    };
  },
};

export const telephonyMakers = [sipMediaApplication];
