// What a command needs from its environment. It is passed in, so that commands run in tests as well as in a shell.

import type { ProgressDisplay } from '../progress/progress-display.ts';

/** The environment of one run of a command. */
export interface CommandEnvironment {
  /** Results go here. */
  writeResult(text: string): void;
  /** Progress and diagnostics go here. */
  writeDiagnostic(text: string): void;
  /** Whether diagnostics may be coloured. */
  readonly colours: boolean;
  /** Columns of the terminal, or the width that plain text may take. */
  readonly columns: number;
  /** Arguments after the program's name as they were typed, for the provenance of what is made. */
  readonly args: readonly string[];
  /** Fires on the first Ctrl-C. */
  readonly signal: AbortSignal;
  /** Makes the display of a job's progress; a silent one when `quiet`. */
  progressDisplay(quiet: boolean): ProgressDisplay;
}
