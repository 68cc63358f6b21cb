/** What a server reports about the time that it took: W3C Server Timing, <https://www.w3.org/TR/server-timing/>. */

/** One part of the time that an answer took. */
export interface ServerStage {
  name: string;
  ms: number;
}

/** Maximum number of stages that are kept of one answer. */
const MAX_STAGES = 10;
/** Maximum number of characters in a stage's name. */
const MAX_NAME = 40;

/**
 * The stages of a `Server-Timing` header that have a duration, in order. Parts that do not match the grammar
 * are left out.
 */
export function readServerTiming(header: string | null): ServerStage[] {
  if (header === null) return [];
  const stages = header.split(',').flatMap((metric): ServerStage[] => {
    const [name = '', ...parameters] = metric.split(';').map((part) => part.trim());
    const dur = parameters.map((parameter) => /^dur\s*=\s*"?(\d+(?:\.\d+)?)"?$/i.exec(parameter)?.[1]);
    const ms = Number(dur.find((value) => value !== undefined) ?? Number.NaN);
    return /^[\w.-]+$/.test(name) && name.length <= MAX_NAME && Number.isFinite(ms) ? [{ name, ms }] : [];
  });
  return stages.slice(0, MAX_STAGES);
}
