import { make } from '../element.ts';

/** Shows numbers with what they are. */
export function showFacts(list: HTMLElement, facts: readonly (readonly [what: string, value: string])[]): void {
  list.replaceChildren(...facts.map(([what, value]) => make('div', '', make('dt', '', what), make('dd', '', value))));
}
