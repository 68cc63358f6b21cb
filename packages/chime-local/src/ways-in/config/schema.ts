/** The JSON schema of `chime-local.config.*`; published as `chime-local/config.schema.json`. */

const text = { type: 'string', minLength: 1 };
const texts = { type: 'array', items: text };
const environment = { type: 'object', additionalProperties: { type: 'string' } };
const number = { type: 'string', pattern: '^\\+[1-9][0-9]{1,14}$' };

const object = (
  description: string,
  required: readonly string[],
  properties: Record<string, object>,
): object => ({
  type: 'object',
  description,
  properties,
  ...(required.length > 0 ? { required } : {}),
  additionalProperties: false,
});

const named = (description: string, pattern: string, item: object): object => ({
  type: 'object',
  description,
  propertyNames: { pattern },
  additionalProperties: item,
});

const key = object('An attribute of a key.', ['name'], {
  name: text,
  type: { enum: ['S', 'N', 'B'], default: 'S' },
});

/** Lambda's limits: quotas of the developer guide. */
const lambdaFunction = object('A Lambda function.', ['source'], {
  source: { ...text, description: 'The file with the handler, or its folder.' },
  handler: { ...text, description: 'What is exported. Default: handler, lambdaHandler or lambda_handler.' },
  runtime: {
    type: 'string',
    pattern: '^(nodejs[0-9]+\\.x|python3\\.[0-9]+|provided(\\.al2(023)?)?)$',
    description: 'As Lambda names it, e.g. nodejs22.x or python3.12. Default: what the source is written in.',
  },
  environment: { ...environment, description: 'Variables of its environment.' },
  environmentFiles: { ...texts, description: 'Files of NAME=value lines, e.g. .env.' },
  timeoutSeconds: { type: 'integer', minimum: 1, maximum: 900, default: 30 },
  memoryMegabytes: { type: 'integer', minimum: 128, maximum: 10240, default: 512 },
});

const table = object('A DynamoDB table.', ['partitionKey'], {
  partitionKey: key,
  sortKey: key,
  indexes: {
    type: 'array',
    maxItems: 20,
    items: object('A global secondary index with all attributes.', ['name', 'partitionKey'], {
      name: text,
      partitionKey: key,
      sortKey: key,
    }),
  },
  timeToLive: { ...text, description: 'The attribute that says when an item expires.' },
  items: {
    type: 'array',
    items: { type: 'object' },
    description: 'What the table begins with, as plain JSON.',
  },
});

export const CONFIG_SCHEMA = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  title: 'chime-local.config.json',
  ...object('A SIP media application for chime-local.', ['functions', 'sipMediaApplications'], {
    $schema: { type: 'string' },
    environmentFiles: { ...texts, description: 'Files of NAME=value lines that every function has.' },
    functions: {
      ...named('By function name.', '^[a-zA-Z0-9_-]{1,64}$', lambdaFunction),
      minProperties: 1,
    },
    buckets: named(
      'By bucket name.',
      '^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$',
      object('An S3 bucket.', [], {
        folder: { ...text, description: 'The folder whose files it has, as they are at each moment.' },
        endings: { ...texts, description: 'Only files that end so, e.g. .wav.' },
      }),
    ),
    tables: named('By table name.', '^[a-zA-Z0-9_.-]{3,255}$', table),
    queues: named(
      'By queue name.',
      '^[a-zA-Z0-9_-]{1,80}(\\.fifo)?$',
      object('An SQS queue.', [], {
        function: { ...text, description: 'The function that gets its messages.' },
        batchSize: { type: 'integer', minimum: 1, maximum: 10000 },
        visibilityTimeoutSeconds: { type: 'integer', minimum: 0, maximum: 43200 },
      }),
    ),
    parameters: named('Of the parameter store, by name.', '^[a-zA-Z0-9_.\\-/]{1,1011}$', { type: 'string' }),
    sipMediaApplications: {
      ...named(
        'By name.',
        '^[a-zA-Z0-9 _.-]{1,256}$',
        object('A SIP media application.', ['function'], {
          function: { ...text, description: 'The function that its events go to.' },
          keys: {
            type: 'array',
            maxItems: 8,
            description:
              'Keys that its callers press, such as a PIN: each has a button on the phone of the page.',
            items: object('A button of the phone.', ['name', 'keys'], {
              name: { ...text, maxLength: 20 },
              keys: { type: 'string', pattern: '^[0-9*#]{1,32}$' },
            }),
          },
        }),
      ),
      minProperties: 1,
    },
    numbers: {
      ...named('By number: the SIP media application that answers it.', number.pattern, text),
      description: 'By number (E.164): the SIP media application that answers it.',
    },
    rules: {
      type: 'array',
      items: object('A SIP rule.', ['name', 'number', 'sipMediaApplication'], {
        name: { type: 'string', pattern: '^[a-zA-Z0-9 _.-]+$' },
        number,
        sipMediaApplication: text,
        disabled: { type: 'boolean', default: false },
      }),
    },
    parties: {
      ...named('By number, or what numbers begin with.', number.pattern, text),
      description:
        'What the test party does, by number or what numbers begin with: busy, or "ring 2; answer; say Hello".',
    },
    bots: { ...texts, description: 'Files of bots, for StartBotConversation and the Lex V2 runtime.' },
  }),
};
