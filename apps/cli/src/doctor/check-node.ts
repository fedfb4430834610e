import { type Check, fail, ok, warn } from "./check.ts";

/** @param version Such as `v24.21.0`. */
export function checkNode(version: string): Check {
  const [major = 0, minor = 0] = version.replace("v", "").split(".").map(Number);
  const name = "node";
  if (major < 22 || (major === 22 && minor < 19)) {
    return fail(name, `${version} is too old: 22.19 is needed`, "install Node 24");
  }
  return major < 24 ? warn(name, `${version} will do; 24 is best`, "install Node 24") : ok(name, version);
}
