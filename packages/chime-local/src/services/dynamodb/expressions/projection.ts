import type { ExpressionContext } from 'dynalite/db/conditionParser.js';
import { Reading } from './context.ts';
import { disagreement, type Path, PathTree, readName, readPathRest, resolvePath } from './paths.ts';

type ProjectionFault = 'reserved' | 'attrNameVal' | 'pathOverlap' | 'pathConflict';

/** dynalite's representation of a parsed projection. */
export interface ParsedProjection {
  paths: Path[];
  nestedPaths: Record<string, true>;
}

const FAULT_ORDER: readonly ProjectionFault[] = ['reserved', 'attrNameVal', 'pathOverlap', 'pathConflict'];
const NAME_START = /^[A-Za-z_]/;

/**
 * Parses a projection: document paths separated by commas. Returns the message of a refusal; throws
 * `SyntaxError` or `ExpressionError`. Source: DynamoDB Developer Guide, "Using projection expressions".
 */
export function parseProjection(text: string, context: ExpressionContext): ParsedProjection | string {
  const reading = new Reading<ProjectionFault>(text, context);
  const paths: Path[] = [];
  do {
    const raw = readPathRest(reading, [readName(reading, NAME_START)], NAME_START);
    paths.push(resolvePath(reading, raw, { reserved: 'reserved', name: 'attrNameVal' }));
  } while (reading.tokens.take(','));
  reading.tokens.expectEnd();
  const tree = new PathTree();
  const nestedPaths: Record<string, true> = Object.create(null);
  for (const path of paths) {
    if (path.length > 1) nestedPaths[String(path[0])] = true;
    const known = tree.add(path);
    if (!known) continue;
    const fault = known.how === 'overlap' ? 'pathOverlap' : 'pathConflict';
    reading.note(fault, disagreement(known.how, known.with, path));
  }
  return reading.firstOf(FAULT_ORDER) ?? { paths, nestedPaths };
}
