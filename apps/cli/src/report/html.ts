// A type for text that is HTML, so that all other text is escaped when it is inserted.

/** Markup whose contents have been escaped. */
export interface Html {
  readonly html: string;
}

/** Values in a template: markup as is, text and numbers escaped, lists concatenated, null as nothing. */
export type HtmlContent = Html | string | number | null | readonly HtmlContent[];

/** Template tag: markup with escaped contents. */
export function html(parts: TemplateStringsArray, ...contents: readonly HtmlContent[]): Html {
  return {
    html: parts.map((part, index) => part + (index < contents.length ? toHtml(contents[index] ?? null) : '')).join(''),
  };
}

/** Trusted markup, such as a drawn SVG. */
export function trustedHtml(markup: string): Html {
  return { html: markup };
}

/** Escapes text for elements and quoted attributes. */
export function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}

function toHtml(content: HtmlContent): string {
  if (content === null) return '';
  if (typeof content === 'string') return escapeHtml(content);
  if (typeof content === 'number') return String(content);
  if (isList(content)) return content.map(toHtml).join('');
  return content.html;
}

function isList(content: HtmlContent): content is readonly HtmlContent[] {
  return Array.isArray(content);
}
