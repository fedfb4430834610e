import { expect, it } from "vitest";
import { atUrl } from "./at-url.ts";

it.each([
  ["http://127.0.0.1:8082", {}, ""],
  ["http://127.0.0.1:9000", {}, " --url http://127.0.0.1:9000"],
  ["http://127.0.0.1:9000", { CCP_PORT: "9000" }, ""],
  ["http://box:1", { CCP_URL: "http://box:1/" }, ""],
  ["http://127.0.0.1:8082", { CCP_URL: "http://box:1" }, " --url http://127.0.0.1:8082"],
  ["http://127.0.0.1:9000", { CCP_URL: "nonsense" }, " --url http://127.0.0.1:9000"],
])("%s with %j", (url, env, told) => expect(atUrl(url, env)).toBe(told));
