import { readlink, realpath } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { InvalidInputError } from '@ztw/core';

/** The same limit as in Linux. */
const linksLimit = 40;

/**
 * Target of a path after following links at its end, also if the target does not exist yet. Writing to a link means
 * writing to its target, and a rename would replace the link itself.
 * @throws InvalidInputError for links that form a loop.
 */
export async function followLinks(path: string): Promise<string> {
  let place = resolve(path);
  for (let links = 0; links <= linksLimit; links++) {
    const target = await readlink(place).catch(() => null);
    if (target === null) return place;
    // A relative link starts at the real folder that contains it.
    const folder = await realpath(dirname(place)).catch(() => dirname(place));
    place = resolve(folder, target);
  }
  throw new InvalidInputError(`${path} is a link that leads back to itself. Choose another path.`, { path });
}
