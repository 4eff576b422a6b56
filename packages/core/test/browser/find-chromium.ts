import { existsSync } from 'node:fs';

const usualPlaces = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** A Chromium to test with: the one that `ZTW_CHROMIUM` names, else one in a usual place, else null. */
export function findChromium(): string | null {
  const named = process.env.ZTW_CHROMIUM;
  const places = named === undefined ? usualPlaces : [named];
  return places.find((place) => existsSync(place)) ?? null;
}
