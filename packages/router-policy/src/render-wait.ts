const UNITS = [
  { name: "d", ms: 86_400_000 },
  { name: "h", ms: 3_600_000 },
  { name: "min", ms: 60_000 },
  { name: "s", ms: 1000 },
] as const;

/**
 * A length of time for people: its two largest units, rounded up to a second.
 *
 * @example
 * renderWait(7_500_000); // => "2 h 5 min"
 */
export function renderWait(ms: number): string {
  let rest = Math.max(1, Math.ceil(ms / 1000)) * 1000;
  const first = UNITS.findIndex((unit) => rest >= unit.ms);
  const parts: string[] = [];
  for (const unit of UNITS.slice(first, first + 2)) {
    const count = Math.floor(rest / unit.ms);
    rest -= count * unit.ms;
    if (count > 0) parts.push(`${count} ${unit.name}`);
  }
  return parts.join(" ");
}
