import { make } from '../element.ts';

/** The stages of the network as they arrive. */
export interface Arrivals {
  /** @param arrived How many stages can run, counted from the first. */
  show(total: number, arrived: number): void;
}

export function createArrivals(list: HTMLElement): Arrivals {
  return {
    show(total, arrived) {
      if (list.childElementCount !== total) {
        list.replaceChildren(...Array.from({ length: total }, (_, index) => make('li', '', `Stage ${index + 1}`)));
      }
      for (const [index, item] of Array.from(list.children).entries()) {
        item.toggleAttribute('data-arrived', index < arrived);
        item.setAttribute('aria-label', `Stage ${index + 1}: ${index < arrived ? 'here' : 'on its way'}`);
      }
    },
  };
}
