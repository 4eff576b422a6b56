import { InvalidInputError } from '@ztw/core';
import type { CutSelection } from './cut-selection.ts';

/**
 * Parses a selection: `auto`, `all`, `none`, a count (`8`), fractions of the MACs (`0.2,0.4`), or tensor names
 * separated by commas.
 * @throws InvalidInputError for an empty text or an empty entry.
 */
export function parseCutSelection(text: string): CutSelection {
  const trimmed = text.trim();
  if (trimmed === 'auto' || trimmed === 'all' || trimmed === 'none') return { kind: trimmed };
  const entries = trimmed.split(',').map((entry) => entry.trim());
  if (entries.includes('')) {
    throw new InvalidInputError(
      `cuts must be auto, all, none, a count such as 8, fractions such as 0.2,0.4, or tensor names; received '${text}'`,
      { expected: 'auto, all, none, a count, fractions or tensor names', received: text },
    );
  }
  if (/^\d+$/.test(trimmed)) return { kind: 'count', count: Number(trimmed) };
  if (entries.every((entry) => /^(\d+\.\d*|\.\d+|\d+)$/.test(entry))) {
    return { kind: 'fractions', fractions: entries.map(Number) };
  }
  return { kind: 'names', names: entries };
}
