// Builds the page with the example's bundle into `dist/`.

import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { siteConfig } from './site-config.ts';
import { exampleFiles } from './site-files.ts';

await build({
  ...siteConfig(await exampleFiles(), fileURLToPath(new URL('../../dist/', import.meta.url))),
  logLevel: 'warn',
});
