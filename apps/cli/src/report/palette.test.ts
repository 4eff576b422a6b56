import { describe, expect, it } from 'vitest';
import { accent, ink, muted, page, type SchemeColor, series, surface } from './palette.ts';

/** Contrast ratio of two colors. Source: WCAG 2.2. */
function contrast(first: string, second: string): number {
  const [light, dark] = [luminance(first), luminance(second)].toSorted((a, b) => b - a) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

function luminance(color: string): number {
  const [red, green, blue] = [1, 3, 5].map((start) => {
    const value = Number.parseInt(color.slice(start, start + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

describe('palette', () => {
  it.each(['light', 'dark'] as const)('is legible in the %s scheme', (scheme) => {
    for (const text of [ink, muted, accent, ...series]) {
      for (const ground of [surface, page]) {
        expect(contrast(text[scheme], ground[scheme]), `${text.variable} on ${ground.variable}`).toBeGreaterThanOrEqual(
          4.5,
        );
      }
    }
  });

  it('has a stand-in of its own for every color, none of which is a color of a scheme', () => {
    const all: readonly SchemeColor[] = [ink, muted, accent, page, surface, ...series];
    expect(new Set(all.map((color) => color.standIn)).size).toBe(all.length);
    for (const color of all)
      expect(all.some(({ light, dark }) => light === color.standIn || dark === color.standIn)).toBe(false);
  });
});
