import { defineConfig, type UserConfig } from 'tsdown';

const config: UserConfig = defineConfig({
  entry: ['src/index.ts', 'src/node.ts', 'src/worker/index.ts', 'src/pixels/index.ts'],
  format: 'esm',
  platform: 'neutral',
  dts: { oxc: true },
  sourcemap: true,
  // Only the entry for Node imports them.
  external: [/^node:/],
});

export default config;
