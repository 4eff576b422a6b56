// Names of a network's classes, in the order of its outputs, from a file that the user gives.

import { InvalidDataError, InvalidInputError } from '@ztw/core';
import { readFileBytes } from './files.ts';
import type { NetworkClasses } from './match-classes.ts';

/**
 * Reads names of classes: one per line; a JSON array; an object `{"0": "cat"}`; or an object with such an `id2label`,
 * as in a `config.json` of Hugging Face.
 * @returns One name per output, in the order of the outputs.
 * @throws InvalidDataError for a file that cannot be read, a missing name, or a name that occurs twice.
 */
export async function readClassNames(path: string): Promise<readonly string[]> {
  const text = new TextDecoder().decode(await readFileBytes(path)).replace(/^\uFEFF/, '');
  const names = /^\s*[[{]/.test(text) ? namesOfJson(parseJson(text, path), path) : namesOfLines(text);
  if (names.length === 0)
    throw new InvalidDataError(`Expected class names; ${path} holds none. Write one name per line.`, { path });
  const empty = names.indexOf('');
  if (empty >= 0)
    throw new InvalidDataError(`Expected a name for every output; ${path} has no name for output ${empty}. Add it.`, {
      path,
    });
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined)
    throw new InvalidDataError(`Expected different names; ${path} holds the name '${twice}' twice. Rename one.`, {
      path,
    });
  return names;
}

/**
 * A network or bundle with the class names of a file; unchanged without a file.
 * @throws InvalidInputError if the file does not have one name per class of the network.
 */
export async function withClassNames<Network extends NetworkClasses>(
  network: Network,
  path: string | null,
): Promise<Network> {
  if (path === null) return network;
  const labels = await readClassNames(path);
  if (labels.length !== network.classes) {
    throw new InvalidInputError(
      `--class-names ${path} holds ${labels.length} names, and ${network.name} has ${network.classes} outputs. Give one name per output, in their order.`,
      { expected: network.classes, received: labels.length, path },
    );
  }
  return { ...network, labels, namesFile: path };
}

function namesOfLines(text: string): readonly string[] {
  return text
    .trimEnd()
    .split(/\r?\n/)
    .map((line) => line.trim());
}

function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new InvalidDataError(
      `Expected a list of names, an object {"0": "name"}, or one name per line; ${path} begins like JSON but is not valid: ${(cause as Error).message}.`,
      { cause },
    );
  }
}

function namesOfJson(json: unknown, path: string): readonly string[] {
  const value = isRecord(json) && isRecord(json.id2label) ? json.id2label : json;
  const entries: readonly unknown[] = Array.isArray(value) ? value : isRecord(value) ? inOrder(value, path) : [];
  const names = entries.filter((entry) => typeof entry === 'string');
  if (names.length < entries.length) {
    throw new InvalidDataError(`Expected a list of texts, or an object {"0": "name"}; ${path} holds other values.`, {
      path,
    });
  }
  return names;
}

function inOrder(names: Readonly<Record<string, unknown>>, path: string): readonly unknown[] {
  const keys = Object.keys(names);
  return keys.map((_, output) => {
    if (!Object.hasOwn(names, String(output))) {
      throw new InvalidDataError(
        `Expected an object with the keys 0 to ${keys.length - 1}, or one that holds it as id2label; ${path} has no entry for output ${output}.`,
        { path },
      );
    }
    return names[String(output)];
  });
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
