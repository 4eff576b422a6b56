import type { CommandEnvironment } from './environment.ts';
import type { JobContext } from './job-context.ts';

/** Runs a job with its progress on the display; the display is closed however the job ends. */
export async function runJob<T>(
  environment: CommandEnvironment,
  quiet: boolean,
  job: (context: JobContext) => Promise<T>,
): Promise<T> {
  const display = environment.progressDisplay(quiet);
  try {
    return await job({
      onProgress: (progress) => display.update(progress),
      onNote: (text) => display.note(text),
      signal: environment.signal,
    });
  } finally {
    display.close();
  }
}
