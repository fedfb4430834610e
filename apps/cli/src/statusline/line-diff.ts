/**
 * What one edit changes, line by line, as `diff -U0` shows it. Lines around it are left out: a settings file may hold
 * keys.
 *
 * @returns No line where nothing changes.
 */
export function lineDiff(before: string, after: string): string[] {
  if (before === after) return [];
  const old = linesOf(before);
  const now = linesOf(after);
  let start = 0;
  while (start < old.length && start < now.length && old[start] === now[start]) start += 1;
  let end = 0;
  while (
    end < old.length - start &&
    end < now.length - start &&
    old[old.length - 1 - end] === now[now.length - 1 - end]
  ) {
    end += 1;
  }
  const removed = old.slice(start, old.length - end);
  const added = now.slice(start, now.length - end);
  return [
    `@@ -${range(start, removed.length)} +${range(start, added.length)} @@`,
    ...removed.map((line) => `-${line}`),
    ...added.map((line) => `+${line}`),
  ];
}

/** With none on one side, `diff` counts from the line before. */
function range(start: number, count: number): string {
  return `${count === 0 ? start : start + 1},${count}`;
}

function linesOf(text: string): string[] {
  return text === "" ? [] : text.replace(/\n$/, "").split("\n");
}
