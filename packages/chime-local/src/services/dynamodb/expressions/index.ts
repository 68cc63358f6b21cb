/**
 * Parsers for expressions that take time proportional to the input's length. dynalite's generated parsers
 * backtrack at every parenthesis, so eighteen of them block the main thread for 15 s. Our parsers replace
 * them, with the same results and with DynamoDB's limits and messages.
 */
import conditionParser from 'dynalite/db/conditionParser.js';
import projectionParser from 'dynalite/db/projectionParser.js';
import updateParser from 'dynalite/db/updateParser.js';
import { parseCondition } from './condition.ts';
import { parseProjection } from './projection.ts';
import { parseUpdate } from './update.ts';

export type { ParsedUpdate, UpdateSection } from './update.ts';

conditionParser.parse = (text, { context }) => parseCondition(text, context);
projectionParser.parse = (text, { context }) => parseProjection(text, context);
updateParser.parse = (text, { context }) => parseUpdate(text, context);
