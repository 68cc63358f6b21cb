/** The account's Region unless a start specifies another one. */
export const DEFAULT_REGION = 'us-east-1';
