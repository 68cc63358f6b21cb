import { codeSource } from '../code/code-source.ts';
import { TemplateError } from '../template/template.ts';
import { physicalName, type ResourceMaker } from './resource.ts';

/** Lambda's defaults when the template says nothing. */
const DEFAULT_TIMEOUT_SECONDS = 3;
const DEFAULT_MEMORY_MEGABYTES = 128;

const lambdaFunction: ResourceMaker = {
  types: ['AWS::Lambda::Function'],
  async make({ logicalId, properties }, workshop) {
    const { region, accountId } = workshop.home;
    const functionName = String(properties.FunctionName ?? physicalName(workshop, logicalId));
    const arn = `arn:aws:lambda:${region}:${accountId}:function:${functionName}`;
    const code = properties.Code as { S3Key?: string; ZipFile?: string } | undefined;
    const environment = (properties.Environment as { Variables?: Record<string, unknown> })?.Variables ?? {};
    workshop.functions.define({
      functionName,
      arn,
      runtime: String(properties.Runtime ?? ''),
      handler: String(properties.Handler ?? ''),
      environment: Object.fromEntries(
        Object.entries(environment).map(([key, value]) => [key, String(value)]),
      ),
      timeoutSeconds: Number(properties.Timeout ?? DEFAULT_TIMEOUT_SECONDS),
      memoryMegabytes: Number(properties.MemorySize ?? DEFAULT_MEMORY_MEGABYTES),
      code: codeOf(logicalId, code, workshop),
    });
    return { physicalId: functionName, attributes: { Arn: arn } };
  },
};

function codeOf(
  logicalId: string,
  code: { S3Key?: string; ZipFile?: string } | undefined,
  workshop: Parameters<ResourceMaker['make']>[1],
): () => Promise<{ directory: string; version: string }> {
  const asset = code?.S3Key ? workshop.asset(code.S3Key) : undefined;
  if (asset) return codeSource(asset.path, workshop.log);
  throw new TemplateError(
    `${logicalId} (AWS::Lambda::Function) names no code of this CDK app (Code: ${JSON.stringify(Object.keys(code ?? {}))}); use an asset.`,
  );
}

const permission: ResourceMaker = {
  types: ['AWS::Lambda::Permission'],
  async make({ logicalId, properties }, workshop) {
    workshop.functions.allow({
      functionName: String(properties.FunctionName),
      principal: String(properties.Principal),
      ...(properties.SourceArn ? { sourceArn: String(properties.SourceArn) } : {}),
    });
    return { physicalId: physicalName(workshop, logicalId), attributes: {} };
  },
};

const role: ResourceMaker = {
  types: ['AWS::IAM::Role'],
  async make({ logicalId, properties }, workshop) {
    const name = String(properties.RoleName ?? physicalName(workshop, logicalId));
    return {
      physicalId: name,
      attributes: { Arn: `arn:aws:iam::${workshop.home.accountId}:role/${name}`, RoleId: name },
    };
  },
};

const logGroup: ResourceMaker = {
  types: ['AWS::Logs::LogGroup'],
  async make({ logicalId, properties }, workshop) {
    const { region, accountId } = workshop.home;
    const name = String(properties.LogGroupName ?? physicalName(workshop, logicalId));
    return {
      physicalId: name,
      attributes: { Arn: `arn:aws:logs:${region}:${accountId}:log-group:${name}:*` },
    };
  },
};

export const functionMakers = [lambdaFunction, permission, role, logGroup];
