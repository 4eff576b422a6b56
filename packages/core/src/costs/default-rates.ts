import type { DeviceRates } from './device-rates.ts';

/** Runtimes with rates of their own: native code, and WebAssembly with SIMD. Both with one thread. */
export type RuntimeKind = 'native' | 'wasm';

/**
 * Rates of one thread of a server processor with AVX-512 on ONNX Runtime 1.30. Fitted to the stages of five networks at
 * 224x224 and of ResNet-56 (docs/decisions/0014-predicted-milliseconds.md). Other devices are slower or faster by a factor that
 * `scaleRates` applies.
 */
export const defaultRates: Readonly<Record<RuntimeKind, DeviceRates>> = {
  native: {
    operations: {
      convolution: { gigaMacsPerSecond: 145, gigabytesPerSecond: 46 },
      pointwise: { gigaMacsPerSecond: 121, gigabytesPerSecond: 84 },
      depthwise: { gigaMacsPerSecond: 85, gigabytesPerSecond: 54 },
      product: { gigaMacsPerSecond: 120, gigabytesPerSecond: 59 },
      pool: { gigaMacsPerSecond: null, gigabytesPerSecond: 18 },
      function: { gigaMacsPerSecond: null, gigabytesPerSecond: 50 },
      // Mostly joined with the operation before.
      move: { gigaMacsPerSecond: null, gigabytesPerSecond: null },
    },
    weightGigabytesPerSecond: 40,
    operationMilliseconds: 0.0021,
    stageMilliseconds: 0.0086,
  },
  wasm: {
    operations: {
      convolution: { gigaMacsPerSecond: 26, gigabytesPerSecond: 16.5 },
      pointwise: { gigaMacsPerSecond: 14.3, gigabytesPerSecond: 144 },
      depthwise: { gigaMacsPerSecond: 3.9, gigabytesPerSecond: 25 },
      product: { gigaMacsPerSecond: 21, gigabytesPerSecond: 14.3 },
      pool: { gigaMacsPerSecond: null, gigabytesPerSecond: 4.7 },
      function: { gigaMacsPerSecond: null, gigabytesPerSecond: 6.7 },
      move: { gigaMacsPerSecond: null, gigabytesPerSecond: 63 },
    },
    weightGigabytesPerSecond: 9,
    operationMilliseconds: 0.0053,
    stageMilliseconds: 0.018,
  },
};
