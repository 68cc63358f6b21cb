import { apiMakers } from './api-resources.ts';
import { customResourceMaker } from './custom-resource.ts';
import { deploymentMakers } from './deployments.ts';
import { functionMakers } from './functions.ts';
import type { ResourceMaker } from './resource.ts';
import { signInMakers } from './sign-in.ts';
import { storageMakers } from './storage.ts';
import { telephonyMakers } from './telephony.ts';
import { webMakers } from './web.ts';

/** Kept in the state, answers `Ref`, does nothing: roles, log groups and the like. */
export const recordedOnly: ResourceMaker = {
  types: [
    'AWS::CDK::Metadata',
    'AWS::IAM::Policy',
    'AWS::IAM::ManagedPolicy',
    'AWS::Lambda::LayerVersion',
    'AWS::Lambda::EventInvokeConfig',
    'AWS::CloudWatch::Alarm',
    'AWS::CloudWatch::Dashboard',
    'AWS::Logs::MetricFilter',
    'Custom::S3AutoDeleteObjects',
  ],
  make: async (request, workshop) => ({
    physicalId: `${workshop.home.stackName}-${request.logicalId}`,
    attributes: {},
  }),
};

const MAKERS = [
  recordedOnly,
  ...storageMakers,
  ...functionMakers,
  ...telephonyMakers,
  ...apiMakers,
  ...signInMakers,
  ...webMakers,
  ...deploymentMakers,
];

const byType = new Map(MAKERS.flatMap((maker) => maker.types.map((type) => [type, maker] as const)));

/** Who makes resources of this type; custom resources are invoked as CloudFormation would. */
export function makersByType(type: string): ResourceMaker | undefined {
  const maker = byType.get(type);
  if (maker) return maker;
  if (type.startsWith('Custom::') || type === 'AWS::CloudFormation::CustomResource')
    return customResourceMaker;
  return undefined;
}
