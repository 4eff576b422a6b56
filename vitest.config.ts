import { defineConfig } from 'vitest/config';

/** One run over all rooms; each project resolves its siblings to their TypeScript sources, so no build is needed. */
export default defineConfig({
  resolve: { conditions: ['@ztw/source', 'module', 'node', 'import', 'default'] },
  ssr: { resolve: { conditions: ['@ztw/source', 'module', 'node', 'import', 'default'] } },
  test: {
    include: [
      'packages/*/{src,test}/**/*.test.ts',
      'apps/*/{src,test}/**/*.test.ts',
      'examples/*/src/**/*.test.ts',
      'scripts/**/*.test.mjs',
    ],
    testTimeout: 60_000,
    pool: 'forks',
    reporters: ['default', './packages/core/test/support/conformance-reporter.ts'],
  },
});
