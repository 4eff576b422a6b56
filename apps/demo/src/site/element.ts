/**
 * The element of the page with this id.
 * @throws an internal error if it is missing or of another kind.
 */
export function elementById<Kind extends Element>(id: string, kind: new () => Kind): Kind {
  const element = document.getElementById(id);
  if (!(element instanceof kind)) throw new Error(`internal: the page has no ${kind.name} #${id}`);
  return element;
}

/** Makes an HTML element with a class and content. */
export function make<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  className: string,
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  if (className !== '') element.className = className;
  element.append(...children);
  return element;
}

/** A bar from 0 to its full width. @returns the track, and the part that is filled. */
export function makeTrack(): { readonly track: HTMLElement; fill(share: number): void } {
  const fill = make('div', 'fill');
  const track = make('div', 'track', fill);
  track.setAttribute('aria-hidden', 'true');
  const set = (share: number): void => {
    fill.style.width = `${(100 * Math.min(1, Math.max(0, share))).toFixed(2)}%`;
  };
  set(0);
  return { track, fill: set };
}
