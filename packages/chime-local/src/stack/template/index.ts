/** The public interface of templates: reading, checking and resolving them. */
export { matchesAside, parseTemplateAside, takesLongToRead } from './aside.ts';
export { checkNames } from './check-names.ts';
export { checkRules, type ResolutionScope, resolveConditions, resolveValue } from './intrinsics.ts';
export { creationOrder, type Dependencies, dependenciesOf } from './order.ts';
export { parseTemplate } from './parse-template.ts';
export { readStacks } from './read-stacks.ts';
export { EVENT_TYPES, expandSam, isSam, recordOf, SAM_TYPES } from './sam/index.ts';
export {
  type FileAsset,
  type RemovalPolicy,
  type SourceBuild,
  type SynthesisedStack,
  type Template,
  TemplateError,
  type TemplateParameter,
  type TemplateResource,
} from './template.ts';
export { objectOfUrl } from './template-url.ts';
export { checkDepth, readYaml } from './yaml-document.ts';
