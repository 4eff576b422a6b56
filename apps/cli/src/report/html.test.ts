import { describe, expect, it } from 'vitest';
import { html, trustedHtml } from './html.ts';

describe('html', () => {
  it('escapes text and keeps markup, in lists too', () => {
    const inner = html`<b>${'<&>'}</b>`;
    expect(html`<p title="${`"'`}">${[inner, 'a', 1, null]}${trustedHtml('<i>')}</p>`.html).toBe(
      '<p title="&quot;&#39;"><b>&lt;&amp;&gt;</b>a1<i></p>',
    );
  });
});
