import { describe, expect, it } from 'vitest';
import { count, macs, percent, setting } from './format.ts';
import { html, trustedHtml } from './html.ts';

describe('format', () => {
  it.each([
    [0, '0'],
    [999, '999'],
    [4_660, '4.66 k'],
    [18_600_000, '18.6 M'],
    [125_485_696, '125.5 M'],
    [999_700_000, '1.00 G'],
    [4.1e9, '4.10 G'],
    [5e15, '5000 T'],
  ])('writes %d MACs as %s', (value, text) => {
    expect(macs(value)).toBe(text);
  });

  it.each([
    [0, '0'],
    [3, '3'],
    [0.5, '0.500'],
    [0.7519999742507935, '0.752'],
    [0.99951, '0.999510'],
    [1, '1'],
  ])('writes the setting %d as %s', (value, text) => {
    expect(setting(value)).toBe(text);
  });

  it('writes shares and counts', () => {
    expect(percent(0.90251)).toBe('90.25 %');
    expect(percent(1, 0)).toBe('100 %');
    expect(count(12_345)).toBe('12,345');
  });
});

describe('html', () => {
  it('escapes text and keeps markup, in lists too', () => {
    const inner = html`<b>${'<&>'}</b>`;
    expect(html`<p title="${`"'`}">${[inner, 'a', 1, null]}${trustedHtml('<i>')}</p>`.html).toBe(
      '<p title="&quot;&#39;"><b>&lt;&amp;&gt;</b>a1<i></p>',
    );
  });
});
