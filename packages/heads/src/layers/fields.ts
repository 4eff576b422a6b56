// Schemas of the fields of layers and heads.

import type { RowShape } from '@ztw/core';
import * as v from 'valibot';

export const text: v.GenericSchema<unknown, string> = v.pipe(v.string(), v.nonEmpty());
export const positive: v.GenericSchema<unknown, number> = v.pipe(v.number(), v.finite(), v.gtValue(0));
/** An integer of at least 1. */
export const size: v.GenericSchema<unknown, number> = v.pipe(v.number(), v.safeInteger(), v.minValue(1));
/** An integer of at least 0. */
export const count: v.GenericSchema<unknown, number> = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
/** `[height, width]` */
export const mapSize: v.GenericSchema<unknown, [number, number]> = v.strictTuple([size, size]);
export const rowShape: v.GenericSchema<unknown, RowShape> = v.array(size);
