// The segments of a frozen backbone on ONNX Runtime, for training. A session is opened at the first run of its segment. It
// is released when another segment runs, except among segments that are held because they take turns.

import type { BundleTensor } from '@ztw/bundle';
import {
  type InputSpecification,
  type InputTensor,
  type InputValues,
  InvalidInputError,
  type RowShape,
  RuntimeFailureError,
} from '@ztw/core';
import {
  type CutDescription,
  checkInputBatch,
  denseInputs,
  type FeatureRows,
  rowSize,
  type SegmentedBackbone,
  type SegmentOutput,
  UseGuard,
} from '@ztw/core/runtime';
import type { OnnxRuntime, SessionSettings } from '../ort/onnx-runtime.ts';
import { createSerial } from '../ort/serial.ts';
import { openRowGraph, type RowGraph, type RowPort } from '../rows/row-graph.ts';

/**
 * One segment of a backbone as an ONNX file, with the names of its tensors. `emitFeatureSegment` of `@ztw/onnx-graph`
 * makes it.
 */
export interface FeatureSegment {
  readonly bytes: Uint8Array;
  /**
   * The network's input (float32) for the first segment, else the tensors of the cut before, in the backbone's
   * precision.
   */
  readonly inputs: readonly BundleTensor[];
  /** Tensors that cross the next cut, in the backbone's precision; empty for the last segment. */
  readonly outputs: readonly BundleTensor[];
  /**
   * What the IC at the next cut is trained on; null where that is the first boundary tensor itself, and for the last
   * segment.
   */
  readonly cached: BundleTensor | null;
  /** Name of the float32 output that holds the backbone's logits; null in all segments but the last. */
  readonly logits: string | null;
}

export interface SegmentedBackboneOptions extends SessionSettings {
  readonly ort: OnnxRuntime;
  /** `cuts.length + 1` segments in order. */
  readonly segments: readonly FeatureSegment[];
  readonly cuts: readonly CutDescription[];
  readonly classes: number;
  readonly inputShape: RowShape;
  /** MACs per row of the whole backbone. */
  readonly backboneMacs: number;
  /** Element type of boundary tensors and cached tensors. */
  readonly precision: 'float16' | 'float32';
  /** `dynamic`, or the one number of rows that the graphs accept. */
  readonly batch: 'dynamic' | number;
  /**
   * Largest number of rows that one call should get. Default: as many as have 32 MiB of float32 input or boundary
   * tensors, 1 to 256.
   */
  readonly preferredBatch?: number;
}

const mostRows = 256;
/** Inside a segment, tensors are a few times as large as at its ends. */
const batchBytes: number = 32 * 2 ** 20;

/**
 * Makes a backbone that a trainer can run segment by segment.
 *
 * `runSegment` returns `cached: null` where the IC is trained on the first boundary tensor itself, so that nothing is
 * stored twice.
 * @throws InvalidInputError when segments and cuts do not fit together.
 */
export function createSegmentedBackbone(options: SegmentedBackboneOptions): SegmentedBackbone {
  const { segments, cuts } = options;
  if (segments.length !== cuts.length + 1) {
    throw new InvalidInputError(
      `Expected ${cuts.length + 1} segments for a backbone with ${cuts.length} cut(s); received ${segments.length}. ` +
        'Pass the segments that were split at these cuts.',
      { expected: cuts.length + 1, received: segments.length },
    );
  }
  segments.forEach((segment, index) => {
    if ((segment.logits !== null) !== (index === cuts.length)) {
      throw new InvalidInputError(
        `Expected logits from the last segment, ${cuts.length}, and from no other; received ` +
          `${segment.logits === null ? 'none' : `"${segment.logits}"`} in segment ${index}. Pass the segments in their order.`,
        { received: segment.logits, path: `segment ${index}` },
      );
    }
  });
  return new OnnxSegmentedBackbone(options);
}

class OnnxSegmentedBackbone implements SegmentedBackbone {
  readonly specificationVersion = 'v2';
  readonly classes: number;
  readonly inputs: readonly InputSpecification[];
  readonly cuts: readonly CutDescription[];
  readonly backboneMacs: number;
  readonly precision: 'float16' | 'float32';
  readonly preferredBatch: number;
  readonly #options: SegmentedBackboneOptions;
  readonly #guard = new UseGuard('The backbone');
  /** One call at a time: a switch of segments must not release a session that is running. */
  readonly #serial: ReturnType<typeof createSerial> = createSerial();
  readonly #open = new Map<number, RowGraph>();
  /** First and last of the segments whose sessions stay open. */
  #held: readonly [first: number, last: number] = [0, -1];

  constructor(options: SegmentedBackboneOptions) {
    this.classes = options.classes;
    this.inputs = denseInputs(options.inputShape);
    this.cuts = options.cuts;
    this.backboneMacs = options.backboneMacs;
    this.precision = options.precision;
    this.preferredBatch = options.preferredBatch ?? rowsWithin(batchBytes, options);
    this.#options = options;
  }

