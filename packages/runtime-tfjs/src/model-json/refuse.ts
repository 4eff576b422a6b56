import { InvalidModelError } from '@ztw/core';

/** @throws InvalidModelError always, with the place inside the JSON. */
export function refuse(path: string, expected: string, received: unknown): never {
  throw new InvalidModelError(
    `model.json: ${path}: expected ${expected}; received ${describe(received)}. Save the network again, or convert it again.`,
    { expected, received: describe(received), path },
  );
}

/** The value as text, cut to 80 characters. */
function describe(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}
