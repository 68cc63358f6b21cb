import type { CollectionTag, ScalarTag, YAMLMap, YAMLSeq } from 'yaml';
import { isObject } from '#platform';
import { type Template, TemplateError } from './template.ts';
import { checkDepth, readYaml } from './yaml-document.ts';

/** Short forms whose full name has no `Fn::` prefix. User Guide, "Intrinsic function reference". */
const BARE = new Set(['Ref', 'Condition']);
const SHORT_FORMS = [
  'And',
  'Base64',
  'Cidr',
  'Condition',
  'Contains',
  'EachMemberEquals',
  'EachMemberIn',
  'Equals',
  'FindInMap',
  'GetAZs',
  'GetAtt',
  'If',
  'ImportValue',
  'Join',
  'Length',
  'Not',
  'Or',
  'Ref',
  'RefAll',
  'Select',
  'Split',
  'Sub',
  'ToJsonString',
  'Transform',
  'ValueOf',
  'ValueOfAll',
];
/** Maximum size of a template in S3, in bytes. User Guide, "CloudFormation quotas": 1 MB. */
export const MAX_TEMPLATE_BYTES = 1_000_000;

const fullName = (short: string): string => (BARE.has(short) ? short : `Fn::${short}`);

/** `!GetAtt A.B` becomes a list of two; all other short forms keep their text. */
function scalarTag(short: string): ScalarTag {
  return {
    tag: `!${short}`,
    resolve(text: string) {
      const dot = text.indexOf('.');
      const argument = short === 'GetAtt' && dot > 0 ? [text.slice(0, dot), text.slice(dot + 1)] : text;
      return { [fullName(short)]: argument };
    },
  };
}

function collectionTag(short: string, collection: 'map' | 'seq'): CollectionTag {
  return {
    tag: `!${short}`,
    collection,
    resolve: (value: YAMLMap | YAMLSeq) => ({ [fullName(short)]: value.toJSON() }),
  } as CollectionTag;
}

const TAGS = SHORT_FORMS.flatMap((short) => [
  scalarTag(short),
  collectionTag(short, 'map'),
  collectionTag(short, 'seq'),
]);

/**
 * Parses a template in JSON, or in YAML with CloudFormation's short forms.
 * @throws TemplateError with CloudFormation's message
 */
export function parseTemplate(text: string): Template {
  if (Buffer.byteLength(text) > MAX_TEMPLATE_BYTES) {
    throw new TemplateError(`Template may not exceed ${MAX_TEMPLATE_BYTES} bytes in size.`);
  }
  let value: unknown;
  if (text.trimStart().startsWith('{')) {
    try {
      value = JSON.parse(text);
    } catch (error) {
      throw new TemplateError(`Template format error: JSON not well-formed. (${(error as Error).message})`);
    }
    checkDepth(value);
  } else value = readYaml(text, { customTags: TAGS, schema: 'core' });
  return checkTemplate(value);
}

/** Checks the basic structure of a template. @throws TemplateError */
export function checkTemplate(value: unknown): Template {
  if (!isObject(value)) throw new TemplateError('Template format error: unsupported structure.');
  const { Resources } = value;
  if (!isObject(Resources) || Object.keys(Resources).length === 0) {
    throw new TemplateError('Template format error: At least one Resources member must be defined.');
  }
  for (const [logicalId, resource] of Object.entries(Resources)) {
    if (!/^[A-Za-z0-9]+$/.test(logicalId)) {
      throw new TemplateError(`Template format error: Resource name ${logicalId} is non alphanumeric.`);
    }
    if (!isObject(resource) || typeof resource.Type !== 'string') {
      throw new TemplateError(
        `Template format error: [/Resources/${logicalId}] Every Resources object must contain a Type member.`,
      );
    }
  }
  return value as unknown as Template;
}
