/** The account's Region unless a start says otherwise. */
export const DEFAULT_REGION = 'us-east-1';
