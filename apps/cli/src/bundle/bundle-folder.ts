import { stat } from 'node:fs/promises';

/** Whether a path is a folder; false if nothing is there. */
export async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch {
    return false;
  }
}
