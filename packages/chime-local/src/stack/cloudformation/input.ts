/** Checks and completes the input of a create or an update. */
import { isDeepStrictEqual } from 'node:util';
import type { Template, TemplateParameter } from '#template';
import { checkNames, checkRules, dependenciesOf, expandSam, isSam, parseTemplate } from '#template';
import { matchesAllowedPattern, type PatternVerdicts } from './allowed-pattern.ts';
import { CloudFormationError, type StackContext, validationError } from './context.ts';
import type { Parameter, StackInput, StackRecord, Tag } from './records.ts';
import { checkTypes } from './registry.ts';
import { stackScope } from './scope.ts';

export interface GivenParameter {
  ParameterKey: string;
  ParameterValue?: string;
  UsePreviousValue?: boolean;
}

/** The members of a request that define the stack. */
export interface GivenInput {
  templateBody?: string;
  /** `templateBody` already parsed, and the verdicts on its parameters' patterns. See `readAside`. */
  template?: Template;
  patternVerdicts?: PatternVerdicts;
  usePreviousTemplate?: boolean;
  parameters?: GivenParameter[];
  tags?: Tag[];
  capabilities?: string[];
  notificationArns?: string[];
  roleArn?: string;
  /** Set for a change set, which shows what macros make of the template before it is carried out. */
  isReviewed?: boolean;
}

/** Properties by which a developer names IAM resources. */
const IAM_NAMES: Readonly<Record<string, string>> = {
  'AWS::IAM::Role': 'RoleName',
  'AWS::IAM::User': 'UserName',
  'AWS::IAM::Group': 'GroupName',
  'AWS::IAM::ManagedPolicy': 'ManagedPolicyName',
  'AWS::IAM::InstanceProfile': 'InstanceProfileName',
};

/** The capabilities that a template requires. User Guide, "Acknowledging IAM resources". */
export function capabilitiesOf(template: Template): string[] {
  return template.Transform === undefined ? iamCapabilitiesOf(template) : ['CAPABILITY_AUTO_EXPAND'];
}

function iamCapabilitiesOf({ Resources }: Template): string[] {
  const iam = Object.values(Resources).filter(({ Type }) => Type.startsWith('AWS::IAM::'));
  if (iam.length === 0) return [];
  const named = iam.some(({ Type, Properties }) => Properties?.[IAM_NAMES[Type] ?? ''] !== undefined);
  return [named ? 'CAPABILITY_NAMED_IAM' : 'CAPABILITY_IAM'];
}

/**
 * Checks what the template requires as it was written and as macros have expanded it. A change set requires
 * CAPABILITY_AUTO_EXPAND only for nested applications (API Reference, "CreateChangeSet").
 */
function checkCapabilities(written: Template, expanded: Template, given: GivenInput): void {
  const { capabilities = [], isReviewed } = given;
  const nests = Object.values(written.Resources).some(({ Type }) => Type === 'AWS::Serverless::Application');
  const macros = isReviewed && !nests ? [] : capabilitiesOf(written);
  const missing = [...new Set([...macros, ...iamCapabilitiesOf(expanded)])].filter(
    (wanted) =>
      !capabilities.includes(wanted) &&
      !(wanted === 'CAPABILITY_IAM' && capabilities.includes('CAPABILITY_NAMED_IAM')),
  );
  if (missing.length === 0) return;
  throw new CloudFormationError(
    'InsufficientCapabilitiesException',
    `Requires capabilities : [${missing.join(', ')}]`,
  );
}

function checkValue(
  key: string,
  declared: TemplateParameter,
  value: string,
  verdicts: PatternVerdicts | undefined,
): void {
  const why = declared.ConstraintDescription;
  const refuse = (rule: string) =>
    validationError(`Parameter ${key} failed to satisfy constraint: ${why ?? rule}`);
  const allowed = declared.AllowedValues?.map(String);
  if (allowed && !allowed.includes(value)) {
    throw refuse(`Parameter '${key}' must be one of AllowedValues`);
  }
  const pattern = declared.AllowedPattern;
  if (pattern !== undefined && !matchesAllowedPattern(key, pattern, value, verdicts)) {
    throw refuse(`Parameter ${key} must match pattern ${pattern}`);
  }
  if (declared.MinLength !== undefined && value.length < Number(declared.MinLength)) {
    throw refuse(`Parameter '${key}' must contain at least ${declared.MinLength} characters`);
  }
  if (declared.MaxLength !== undefined && value.length > Number(declared.MaxLength)) {
    throw refuse(`Parameter '${key}' must contain at most ${declared.MaxLength} characters`);
  }
  if (declared.Type !== 'Number') return;
  if (value.trim() === '' || Number.isNaN(Number(value))) {
    throw validationError(`Parameter '${key}' must be a number.`);
  }
  if (declared.MinValue !== undefined && Number(value) < Number(declared.MinValue)) {
    throw refuse(`Parameter '${key}' must be a number not less than ${declared.MinValue}`);
  }
  if (declared.MaxValue !== undefined && Number(value) > Number(declared.MaxValue)) {
    throw refuse(`Parameter '${key}' must be a number not greater than ${declared.MaxValue}`);
  }
}

