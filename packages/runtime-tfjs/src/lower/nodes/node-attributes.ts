// Attributes of a GraphModel's nodes, in the form of its file: `{ "strides": { "list": { "i": ["1", "2", "2", "1"] } }
// }`.

/** The attributes of a node by name. */
export type NodeAttributes = Readonly<Record<string, unknown>>;

interface StoredValue {
  readonly s?: unknown;
  readonly i?: string | number;
  readonly f?: number;
  readonly b?: boolean;
  readonly list?: { readonly s?: readonly unknown[]; readonly i?: readonly (string | number)[] };
}

function attributeOf(attributes: NodeAttributes, name: string): StoredValue {
  return (attributes[name] ?? {}) as StoredValue;
}

/** Texts are stored as base64, or as the codes of their characters. */
function decodeText(stored: unknown): string {
  if (Array.isArray(stored)) return String.fromCharCode(...(stored as number[]));
  return typeof stored === 'string' ? atob(stored) : '';
}

export function textOf(attributes: NodeAttributes, name: string, missing: string): string {
  return decodeText(attributeOf(attributes, name).s) || missing;
}

export function textsOf(attributes: NodeAttributes, name: string): readonly string[] {
  return (attributeOf(attributes, name).list?.s ?? []).map(decodeText);
}

export function integersOf(attributes: NodeAttributes, name: string): readonly number[] {
  return (attributeOf(attributes, name).list?.i ?? []).map(Number);
}

export function numberOf(attributes: NodeAttributes, name: string, missing: number): number {
  return attributeOf(attributes, name).f ?? missing;
}

export function flagOf(attributes: NodeAttributes, name: string): boolean {
  return attributeOf(attributes, name).b === true;
}
