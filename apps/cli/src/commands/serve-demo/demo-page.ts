import { access } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { InvalidInputError } from '@ztw/core';

/**
 * The folder of the built page, out of the package `@ztw/demo`. The package is optional, because only this command needs it: it
 * is looked up from the command, then from the current folder.
 * @throws InvalidInputError if it is not installed, or not built.
 */
export async function demoPage(): Promise<string> {
  for (const place of [import.meta.url, join(process.cwd(), 'package.json')]) {
    const folder = packageFolder(place);
    if (folder === null) continue;
    const page = join(folder, 'dist');
    try {
      await access(join(page, 'index.html'));
      return page;
    } catch (cause) {
      throw new InvalidInputError(
        `Expected the built page in ${page}; there is none. Build it with: npx -y pnpm@12 --filter @ztw/demo build`,
        { expected: 'index.html', path: page, cause },
      );
    }
  }
  throw new InvalidInputError(
    'Expected the package @ztw/demo, which holds the page; it is not installed. Install it with: npm install @ztw/demo',
    {
      expected: '@ztw/demo',
    },
  );
}

function packageFolder(from: string): string | null {
  try {
    return dirname(createRequire(from).resolve('@ztw/demo/package.json'));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'MODULE_NOT_FOUND') return null;
    throw error;
  }
}
