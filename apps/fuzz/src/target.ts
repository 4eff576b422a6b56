// What a fuzzer is: one parser, inputs for it, and what must hold when it accepts one.

import type { Random } from './random.ts';

/** Outcomes of one input that a campaign counts. All but the first two are defects. */
export const outcomes = ['typed', 'accepted', 'untyped', 'silent', 'hang', 'crash'] as const;

/**
 * - `typed`: refused with an error of this project.
 * - `accepted`: the parser took it, and everything that must hold then holds.
 * - `untyped`: another error came out, or an error of this project that speaks of its own defect.
 * - `silent`: the parser took it although it is wrong.
 * - `hang`: nothing came for a long time, or ever.
 * - `crash`: the process ended, or memory of a runtime was overwritten.
 */
export type Outcome = (typeof outcomes)[number];

export interface FuzzTarget {
  /** The parser's name in tables, and in `--target`. */
  readonly name: string;
  /** Inputs of every thousand of a campaign. */
  readonly share: number;
  /**
   * Prepares what all inputs need.
   * @param folder An empty folder for files.
   */
  open(folder: string): Promise<FuzzInput>;
}

/**
 * Makes one input, hands it to the parser, and checks what must hold.
 * Throws what the parser throws, or `SilentFault`.
 * @returns `accepted`; or `typed` where a refusal is not an exception, such as an exit code.
 */
export type FuzzInput = (random: Random) => Promise<'accepted' | 'typed'>;

/** Something wrong was accepted, or something right was answered wrongly. */
export class SilentFault extends Error {
  override readonly name: string = 'SilentFault';
}

/** A refusal that is not of the right kind: an exit without a message, an error without a class. */
export class UntypedRefusal extends Error {
  override readonly name: string = 'UntypedRefusal';
}

/** @throws SilentFault unless the claim holds. */
export function mustHold(claim: boolean, what: () => string): void {
  if (!claim) throw new SilentFault(what());
}
