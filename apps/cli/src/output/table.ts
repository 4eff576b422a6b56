import Table from 'cli-table3';

export interface Column {
  readonly title: string;
  /** Numbers are right-aligned, words left-aligned. */
  readonly align: 'left' | 'right';
}

/** Borders that survive copying into a log or document: one rule under the titles, two blanks between columns. */
const borders = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '  ',
};

/** A plain table that ends in a line break. */
export function renderTable(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  const table = new Table({
    chars: borders,
    style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [] },
    colAligns: columns.map((column) => column.align),
  });
  table.push(columns.map((column) => column.title));
  table.push(...rows.map((row) => [...row]));
  const [titles = '', ...lines] = table.toString().split('\n');
  const width = Math.max(...[titles, ...lines].map((line) => line.trimEnd().length));
  return `${[titles, '─'.repeat(width), ...lines].map((line) => line.trimEnd()).join('\n')}\n`;
}