  runSegment(segmentIndex: number, inputs: readonly InputValues[], rows: number): Promise<SegmentOutput> {
    return this.#guard.use(() => this.#serial(() => this.#run(segmentIndex, inputs, rows)));
  }

  holdSegments(first: number, last: number): void {
    this.#held = [first, last];
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#guard.dispose(() => this.#close(() => false));
  }

  async #run(segmentIndex: number, inputs: readonly InputValues[], rows: number): Promise<SegmentOutput> {
    const segment = this.#options.segments[segmentIndex];
    if (segment === undefined) {
      throw new InvalidInputError(
        `Expected a segment from 0 to ${this.cuts.length}; received ${segmentIndex}. There is one segment more than cuts.`,
        { expected: `0..${this.cuts.length}`, received: segmentIndex },
      );
    }
    const [input] = inputs;
    if (segmentIndex === 0 && input instanceof Float32Array) {
      checkInputBatch({ data: input, rows }, this.inputs);
    }
    const graph = await this.#graphOf(segmentIndex, segment);
    const tensors = inputs.map((data, index): InputTensor => {
      return { data, rowShape: fixedShape(segment.inputs[index]) };
    });
    const outputs = (await graph.run(tensors, rows)).map(({ data }) => data as FeatureRows);
    if (segment.logits !== null) {
      return { boundary: [], cached: null, logits: outputs[0] as Float32Array };
    }
    outputs.forEach((values) => {
      checkRepresentable(values, segmentIndex);
    });
    const boundary = outputs.slice(0, segment.outputs.length);
    return {
      boundary,
      cached: segment.cached === null ? null : (outputs[segment.outputs.length] ?? null),
      logits: null,
    };
  }

  async #graphOf(segmentIndex: number, segment: FeatureSegment): Promise<RowGraph> {
    const opened = this.#open.get(segmentIndex);
    if (opened !== undefined) {
      return opened;
    }
    const [first, last] = this.#held;
    const isHeld = (segment: number): boolean => segment >= first && segment <= last;
    await this.#close((segment) => isHeld(segment) && isHeld(segmentIndex));
    const options = this.#options;
    const { ort, batch, precision } = options;
    const port = (tensor: BundleTensor, type: RowPort['type']): RowPort => ({ ...tensor, type });
    const graph = await openRowGraph({
      ort,
      bytes: segment.bytes,
      what: `segment ${segmentIndex}`,
      inputs: segment.inputs.map((tensor) => port(tensor, segmentIndex === 0 ? 'float32' : precision)),
      outputs:
        segment.logits !== null
          ? [{ name: segment.logits, rowShape: [this.classes], type: 'float32' }]
          : [...segment.outputs, ...(segment.cached === null ? [] : [segment.cached])].map((tensor) =>
              port(tensor, precision),
            ),
      batch,
      settings: options,
    });
    this.#open.set(segmentIndex, graph);
    return graph;
  }

  async #close(stays: (segment: number) => boolean): Promise<void> {
    for (const [segment, graph] of [...this.#open]) {
      if (stays(segment)) continue;
      this.#open.delete(segment);
      await graph.release();
    }
  }
}

/** Rows whose largest input or boundary fits in some bytes as float32. */
function rowsWithin(bytes: number, { inputShape, cuts }: SegmentedBackboneOptions): number {
  const boundaries = cuts.map(({ boundaryShapes }) => boundaryShapes.reduce((sum, shape) => sum + rowSize(shape), 0));
  const largest = Math.max(rowSize(inputShape), ...boundaries) * Float32Array.BYTES_PER_ELEMENT;
  return Math.min(mostRows, Math.max(1, Math.floor(bytes / largest)));
}

/** Backbones are trained on tensors of fixed shapes. */
function fixedShape(tensor: BundleTensor | undefined): RowShape {
  return tensor?.rowShape.filter((length) => typeof length === 'number') ?? [];
}

/** The largest float16 is 65,504. Larger features become infinite, which would show much later as a loss of NaN. */
function checkRepresentable(values: FeatureRows, segmentIndex: number): void {
  if (values instanceof Uint16Array && hasNonFiniteFloat16(values)) {
    throw new RuntimeFailureError(
      `Expected features that float16 can hold, up to 65,504; received larger ones or NaN from segment ${segmentIndex}. ` +
        "Use precision 'float32'.",
      { path: `segment ${segmentIndex}` },
    );
  }
}

function hasNonFiniteFloat16(bits: Uint16Array): boolean {
  for (let position = 0; position < bits.length; position += 1) {
    if (((bits[position] as number) & 0x7c00) === 0x7c00) {
      return true;
    }
  }
  return false;
}
