/** Numbers that follow from a seed: the same text for the same value and seed. */
export function randomFrom(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 4_294_967_296) * below);
  };
}

/**
 * JSON as no two clients write it: keys in any order, white space anywhere, characters escaped at random.
 */
export function writeJson(value: unknown, seed: number): string {
  const random = randomFrom(seed);
  const blank = (): string => (random(3) > 0 ? "" : [" ", "\n", "\t", "\r\n  "][random(4)]) ?? "";
  const write = (item: unknown): string => {
    if (typeof item === "string") return writeString(item, random);
    if (typeof item !== "object" || item === null) return JSON.stringify(item);
    const list = Array.isArray(item);
    const parts = list
      ? item.map(write)
      : shuffled(Object.entries(item), random).map(
          ([key, member]) => `${writeString(key, random)}${blank()}:${blank()}${write(member)}`,
        );
    const inner = parts.map((part) => `${blank()}${part}${blank()}`).join(",") || blank();
    return list ? `[${inner}]` : `{${inner}}`;
  };
  return `${blank()}${write(value)}${blank()}`;
}

function writeString(text: string, random: (below: number) => number): string {
  const plain = JSON.stringify(text);
  if (random(8) > 0) return plain;
  const escaped = Array.from({ length: text.length }, (_, i) =>
    random(2) === 0
      ? `\\u${text.charCodeAt(i).toString(16).padStart(4, "0")}`
      : JSON.stringify(text[i]).slice(1, -1),
  );
  return `"${escaped.join("")}"`;
}

function shuffled<T>(items: readonly T[], random: (below: number) => number): T[] {
  const mixed = [...items];
  for (let i = mixed.length - 1; i > 0; i -= 1) {
    const j = random(i + 1);
    const [a, b] = [mixed[i], mixed[j]];
    if (a === undefined || b === undefined) continue;
    mixed[i] = b;
    mixed[j] = a;
  }
  return mixed;
}