const SSM_VALUE = 'AWS::SSM::Parameter::Value<';

function settleParameters(
  context: StackContext,
  template: Template,
  { parameters: given = [], patternVerdicts }: GivenInput,
  previous: readonly Parameter[],
): Parameter[] {
  const declared = template.Parameters ?? {};
  const unknown = given
    .map(({ ParameterKey }) => ParameterKey)
    .filter((key) => !Object.hasOwn(declared, key));
  if (unknown.length > 0) {
    throw validationError(`Parameters: [${unknown.join(', ')}] do not exist in the template`);
  }
  const missing: string[] = [];
  const settled = Object.entries(declared).flatMap(([key, parameter]): Parameter[] => {
    const one = given.find(({ ParameterKey }) => ParameterKey === key);
    const before = previous.find((candidate) => candidate.key === key)?.value;
    const value = one?.UsePreviousValue ? before : (one?.ParameterValue ?? parameter.Default);
    if (value === undefined) {
      missing.push(key);
      return [];
    }
    checkValue(key, parameter, String(value), patternVerdicts);
    const noEcho = String(parameter.NoEcho) === 'true';
    return [{ key, value: String(value), ...(noEcho ? { noEcho } : {}) }];
  });
  if (missing.length > 0) throw validationError(`Parameters: [${missing.join(', ')}] must have values`);
  return withStoredValues(context, template, settled);
}

/**
 * Parameters that AWS publishes, e.g. the latest machine images. Systems Manager guide, "Public parameters".
 */
const PUBLIC = '/aws/service/';

/** A stand-in for a public parameter's value. No EC2 instance is started here, so any image will do. */
function publicValue(context: StackContext, name: string): string | undefined {
  if (!name.startsWith(PUBLIC)) return undefined;
  context.shortfalls.parameter(name);
  return /\bami\b|-ami-/.test(name) ? 'ami-00000000000000000' : 'local';
}

/** Resolves parameters of SSM types to the current values of the parameter store. */
function withStoredValues(context: StackContext, template: Template, parameters: Parameter[]): Parameter[] {
  const missing: string[] = [];
  const result = parameters.map((parameter) => {
    if (!template.Parameters?.[parameter.key]?.Type?.startsWith(SSM_VALUE)) return parameter;
    const resolved = context.parameterStore(parameter.value) ?? publicValue(context, parameter.value);
    if (resolved !== undefined) return { ...parameter, resolved };
    missing.push(parameter.value);
    return parameter;
  });
  if (missing.length === 0) return result;
  throw validationError(
    `Unable to fetch parameters [${missing.join(',')}] from parameter store for this account.`,
  );
}

/** @throws CloudFormationError, TemplateError */
export function settleInput(
  context: StackContext,
  stack: StackRecord,
  given: GivenInput,
  previous: StackInput | undefined,
): StackInput {
  const templateBody = given.usePreviousTemplate ? previous?.templateBody : given.templateBody;
  if (templateBody === undefined) {
    throw validationError('Either Template URL or Template Body must be specified.');
  }
  const own = () => given.template ?? parseTemplate(templateBody);
  const written = given.usePreviousTemplate && previous ? previous.template : own();
  const template = isSam(written) ? expandSam(written) : written;
  checkCapabilities(written, template, given);
  checkTypes(template, context.region);
  if (template.Transform !== undefined) {
    throw validationError(`Transform ${JSON.stringify(template.Transform)} is not served by this runtime.`);
  }
  checkNames(template);
  dependenciesOf(template);
  const input: StackInput = {
    template,
    templateBody,
    parameters: settleParameters(context, template, given, previous?.parameters ?? []),
    tags: given.tags ?? previous?.tags ?? [],
    capabilities: given.capabilities ?? [],
    notificationArns: given.notificationArns ?? previous?.notificationArns ?? [],
    ...(given.roleArn ? { roleArn: given.roleArn } : {}),
  };
  checkRules(
    template,
    stackScope(context, stack, input, new Map(), () => ''),
  );
  return input;
}

/** The stack's record together with its input. */
export function withInput(stack: StackRecord, input: StackInput): StackRecord {
  const { template: _template, templateBody: _body, ...rest } = input;
  return { ...stack, ...rest };
}

/** Whether outputs and tags are equal; a plan of resources does not show these. */
export function isSameOutputsAndTags(previous: StackInput | undefined, next: StackInput): boolean {
  if (!previous) return false;
  const shown = ({ template, tags }: StackInput): unknown => [template.Outputs ?? {}, tags];
  return isDeepStrictEqual(shown(previous), shown(next));
}
