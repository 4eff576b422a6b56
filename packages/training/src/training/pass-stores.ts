// What a pass stores: the input of the ICs at its cuts, the tensors that the next pass reads, and the backbone's own
// logits.

import type { BlobStore, RowShape } from '@ztw/core';
import { rowSize, type SegmentOutput } from '@ztw/core/runtime';
import { bytesPerValue, createFeatureStore, type FeatureStore, shardRowsFor } from '../features/feature-store.ts';
import type { Pass } from '../features/plan-passes.ts';
import type { RowBatch } from '../features/row-plan.ts';
import type { TrainingRun } from './training-run.ts';
import { valueAt } from './value-at.ts';

/** Which of a pass's results are needed. */
export interface StoreWishes {
  /** Whether ICs will be trained at a cut. */
  cached(cut: number): boolean;
  /** Position of the first row whose logits of the backbone are needed; null for none. */
  readonly logitsFrom: number | null;
}

export interface OpenPassStoresOptions {
  /** Prefix of the names of the stores. */
  readonly name: string;
  readonly pass: Pass;
  readonly rows: number;
  readonly wishes: StoreWishes;
  /** Where every shard is recorded, and its rows; null: shards that do not fit in memory go to the scratch store. */
  readonly recorded: { readonly store: BlobStore; readonly shardRows: number } | null;
}

export interface PassStores {
  /** Tensors that cross the cut after the pass; empty for a pass that ends in the backbone's own classifier. */
  readonly boundary: readonly FeatureStore[];
  /** Float32; null where no logits are needed. */
  readonly logits: FeatureStore | null;
  /** What ICs at a cut of this pass are trained on; null where none is. */
  cached(cut: number): FeatureStore | null;
  all(): readonly FeatureStore[];
  /** Stores the output of one segment without the first `skip` rows, which are stored already. */
  append(segment: number, output: SegmentOutput, batch: RowBatch, skip: number): Promise<void>;
}

/** Opens the stores of a pass, all empty. Their shards hold the same rows. */
export function openPassStores(run: TrainingRun, options: OpenPassStoresOptions): PassStores {
  const { pass, rows, wishes, recorded } = options;
  const { backbone, cuts, classes } = run.job;
  const size = bytesPerValue(backbone.precision);
  const last = backbone.cuts[pass.last];
  const inside = backbone.cuts.flatMap((description, cut) =>
    cut >= pass.first && cut <= pass.last && wishes.cached(cut)
      ? [{ cut, elements: rowSize(description.cachedShape) }]
      : [],
  );
  const boundaryShapes: readonly RowShape[] = last?.boundaryShapes ?? [];
  const cachedBytes = inside.reduce((sum, { elements }) => sum + elements * size, 0);
  const boundaryBytes = boundaryShapes.reduce((sum, shape) => sum + rowSize(shape) * size, 0);
  const logitsFrom = pass.last === cuts ? wishes.logitsFrom : null;
  const logitsBytes = logitsFrom === null ? 0 : classes * bytesPerValue('float32');
  const common = {
    rows,
    budget: run.budget,
    scratch: recorded?.store ?? run.scratch,
    isRecorded: recorded !== null,
    shardRows: recorded?.shardRows ?? shardRowsFor(cachedBytes + boundaryBytes + logitsBytes, run.budget),
  };
  const open = (name: string, rowElements: number, leaving: number): FeatureStore =>
    createFeatureStore({
      ...common,
      name: `${options.name}/${name}`,
      rowElements,
      precision: backbone.precision,
      leaving,
    });
  // The input of ICs is read in every epoch, a boundary once. So the former has priority in memory.
  const leaving = Math.min(cachedBytes * rows, run.budget.limit);
  const boundary = boundaryShapes.map((shape, index) =>
    open(`cut-${pass.last}/boundary-${index}`, rowSize(shape), leaving),
  );
  const openCached = (cut: number, elements: number): FeatureStore => open(`cut-${cut}/cached`, elements, 0);
  const cached = new Map<number, FeatureStore>();
  for (const { cut, elements } of inside) {
    // At the end of the pass the boundary itself may be what ICs are trained on; the first output shows it.
    if (cut < pass.last) cached.set(cut, openCached(cut, elements));
  }
  const logits =
    logitsFrom === null
      ? null
      : createFeatureStore({
          ...common,
          name: `${options.name}/logits`,
          firstRow: logitsFrom,
          rowElements: classes,
          precision: 'float32',
        });

  return {
    boundary,
    logits,
    cached: (cut) => cached.get(cut) ?? null,
    all: () => [...new Set([...boundary, ...cached.values(), ...(logits === null ? [] : [logits])])],
    async append(segment, output, batch, skip) {
      const added = <Values extends { readonly length: number; subarray(start: number): Values }>(
        values: Values,
      ): Values => values.subarray((values.length / batch.rows) * skip);
      if (output.logits !== null) await logits?.append(added(output.logits));
      const [first] = output.boundary;
      if (segment === cuts || first === undefined) return;
      if (segment === pass.last) {
        for (const [index, store] of boundary.entries()) await store.append(added(valueAt(output.boundary, index)));
        if (wishes.cached(segment) && !cached.has(segment)) {
          const elements = rowSize(valueAt(backbone.cuts, segment).cachedShape);
          cached.set(segment, output.cached === null ? valueAt(boundary, 0) : openCached(segment, elements));
        }
        if (output.cached !== null) await cached.get(segment)?.append(added(output.cached));
      } else {
        await cached.get(segment)?.append(added(output.cached ?? first));
      }
    },
  };
}
