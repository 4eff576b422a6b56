// Charts as SVG, drawn without a browser, in two widths: text shrinks with an SVG, so phones get a separate drawing.

import { BarChart, LineChart, ScatterChart } from 'echarts/charts';
import { GridComponent, MarkLineComponent, TitleComponent } from 'echarts/components';
import { type EChartsCoreOption, init, use } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import { escapeHtml, type Html, html, trustedHtml } from './html.ts';
import { withVariables } from './palette.ts';

use([BarChart, LineChart, ScatterChart, GridComponent, MarkLineComponent, TitleComponent, SVGRenderer]);

export interface ChartSize {
  readonly width: number;
  readonly height: number;
  readonly narrow: boolean;
}

export interface ChartOptions {
  /** Unique in the page; letters, digits and hyphens. */
  readonly id: string;
  /** What the chart is, for readers who do not see it. */
  readonly title: string;
  /** What it shows, in words. */
  readonly description: string;
  readonly caption: string;
  readonly heights: { readonly wide: number; readonly narrow: number };
  readonly option: (size: ChartSize) => EChartsCoreOption;
}

/** A figure that holds the wide and the narrow drawing, of which the style shows one. */
export function chartFigure(options: ChartOptions): Html {
  const wide = { width: 1000, height: options.heights.wide, narrow: false };
  const narrow = { width: 360, height: options.heights.narrow, narrow: true };
  return html`<figure>
<div class="wide">${drawChart(options, wide, `${options.id}-wide`)}</div>
<div class="narrow">${drawChart(options, narrow, `${options.id}-narrow`)}</div>
<figcaption>${options.caption}</figcaption>
</figure>`;
}

function drawChart(options: ChartOptions, size: ChartSize, id: string): Html {
  const chart = init(null, null, { renderer: 'svg', ssr: true, width: size.width, height: size.height });
  try {
    chart.setOption({ animation: false, ...options.option(size) });
    return trustedHtml(accessible(inlined(chart.renderToSVGString(), id), options, id));
  } finally {
    chart.dispose();
  }
}

/** Adapts a stand-alone SVG to a page: unique ids, no hover styles, the reader's colors and font. */
function inlined(svg: string, id: string): string {
  const bare = svg
    .replace(/<style[\s\S]*?<\/style>/g, '')
    .replace(/ class="zr\d+-cls-\d+"/g, '')
    .replace(/ ecmeta_[a-z_]+="[^"]*"/g, '')
    .replace(/\bzr\d+-/g, `${id}-`)
    .replaceAll('font-family:sans-serif;', '');
  return withVariables(bare);
}

function accessible(svg: string, { title, description }: ChartOptions, id: string): string {
  const label = `<title id="${id}-title">${escapeHtml(title)}</title><desc id="${id}-desc">${escapeHtml(description)}</desc>`;
  return svg.replace(/^<svg ([^>]*)>/, `<svg role="img" aria-labelledby="${id}-title ${id}-desc" $1>${label}`);
}
