import { InvalidInputError } from '@ztw/core';

/**
 * Checks the name of a file inside a folder: relative, `/`-separated, without `.` or `..`, portable between systems.
 * @throws InvalidInputError
 */
export function checkRelativeName(name: string): void {
  const parts = name.split('/');
  const portable = parts.every((part) => part !== '' && part !== '.' && part !== '..' && !hasForbiddenCharacter(part));
  if (!portable) {
    throw new InvalidInputError(
      `"${name}" cannot name a file: expected a relative path such as stages/0.onnx, without "..", "\\" or ":".`,
    );
  }
}

function hasForbiddenCharacter(part: string): boolean {
  return [...part].some((character) => character < ' ' || '\\:*?"<>|'.includes(character));
}
