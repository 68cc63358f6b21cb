#!/usr/bin/env node
// `npm run api-docs`: shows the operator API in a browser, using only files of this checkout and of
// node_modules.
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import path from 'node:path';
import { asksForHelp, ensureDependencies, root } from './dependencies.mjs';

/** The default port. */
const PORT = 4285;
const ADDRESS = '127.0.0.1';
/** The viewer creates inline styles; nothing is loaded from elsewhere. */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Operator API</title>
<link rel="stylesheet" href="/swagger-ui.css">
</head>
<body>
<div id="api"></div>
<script src="/swagger-ui-bundle.js"></script>
<script src="/start.js"></script>
</body>
</html>
`;
/** The page only shows the API, which accepts calls from pages of its own origin only. */
const START = `SwaggerUIBundle({ url: '/openapi.json', dom_id: '#api', supportedSubmitMethods: [], deepLinking: true,
  defaultModelsExpandDepth: 1, displayOperationId: false });
`;

if (asksForHelp(process.argv.slice(2))) {
  console.log(`npm run api-docs [-- PORT]     shows the operator API in a browser (${PORT})`);
  process.exit(0);
}
await ensureDependencies(process.argv.slice(2));
const viewer = path.dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
const ofViewer = (name) => () => readFile(path.join(viewer, name));
const FILES = {
  '/': ['text/html; charset=utf-8', async () => PAGE],
  '/start.js': ['text/javascript', async () => START],
  '/openapi.json': [
    'application/json',
    () => readFile(path.join(root, 'docs/api/operator-api.openapi.json')),
  ],
  '/swagger-ui.css': ['text/css', ofViewer('swagger-ui.css')],
  '/swagger-ui-bundle.js': ['text/javascript', ofViewer('swagger-ui-bundle.js')],
};

const server = createServer(async (request, response) => {
  const [type, read] = FILES[(request.url ?? '/').split('?')[0] ?? '/'] ?? [];
  if (!read) return response.writeHead(404).end();
  const headers = {
    'content-type': type,
    'content-security-policy': POLICY,
    'x-content-type-options': 'nosniff',
  };
  return response.writeHead(200, headers).end(await read());
});
server.once('error', (error) => {
  const why = error.code === 'EADDRINUSE' ? 'is in use' : `cannot be opened (${error.code})`;
  console.error(`Port ${port} ${why}; choose another: npm run api-docs -- PORT`);
  process.exitCode = 1;
});
const port = Number(process.argv[2] ?? PORT);
if (!Number.isInteger(port) || port < 0 || port > 65_535) {
  console.error(`api-docs takes a port from 0 to 65535, not ${JSON.stringify(process.argv[2])}.`);
  process.exit(2);
}
server.listen(port, ADDRESS, () => {
  console.log(`The operator API: http://${ADDRESS}:${server.address().port}/ (Ctrl-C ends it)`);
});
