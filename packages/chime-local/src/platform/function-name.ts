/** The name in a function's ARN, which may end with a version or an alias; a name stays as it is. */
export const functionNameIn = (arn: string): string => arn.split(':function:')[1]?.split(':')[0] ?? arn;
