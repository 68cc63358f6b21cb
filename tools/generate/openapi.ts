import { createGenerator, type Schema } from 'ts-json-schema-generator';
import { OPERATOR_ROUTES, type OperatorRoute } from '#contract';

/** Path of the generated description. */
export const OPENAPI_FILE = 'docs/api/operator-api.openapi.json';
const CONTRACT = 'apps/live-call/contract/operator-api.ts';

/** Failures that every route may answer. */
const ALWAYS = { 400: ['BadRequest'], 429: ['TooManyRequests'], 500: ['Internal'] };
const MEANING: Readonly<Record<number, string>> = {
  400: 'The body is not what it should be; field names the member.',
  401: 'There is no valid token. The answer is the gateway’s own.',
  404: 'There is none (any more).',
  409: 'It cannot be done as things are.',
  429: 'Too much at once: try again in a second.',
  500: 'A fault of ours.',
  502: 'The service behind it did not do it.',
};

/** The operator API as an OpenAPI document: its routes and documents are those of the contract. */
export function operatorApi(): string {
  const schemas = contractSchemas();
  const paths = Object.entries<OperatorRoute>(OPERATOR_ROUTES).map(([name, route]) => [
    `/${name}`,
    { post: operation(name, route, schemas) },
  ]);
  const document = {
    openapi: '3.1.0',
    info: {
      title: 'Operator API of live-call',
      version: '1.0.0',
      description:
        'What the page of the operators asks for, and any program of theirs. Written by `npm run generate` from `apps/live-call/contract`.',
    },
    servers: [
      {
        url: '{api}',
        description: 'The output ApiUrl of the stack; on one machine `api` in .local/endpoints.json.',
        variables: { api: { default: 'http://127.0.0.1:4280/api' } },
      },
    ],
    security: [{ operator: [] }],
    paths: Object.fromEntries(paths),
    components: {
      securitySchemes: {
        operator: {
          type: 'http',
          scheme: 'bearer',
          bearerFormat: 'JWT',
          description:
            'A token of an operator who has signed in; on one machine also `apiAuthorization` in .local/endpoints.json.',
        },
      },
      schemas,
    },
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

/** The contract's documents that routes name, and the types that they consist of. */
function contractSchemas(): Record<string, Schema> {
  const generator = createGenerator({
    path: CONTRACT,
    tsconfig: 'tsconfig.json',
    skipTypeCheck: true,
    additionalProperties: true,
    encodeRefs: false,
  });
  const routes = Object.values<OperatorRoute>(OPERATOR_ROUTES);
  const named = [...routes.flatMap(({ request, done }) => [request, done.answer ?? request]), 'ApiError'];
  const definitions: Record<string, unknown> = {};
  for (const name of new Set(named)) Object.assign(definitions, generator.createSchema(name).definitions);
  const sorted = Object.keys(definitions).sort();
  const text = JSON.stringify(Object.fromEntries(sorted.map((name) => [name, definitions[name]])));
  return JSON.parse(text.replaceAll('#/definitions/', '#/components/schemas/')) as Record<string, Schema>;
}

function operation(name: string, route: OperatorRoute, schemas: Readonly<Record<string, Schema>>): object {
  const { summary, description, request, bodyOptional = false, done, refusals } = route;
  const refused = Object.entries<readonly string[]>({ ...ALWAYS, ...refusals });
  return {
    operationId: name,
    summary,
    description,
    requestBody: { required: !bodyOptional, content: json(reference(request, schemas)) },
    responses: {
      [done.status]: {
        description: 'Done.',
        content: json(done.answer === undefined ? { type: 'object' } : reference(done.answer, schemas)),
      },
      401: { description: MEANING[401] },
      ...Object.fromEntries(
        refused.map(([status, codes]) => [
          status,
          {
            description: `${MEANING[Number(status)]} Codes: ${codes.join(', ')}.`,
            content: json(reference('ApiError', schemas)),
          },
        ]),
      ),
    },
  };
}

/** @throws Error when the contract has no such document */
function reference(name: string, schemas: Readonly<Record<string, Schema>>): object {
  if (!(name in schemas)) throw new Error(`${CONTRACT} has no document ${name}.`);
  return { $ref: `#/components/schemas/${name}` };
}

const json = (schema: object): object => ({ 'application/json': { schema } });
