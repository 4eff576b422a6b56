import { type Html, html } from './html.ts';
import { seriesColor } from './palette.ts';

export interface TableOptions {
  /** What the table holds, for readers who do not see it. */
  readonly label: string;
  readonly caption?: string;
  readonly head: Html;
  readonly rows: readonly Html[];
}

/** A table that scrolls if the page is narrower. */
export function scrollingTable({ label, caption, head, rows }: TableOptions): Html {
  return html`<div class="scroll" role="region" tabindex="0" aria-label="${label}"><table>${
    caption === undefined ? null : html`<caption>${caption}</caption>`
  }<thead>${head}</thead><tbody>${rows}</tbody></table></div>`;
}

/** A square in the color of a method's curve. */
export function seriesKey(index: number): Html {
  return html`<span class="key" aria-hidden="true" style="background:var(--${seriesColor(index).variable})"></span>`;
}
