/** Whether some name fits both patterns (`*` any characters, `?` one), letter case aside. */
export function patternsOverlap(first: string, second: string): boolean {
  const a = first.trim().toLowerCase();
  const b = second.trim().toLowerCase();
  // reachable[j]: what was read of `a` and b's first j characters can stand for the same start of a name.
  let reachable = Array.from({ length: b.length + 1 }, (_, j) => /^\**$/.test(b.slice(0, j)));
  for (const char of a) {
    const next: boolean[] = [];
    for (let j = 0; j <= b.length; j += 1) {
      const other = b[j - 1];
      const passOver = (char === "*" && reachable[j] === true) || (other === "*" && next[j - 1] === true);
      const grows = (char === "*" && next[j - 1] === true) || (other === "*" && reachable[j] === true);
      const meets = reachable[j - 1] === true && isSame(char, other);
      next[j] = passOver || (grows && j > 0) || meets;
    }
    reachable = next;
  }
  return reachable[b.length] === true;
}

function isSame(a: string, b: string | undefined): boolean {
  return b !== undefined && (a === b || a === "?" || b === "?" || a === "*" || b === "*");
}
