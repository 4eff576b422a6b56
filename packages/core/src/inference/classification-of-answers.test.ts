import { expect, test } from 'vitest';
import { InvalidInputError } from '../errors/errors.ts';
import { rowSize } from '../numeric/rows.ts';
import { confidenceThreshold } from '../policy/confidence-threshold.ts';
import { referenceModel } from '../testing/reference-model.ts';
import { seededInputShape, seededNetwork } from '../testing/seeded-network.ts';
import { seededValues } from '../testing/seeded-values.ts';
import { classificationOfAnswers } from './classification-of-answers.ts';
import { classify } from './classify.ts';

const rows = 24;
const data = seededValues(5, rows * rowSize(seededInputShape), 2);

test('gives back what classify found, from its probabilities and exits alone', async () => {
  await using model = referenceModel(seededNetwork());
  const expected = await classify(model, { data, rows }, { policy: confidenceThreshold(0.6) });
  const answers = {
    probabilities: Float32Array.from(expected.results.flatMap(({ probabilities }) => [...probabilities])),
    exits: Int32Array.from(expected.results, ({ exitIndex }) => exitIndex),
  };
  expect(new Set(answers.exits).size).toBeGreaterThan(1);
  expect(classificationOfAnswers(model, answers)).toEqual(expected);
});

test('refuses answers that do not fit the network', async () => {
  await using model = referenceModel(seededNetwork({ classes: 2 }));
  const answered = (values: number, exit: number) => () =>
    classificationOfAnswers(model, { probabilities: new Float32Array(values), exits: Int32Array.of(exit) });
  expect(answered(3, 0)).toThrow(/2 probabilities for each of 1 rows/);
  expect(answered(2, 4)).toThrow(InvalidInputError);
  expect(answered(2, -1)).toThrow(/from 0 to 3/);
});
