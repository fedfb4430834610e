/** A quota file without caps: nobody but the plan's owner can tell them, and windows are shown without them, too. */
export const QUOTAS_TEXT: string = `{
  "$schema": "./quotas.schema.json",
  "windows": { "rolling_seconds": 18000, "weekly_seconds": 604800 },
  "models": {}
}
`;
