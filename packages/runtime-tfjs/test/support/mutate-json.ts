// Seeded mutations of JSON that know its structure: numbers become extreme, texts are swapped with others of the
// document, lists are permuted, cut or repeated, and sometimes a value gets another type.

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
type Parent = Json[] | { [key: string]: Json };

interface Place {
  readonly parent: Parent;
  readonly key: string | number;
  readonly value: Json;
}

const extremes = [
  0,
  1,
  2,
  3,
  4,
  7,
  8,
  16,
  31,
  64,
  100,
  -1,
  -2,
  0.5,
  4096,
  4097,
  2 ** 16,
  2 ** 20 + 1,
  2 ** 28,
  2 ** 31 - 1,
  2 ** 31,
  2 ** 32,
  2 ** 53 - 1,
  1e308,
  -(2 ** 31),
];

/**
 * @param random Values in [0, 1).
 * @param count Number of mutations, applied one after the other.
 * @returns a changed copy.
 */
export function mutateJson(document: unknown, random: () => number, count: number): unknown {
  const copy = structuredClone(document) as Json;
  for (let round = 0; round < count; round++) mutateOnce(copy, random);
  return copy;
}

function mutateOnce(document: Json, random: () => number): void {
  const places = placesOf(document);
  const pick = <Item>(items: readonly Item[]): Item => items[Math.floor(random() * items.length)] as Item;
  // The kind is chosen first, so that long lists of one kind do not get all mutations.
  const kind = pick(['number', 'number', 'number', 'string', 'string', 'list', 'list', 'list', 'any']);
  const fitting = places.filter(({ value }) =>
    kind === 'list' ? Array.isArray(value) : kind === 'any' || typeof value === kind,
  );
  if (fitting.length === 0) return;
  const place = pick(fitting);
  const set = (value: Json): void => {
    (place.parent as Record<string | number, Json>)[place.key] = value;
  };
  const { value } = place;
  if (kind === 'any') {
    const remove = random() < 0.3 && !Array.isArray(place.parent);
    if (remove) delete (place.parent as Record<string, Json>)[place.key as string];
    else set(structuredClone(pick([null, true, 'x', 1, -1, [], {}, pick(places).value])));
  } else if (typeof value === 'number') {
    const near = [value + 1, value - 1, value * 2, Math.floor(value / 2)];
    set(random() < 0.5 ? pick(extremes) : pick(near));
  } else if (typeof value === 'string') {
    set(pick(places.filter((other) => typeof other.value === 'string')).value);
  } else if (Array.isArray(value)) {
    mutateList(value, places, pick, random, set);
  }
}

function mutateList(
  list: Json[],
  places: readonly Place[],
  pick: <Item>(items: readonly Item[]) => Item,
  random: () => number,
  set: (value: Json) => void,
): void {
  const at = Math.floor(random() * list.length);
  const to = Math.floor(random() * list.length);
  const choice = random();
  if (choice < 0.4 && list.length > 1) [list[at], list[to]] = [list[to] as Json, list[at] as Json];
  else if (choice < 0.55) list.splice(at, 1);
  else if (choice < 0.7 && list.length > 0) list.splice(to, 0, structuredClone(list[at] as Json));
  else if (choice < 0.75) list.length = 0;
  else if (choice < 0.85) list.push(pick([1, 2, 8, 'x', null]));
  else set(structuredClone(pick(places.filter((other) => Array.isArray(other.value))).value));
}

function placesOf(document: Json): readonly Place[] {
  const places: Place[] = [];
  const visit = (parent: Parent): void => {
    for (const [key, value] of Object.entries(parent)) {
      places.push({ parent, key: Array.isArray(parent) ? Number(key) : key, value });
      if (typeof value === 'object' && value !== null) visit(value);
    }
  };
  if (typeof document === 'object' && document !== null) visit(document as Parent);
  return places;
}
