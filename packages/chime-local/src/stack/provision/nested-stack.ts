import { readFileSync } from 'node:fs';
import {
  type PhysicalResource,
  type ResourceProvider,
  type ResourceRequest,
  readAside,
  type StackRecord,
} from '#cloudformation';
import { objectOfUrl } from '#template';
import { type ProviderServices, textOf } from './services.ts';

const CAPABILITIES = ['CAPABILITY_IAM', 'CAPABILITY_NAMED_IAM', 'CAPABILITY_AUTO_EXPAND'];
/** Maximum length of a stack's name, in characters. */
const MAX_STACK_NAME = 128;

async function templateBody(
  { logicalId, properties }: ResourceRequest,
  { asset, s3 }: ProviderServices,
): Promise<string> {
  const url = textOf(properties.TemplateURL);
  const found = objectOfUrl(url);
  const file = found && asset(found.key);
  if (file?.text !== undefined) return file.text;
  if (file) return readFileSync(file.path, 'utf8');
  const object = found && (await s3.read(found.bucket, found.key));
  if (!object) throw new Error(`TemplateURL of ${logicalId} leads to no template: ${url}`);
  return object.body.toString('utf8');
}

const parametersOf = ({ properties }: ResourceRequest) =>
  Object.entries((properties.Parameters ?? {}) as Record<string, unknown>).map(([ParameterKey, value]) => ({
    ParameterKey,
    ParameterValue: Array.isArray(value) ? value.join(',') : String(value),
  }));

function described({ stackId, outputs }: StackRecord): PhysicalResource {
  const attributes = Object.fromEntries(outputs.map(({ key, value }) => [`Outputs.${key}`, value]));
  return { physicalId: stackId, attributes };
}

/** AWS::CloudFormation::Stack: a stack that is a resource of another stack. */
export function nestedStackProvider(services: ProviderServices): ResourceProvider {
  const ended = async (stackId: string, good: readonly string[]): Promise<PhysicalResource> => {
    const stack = await services.cloudFormation().settled(stackId);
    if (good.includes(stack.status)) return described(stack);
    const reason = stack.statusReason ? ` ${stack.statusReason.trim()}` : '';
    throw new Error(`Embedded stack ${stackId} was not successfully ${verbOf(stack.status)}:${reason}`);
  };
  return {
    types: ['AWS::CloudFormation::Stack'],
    replacedBy: [],
    async create(request) {
      const nested = {
        stackName: request.newName(MAX_STACK_NAME),
        templateBody: await templateBody(request, services),
        parameters: parametersOf(request),
        tags: request.tags,
        capabilities: CAPABILITIES,
        parentId: request.stackId,
      };
      const stackId = await readAside(nested, (read) => services.cloudFormation().createStack(read));
      return ended(stackId, ['CREATE_COMPLETE']);
    },
    async update(request, { physicalId }) {
      const body = await templateBody(request, services);
      try {
        const nested = {
          stackName: physicalId,
          templateBody: body,
          parameters: parametersOf(request),
          tags: request.tags,
          capabilities: CAPABILITIES,
        };
        await readAside(nested, (read) => services.cloudFormation().updateStack(read));
      } catch (error) {
        if (!(error as Error).message.startsWith('No updates are to be performed')) throw error;
      }
      return ended(physicalId, ['CREATE_COMPLETE', 'UPDATE_COMPLETE', 'UPDATE_ROLLBACK_COMPLETE']);
    },
    async delete({ physicalId }) {
      const cloudFormation = services.cloudFormation();
      await cloudFormation.deleteAndWait(physicalId);
    },
  };
}

const verbOf = (status: string): string => (status.startsWith('UPDATE') ? 'updated' : 'created');
