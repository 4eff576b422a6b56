import { readlink, realpath } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { InvalidInputError } from '@ztw/core';

/** As many as Linux follows. */
const linksLimit = 40;

/**
 * Where a path leads once links are followed at its end; also where nothing lies there yet. Who writes to a link means
 * what it points to, and a rename would replace the link itself.
 * @throws InvalidInputError for links that lead to one another.
 */
export async function followLinks(path: string): Promise<string> {
  let place = resolve(path);
  for (let links = 0; links <= linksLimit; links++) {
    const target = await readlink(place).catch(() => null);
    if (target === null) return place;
    // A relative link starts at the folder that it really lies in.
    const folder = await realpath(dirname(place)).catch(() => dirname(place));
    place = resolve(folder, target);
  }
  throw new InvalidInputError(`${path} is a link that leads back to itself. Choose another path.`);
}
