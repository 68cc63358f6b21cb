/**
 * The day on which Lambda deprecates each runtime; some weeks later functions can no longer be created with
 * it. Source: Lambda Developer Guide, "Lambda runtimes", supported and deprecated runtimes.
 */
const DEPRECATED: Readonly<Record<string, string>> = {
  'nodejs12.x': '2023-03-31',
  'nodejs14.x': '2023-12-04',
  'nodejs16.x': '2024-06-12',
  'nodejs18.x': '2025-09-01',
  'nodejs20.x': '2026-04-30',
  'nodejs22.x': '2027-04-30',
  'nodejs24.x': '2028-04-30',
  'python3.6': '2022-07-18',
  'python3.7': '2023-12-04',
  'python3.8': '2024-10-14',
  'python3.9': '2025-12-15',
  'python3.10': '2026-10-31',
  'python3.11': '2027-06-30',
  'python3.12': '2028-10-31',
  'python3.13': '2029-06-30',
  'python3.14': '2029-06-30',
};

/**
 * The day since which the runtime has been deprecated, as YYYY-MM-DD; undefined if it is not, or if it is
 * unknown.
 */
export function retiredSince(runtime: string, now: Date): string | undefined {
  const day = Object.hasOwn(DEPRECATED, runtime) ? DEPRECATED[runtime] : undefined;
  return day !== undefined && now >= new Date(day) ? day : undefined;
}
