// How Vite builds and serves the page.

import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import type { InlineConfig, Plugin } from 'vite';
import type { SiteFiles } from './site-files.ts';

const root = fileURLToPath(new URL('../site/', import.meta.url));

/** Nothing comes from other sites, and nothing goes there: the browser itself sees to it. */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "style-src 'self'",
  "img-src 'self' blob: data:",
  "media-src 'self' blob: mediastream:",
  "connect-src 'self'",
  "worker-src 'self' blob:",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

/**
 * @param files Beside the code of the page.
 * @param outDir Where the built page goes.
 */
export function siteConfig(files: SiteFiles, outDir: string): InlineConfig {
  return {
    root,
    base: './',
    configFile: false,
    // Everything that is served comes from `files` or is imported.
    publicDir: false,
    resolve: { conditions: ['@ztw/source', 'browser', 'module', 'import', 'default'] },
    worker: { format: 'es' },
    // It finds its .wasm file by an import of its own.
    optimizeDeps: { exclude: ['onnxruntime-web'] },
    build: {
      outDir,
      emptyOutDir: true,
      target: 'es2023',
      // The policy of the page allows files only.
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      chunkSizeWarningLimit: 1500,
      rolldownOptions: {
        input: { index: `${root}index.html`, 'service-worker': `${root}service-worker.ts` },
        output: {
          entryFileNames: ({ name }) => (name === 'service-worker' ? '[name].js' : 'assets/[name]-[hash].js'),
        },
      },
    },
    plugins: [filesBeside(files), policy(), precache()],
  };
}

function filesBeside(files: SiteFiles): Plugin {
  return {
    name: 'files-beside',
    configureServer({ middlewares }) {
      middlewares.use((request, response, next) => {
        const bytes = files.get((request.url ?? '').slice(1).replace(/\?.*$/, ''));
        if (bytes === undefined) next();
        else response.end(bytes);
      });
    },
    generateBundle() {
      for (const [fileName, source] of files) this.emitFile({ type: 'asset', fileName, source });
    },
  };
}

function policy(): Plugin {
  return {
    name: 'content-security-policy',
    apply: 'build',
    transformIndexHtml: () => [
      {
        tag: 'meta',
        attrs: { 'http-equiv': 'Content-Security-Policy', content: contentSecurityPolicy },
        injectTo: 'head-prepend',
      },
    ],
  };
}

/** Tells the service worker the files of the build. The bundle and the images may be replaced, so they are not among them. */
function precache(): Plugin {
  return {
    name: 'precache',
    apply: 'build',
    enforce: 'post',
    generateBundle(_options, output) {
      const worker = output['service-worker.js'];
      if (worker?.type !== 'chunk') throw new Error('internal: the build has no service-worker.js');
      const names = [
        'index.html',
        'icon.svg',
        ...Object.keys(output).filter((name) => name.startsWith('assets/')),
      ].toSorted();
      const hash = createHash('sha256').update(JSON.stringify(names)).digest('hex').slice(0, 16);
      // The names of assets change with their content; the page itself names them all.
      worker.code = `const buildFiles = ${JSON.stringify(names)};\nconst buildHash = '${hash}';\n${worker.code}`;
    },
  };
}
