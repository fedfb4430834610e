/** Names the edges of every table beyond which there is more; the style fades them. */
export function markScrolls(root: ParentNode): void {
  for (const element of root.querySelectorAll<HTMLElement>(".scroll")) {
    const more = clippedSides(element.scrollLeft, element.clientWidth, element.scrollWidth);
    if (element.dataset.more !== more) element.dataset.more = more;
  }
}

/** `left`, `right`, both or nothing, from where a table is scrolled to and how much of it is seen, in pixels. */
export function clippedSides(left: number, seen: number, whole: number): string {
  // Positions are fractions on some screens: the last pixel is not more to see.
  return [left > 1 && "left", left + seen < whole - 1 && "right"].filter((side) => side !== false).join(" ");
}
