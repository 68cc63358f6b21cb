/**
 * The input that a target receives for an event. EventBridge API reference, Target: Input, InputPath,
 * InputTransformer.
 */

export interface TargetInput {
  input?: string | undefined;
  inputPath?: string | undefined;
  transformer?: { paths: Record<string, string>; template: string } | undefined;
}

/**
 * Maximum number of characters of a target's input. EventBridge user guide, "Quotas": an event has at most
 * 256 KB, and targets accept no more.
 */
const MAX_LENGTH = 262_144;

/** Thrown if a template repeats the event or parts of it so often that the input is too long. */
export class InputTooLong extends Error {
  override name = 'InputTooLong';
}

/**
 * The target's input, usually JSON. A transformer's template may produce text that is not JSON.
 * @throws InputTooLong
 */
export function targetInput({ input, inputPath, transformer }: TargetInput, event: object): string {
  if (input !== undefined) return input;
  if (inputPath !== undefined) return JSON.stringify(at(event, inputPath) ?? null);
  if (!transformer) return JSON.stringify(event);
  return transform(transformer, event);
}

/** The value at a path such as `$.detail.name` or `$.resources[0]`. */
function at(event: object, path: string): unknown {
  const steps = path.replace(/^\$\.?/, '').match(/[^.[\]]+/g) ?? [];
  let value: unknown = event;
  for (const step of steps) {
    const inside = typeof value === 'object' && value !== null && Object.hasOwn(value, step);
    value = inside ? (value as Record<string, unknown>)[step] : undefined;
  }
  return value;
}

function transform({ paths, template }: NonNullable<TargetInput['transformer']>, event: object): string {
  let length = template.length;
  return template.replace(/<([\w.-]+)>/g, (whole, name: string, offset: number) => {
    const value = variable(name, paths, event);
    if (value === undefined) return Object.hasOwn(paths, name) ? '' : whole;
    const text = asText(value, isInString(template, offset));
    length += text.length;
    if (length > MAX_LENGTH) throw new InputTooLong(`it would have more than ${MAX_LENGTH} characters`);
    return text;
  });
}

/** A value is inserted as text between quotation marks, and as JSON elsewhere. */
function asText(value: unknown, inString: boolean): string {
  if (!inString) return JSON.stringify(value);
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return JSON.stringify(text).slice(1, -1);
}

function variable(name: string, paths: Readonly<Record<string, string>>, event: object): unknown {
  if (name === 'aws.events.event' || name === 'aws.events.event.json') return event;
  if (name === 'aws.events.event.ingestion-time') return at(event, '$.time');
  return Object.hasOwn(paths, name) ? at(event, paths[name] ?? '') : undefined;
}

/** Whether an odd number of unescaped quotation marks precedes the offset. */
function isInString(template: string, offset: number): boolean {
  const marks = template.slice(0, offset).match(/\\.|"/g) ?? [];
  return marks.filter((mark) => mark === '"').length % 2 === 1;
}
