import { parseQuotas } from "@ccp/provider-catalog";
import { expect, it } from "vitest";
import { renderConfig } from "./config.ts";
import { type FoundConfig, renderConfigPath } from "./config-path.ts";

const QUOTAS = `
windows: { rolling_seconds: 18000, weekly_seconds: 604800 }
models:
  glm-4.7: { provider: zai, rolling_tokens: 2000000, weekly_limit_value: 20000000, warn_pct: 0.9 }
  "claude-*": { provider: anthropic, weekly_limit_type: hours, weekly_limit_value: 40 }
pools:
  glm: { provider: zai, models: ["glm-*"], rolling_tokens: 5000000 }
`;
const path = "/home/me/.config/ccp/quotas.yaml";

it("shows caps and settings at every width, in colour and not", async () => {
  const parsed = parseQuotas(QUOTAS);
  if (!parsed.success) throw new Error("the quotas are wrong");
  const settings = [
    { name: "CCP_REROUTE_MODE", value: "run2cap" },
    { name: "CCP_ADMIN_TOKEN", value: "(set)" },
    { name: "CCP_MODEL", value: "a\u001b[31mb" },
  ];
  const screens = [120, 80, 60].flatMap((columns) =>
    [false, true].map((color) => {
      const look = { color, ascii: false, columns, timeZone: "UTC" };
      const text = renderConfig({ config: parsed.config, path }, settings, look);
      return `COLUMNS=${columns}\n${text.replaceAll("\u001b", "\\e")}`;
    }),
  );
  await expect(screens.join("\n")).toMatchFileSnapshot("__snapshots__/config.txt");
});

it("tells a file that was named and is not there from one that is used", () => {
  const look = { color: false, ascii: true, columns: 20, timeZone: "UTC" };
  const found = [true, false].map((missing): FoundConfig => {
    const location = { path, source: "env", variable: "CCP_QUOTAS_FILE", tried: [path] } as const;
    return { kind: "quotas", location: { ...location, tried: [path] }, missing };
  });
  expect(renderConfigPath(found, look)).toBe(
    [
      `quotas     ${path}  named by CCP_QUOTAS_FILE`,
      `  1. missing ${path}`,
      `quotas     ${path}  named by CCP_QUOTAS_FILE`,
      `  1. used    ${path}`,
      "",
    ].join("\n"),
  );
});
