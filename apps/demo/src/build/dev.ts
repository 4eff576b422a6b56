// Serves the page from its sources.

import { createServer } from 'vite';
import { siteConfig } from './site-config.ts';
import { exampleFiles } from './site-files.ts';

const server = await createServer(siteConfig(await exampleFiles(), 'dist'));
await server.listen();
server.printUrls();
