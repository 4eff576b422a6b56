import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createRowPlan } from './row-plan.ts';

test('every copy of every row is planned once, in order, and no batch mixes copies or data sets', () => {
  const sizes = fc.tuple(
    fc.integer({ min: 0, max: 50 }),
    fc.integer({ min: 1, max: 3 }),
    fc.integer({ min: 0, max: 30 }),
    fc.integer({ min: 1, max: 16 }),
  );
  fc.assert(
    fc.property(sizes, ([trainRows, copies, heldOutRows, batchRows]) => {
      const plan = createRowPlan(trainRows, copies, heldOutRows, batchRows);
      expect(plan.rows).toBe(trainRows * copies + heldOutRows);
      let next = 0;
      for (const batch of plan.batches) {
        expect(batch.start).toBe(next);
        expect(batch.rows).toBe(batch.indices.length);
        expect(batch.rows).toBeGreaterThan(0);
        expect(batch.rows).toBeLessThanOrEqual(batchRows);
        batch.indices.forEach((row, index) => {
          const position = batch.start + index;
          expect(position).toBe(batch.copy === null ? trainRows * copies + row : plan.positionOf(row, batch.copy));
          expect(row).toBeLessThan(batch.copy === null ? heldOutRows : trainRows);
        });
        next += batch.rows;
      }
      expect(next).toBe(plan.rows);
    }),
  );
});
