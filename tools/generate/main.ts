import { writeFileSync } from 'node:fs';
import { currentText, GENERATED_DOCUMENTS } from './documents.ts';

// `npm run generate`: writes every generated document that is out of date.
for (const document of GENERATED_DOCUMENTS) {
  const current = currentText(document);
  const wanted = document.make(current);
  if (wanted === current) continue;
  writeFileSync(document.path, wanted);
  console.log(`wrote ${document.path}`);
}
