import { isDeepStrictEqual } from 'node:util';
import { type Bundle, openBundle } from '@ztw/bundle';
import { jsonBytes, parseText, readerOf, sampleBundles } from '../make/bundle-files.ts';
import { rehashed } from '../make/change-bundle.ts';
import { mutateDocument } from '../make/mutate-document.ts';
import { type FuzzTarget, mustHold } from '../target.ts';

type Fields = Readonly<Record<string, unknown>>;

/**
 * The manifest of a bundle, and the heads that it describes. An accepted one reads back as it was written. Mostly its own
 * hash is made to fit, as an attacker would; otherwise every change is refused.
 */
export const manifest: FuzzTarget = {
  name: 'manifest',
  share: 150,
  async open() {
    const bundles = await sampleBundles();
    return async (random) => {
      const files = new Map(random.pick(bundles));
      const good = parseText(files.get('manifest.json') as Uint8Array) as Fields;
      const changed = mutateDocument(good, random);
      const forged = random.chance(0.7);
      files.set('manifest.json', forged ? await rehashed(changed) : changed);
      const bundle = await openBundle(readerOf(files));
      if (!forged) {
        const { sha256: own, ...content } = parseText(changed) as Fields;
        const { sha256: _own, ...before } = good;
        mustHold(own === undefined || isDeepStrictEqual(content, before), () => 'a changed manifest was opened');
      }
      files.set('manifest.json', await rehashed(jsonBytes(bundle.manifest)));
      const again = await openBundle(readerOf(files));
      mustHold(
        isDeepStrictEqual(withoutHash(again), withoutHash(bundle)),
        () => 'the manifest reads back as another one',
      );
      await bundle.heads();
      return 'accepted';
    };
  },
};

function withoutHash({ manifest: { sha256: _own, ...content } }: Bundle): object {
  return content;
}
