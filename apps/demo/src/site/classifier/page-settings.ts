/** What a copy of the page shows; `settings.json` beside the page. */
export interface PageSettings {
  /** Address of the bundle, relative to the page. */
  readonly bundle: string;
  /** Name of the bundle for people. */
  readonly name: string;
  /** Address of a folder with labelled images; null if there is none. */
  readonly images: string | null;
}

/** @throws Error if the file is missing or damaged. */
export async function readPageSettings(): Promise<PageSettings> {
  const response = await fetch('./settings.json');
  if (!response.ok) throw new Error(`settings.json cannot be read: ${response.status} ${response.statusText}.`);
  return (await response.json()) as PageSettings;
}
