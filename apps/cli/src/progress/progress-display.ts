// How a running job is shown to a person. Jobs report facts; a display decides what to draw and how often.

import type { JobProgress } from '../program/job-context.ts';

export interface ProgressDisplay {
  /** Takes one report; cheap enough to be called at every step. */
  update(progress: JobProgress): void;
  /** Shows one permanent line. */
  note(text: string): void;
  /** Ends the display. */
  close(): void;
}
