// Text that is known to be HTML, so that everything else is escaped where it is put in.

/** Markup; what it was made of has been escaped. */
export interface Html {
  readonly html: string;
}

/** What may stand in a template: markup as it is, text and numbers escaped, lists one after the other, null as nothing. */
export type HtmlContent = Html | string | number | null | readonly HtmlContent[];

/** Template tag: markup with escaped contents. */
export function html(parts: TemplateStringsArray, ...contents: readonly HtmlContent[]): Html {
  return {
    html: parts.map((part, index) => part + (index < contents.length ? toHtml(contents[index] ?? null) : '')).join(''),
  };
}

/** Markup from elsewhere, such as a drawn SVG. The caller answers for it. */
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
