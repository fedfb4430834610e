/** What the process ends with. 64, 69 and 78 are the codes of BSD's sysexits. */
export const EXIT = {
  ok: 0,
  /** The command failed, or a guard says no. */
  failed: 1,
  /** The gateway or its log answered, but holds no number to judge. */
  noNumber: 2,
  usage: 64,
  unreachable: 69,
  config: 78,
  interrupted: 130,
} as const;
export type ExitCode = number;
