export function entriesOf(folder: string): string[];
export function declarationsOf(root: string, folder: string): Map<string, string>;
export function writeDeclarations(root: string, folder: string): void;
