import { renderCsv } from '../../output/csv.ts';
import { formatBar, formatMilliseconds, formatPercent } from '../../output/format.ts';
import { type Column, renderTable } from '../../output/table.ts';
import type { ClassifiedImages, ImageAnswer } from './job.ts';

const barWidth = 12;

const columns: readonly Column[] = [
  { title: 'image', align: 'left' },
  { title: 'answer', align: 'left' },
  { title: 'probability', align: 'right' },
  { title: 'exit', align: 'right' },
  { title: 'MACs', align: 'right' },
  { title: '', align: 'left' },
  { title: 'time', align: 'right' },
];

/** One line per image and a summary, for people. */
export function classificationText(classified: ClassifiedImages): string {
  const { answers, skipped, accuracy } = classified;
  const facts = [
    `${answers.length} image(s)`,
    ...(skipped.length > 0 ? [`${skipped.length} skipped`] : []),
    ...(accuracy === null ? [] : [`${formatPercent(accuracy, 2)} correct`]),
    `${formatPercent(classified.meanShare)} of the MACs on average`,
    `${formatMilliseconds(classified.meanMilliseconds)} per image`,
  ];
  return [
    renderTable(
      columns,
      answers.map((answer) => answerRow(answer, classified)),
    ),
    `\n${facts.join(', ')}\n`,
    `left at exit ${classified.exitHistogram.map((count, exit) => `${exit}: ${count}`).join(', ')}\n`,
    `${classified.policy}, ${classified.executor} on ${classified.runtime}\n`,
  ].join('');
}

/** One line per image, for programs; skipped images are not in it. */
export function classificationCsv({ answers }: ClassifiedImages): string {
  const titles = [
    'image',
    'label_index',
    'label',
    'probability',
    'exit',
    'exit_name',
    'share',
    'milliseconds',
    'expected_index',
  ];
  return renderCsv(
    titles,
    answers.map((answer) => [
      answer.name,
      answer.labelIndex,
      answer.label ?? '',
      answer.probability,
      answer.exit,
      answer.exitName,
      answer.share,
      answer.milliseconds,
      answer.expectedIndex ?? '',
    ]),
  );
}

function answerRow(answer: ImageAnswer, { exitNames }: ClassifiedImages): readonly string[] {
  const wrong = answer.expectedIndex !== null && answer.expectedIndex !== answer.labelIndex;
  return [
    answer.name,
    `${answer.label ?? answer.labelIndex}${wrong ? ` (not ${answer.expectedLabel ?? answer.expectedIndex})` : ''}`,
    formatPercent(answer.probability),
    `${answer.exit} of ${exitNames.length - 1}`,
    formatPercent(answer.share),
    formatBar(answer.share, barWidth),
    formatMilliseconds(answer.milliseconds),
  ];
}
