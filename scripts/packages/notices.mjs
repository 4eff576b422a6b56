// The licences of third-party code that a build takes in, written beside the code.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import license from 'rollup-plugin-license';

const require = createRequire(import.meta.url);

export const noticesFile = 'THIRD-PARTY-NOTICES.txt';

/** Notices of parts of a dependency that its package does not contain. */
const furtherNotices = {
  'onnxruntime-web': (version) =>
    `Its WebAssembly contains further components; their notices: https://github.com/microsoft/onnxruntime/blob/v${version}/ThirdPartyNotices.txt`,
  '@tensorflow/tfjs-backend-wasm': () =>
    'Its WebAssembly contains XNNPACK (BSD-3-Clause, https://github.com/google/XNNPACK/blob/master/LICENSE) and its dependencies.',
};

/** Holders of copyright where the package names a person who publishes it. */
const copyrightHolders = {
  'onnxruntime-common': 'Microsoft Corporation',
  'onnxruntime-web': 'Microsoft Corporation',
};

/**
 * A plugin of the bundler that writes the notices of everything it takes in into `dist`.
 * @param packageFolder Folder of the package that is built.
 */
export function thirdPartyNotices(packageFolder) {
  return license({
    thirdParty: {
      includePrivate: false,
      output: { file: join(packageFolder, 'dist', noticesFile), encoding: 'utf8', template: noticesText },
    },
  });
}

/** @throws Error for a dependency without a licence that its package names. */
export function noticesText(dependencies) {
  const foreign = dependencies.filter(({ name }) => name !== null && name !== 'ztw' && !name.startsWith('@ztw/'));
  const sorted = foreign.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  return ['This package contains code of the packages below.', ...sorted.map(noticeOf)].join(
    `\n\n${'-'.repeat(80)}\n\n`,
  );
}

function noticeOf({ name, version, license: identifier, licenseText, noticeText, author }) {
  return [
    `${name} ${version}, ${identifier}`,
    licenseText?.trim() ?? standardText(name, identifier, author?.name),
    ...(noticeText ? [`NOTICE\n\n${noticeText.trim()}`] : []),
    ...(furtherNotices[name] === undefined ? [] : [furtherNotices[name](version)]),
  ].join('\n\n');
}

/** Some packages name their licence, or several in an SPDX expression, without the text. */
function standardText(name, expression, author) {
  const identifiers = (expression ?? '').split(/[\s()]+|\bAND\b|\bOR\b/).filter((part) => part !== '');
  const texts = identifiers.map((identifier) => {
    try {
      return require(`spdx-license-list/licenses/${identifier}`).licenseText;
    } catch (cause) {
      throw noLicence(name, expression, cause);
    }
  });
  if (texts.length === 0) throw noLicence(name, expression);
  const holders = copyrightHolders[name] ?? author ?? `the authors of ${name}`;
  return texts
    .map((text) =>
      text
        .replace(/<year>\s*/, '')
        .replace('<copyright holders>', holders)
        .trim(),
    )
    .join('\n\n');
}

function noLicence(name, received, cause) {
  return new Error(`Expected a licence of the SPDX list for ${name}; received ${received}. Do not bundle it.`, {
    cause,
  });
}
