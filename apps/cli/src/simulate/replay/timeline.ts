interface Entry<T> {
  readonly atMs: number;
  /** Entries of one instant come out in the order they went in. */
  readonly order: number;
  readonly item: T;
}

/** What is still to happen, earliest first. A binary heap. */
export class Timeline<T> {
  readonly #heap: Entry<T>[] = [];
  #pushed = 0;

  /** When the next entry is due, epoch ms; infinite when there is none. */
  get nextMs(): number {
    return this.#heap[0]?.atMs ?? Number.POSITIVE_INFINITY;
  }

  push(atMs: number, item: T): void {
    const heap = this.#heap;
    const entry: Entry<T> = { atMs, order: this.#pushed, item };
    this.#pushed += 1;
    let hole = heap.length;
    while (hole > 0) {
      const above = (hole - 1) >> 1;
      const parent = heap[above];
      if (parent === undefined || !isBefore(entry, parent)) break;
      heap[hole] = parent;
      hole = above;
    }
    heap[hole] = entry;
  }

  pop(): T | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (first === undefined || last === undefined || heap.length === 0) return first?.item;
    let hole = 0;
    for (;;) {
      const at = earlierChild(heap, hole);
      const child = heap[at];
      if (child === undefined || isBefore(last, child)) break;
      heap[hole] = child;
      hole = at;
    }
    heap[hole] = last;
    return first.item;
  }
}

function isBefore<T>(a: Entry<T>, b: Entry<T>): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);
}

function earlierChild<T>(heap: readonly Entry<T>[], above: number): number {
  const left = 2 * above + 1;
  const [a, b] = [heap[left], heap[left + 1]];
  return a !== undefined && b !== undefined && isBefore(b, a) ? left + 1 : left;
}
