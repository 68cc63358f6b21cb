/**
 * Expressions, read in a time that grows with their length. dynalite's generated parsers go back at every parenthesis,
 * so that eighteen of them take 15 s of the thread that everybody waits for: ours take their place, with the same
 * results, DynamoDB's limits and DynamoDB's words.
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
