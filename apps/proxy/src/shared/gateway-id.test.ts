import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { openGatewayId } from "./gateway-id.ts";

function tempDir(): string {
  const dir = mkdtempSync(join(tmpdir(), "ccp-id-"));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

it("is the same for the next process on the same state folder, which lives another life", () => {
  const dir = tempDir();
  const [first, second] = [openGatewayId(dir).identity, openGatewayId(dir).identity];
  expect(second.gateway).toBe(first.gateway);
  expect(second.life).not.toBe(first.life);
  expect([first.nextSequence(), first.nextSequence(), second.nextSequence()]).toEqual([1, 2, 1]);
  expect(statSync(join(dir, "gateway-id")).mode & 0o777).toBe(0o600);
});

it("becomes another one, and stays it", () => {
  const dir = tempDir();
  const id = openGatewayId(dir);
  const before = id.identity.gateway;
  id.renew();
  expect(id.identity.gateway).not.toBe(before);
  expect(openGatewayId(dir).identity.gateway).toBe(id.identity.gateway);
});

it("is made anew where the file holds no id, and lives without a file", () => {
  const dir = tempDir();
  writeFileSync(join(dir, "gateway-id"), "{}");
  const { gateway } = openGatewayId(dir).identity;
  expect(readFileSync(join(dir, "gateway-id"), "utf8")).toBe(`${gateway}\n`);
  expect(openGatewayId(join(dir, "missing")).identity.gateway).toMatch(/^[0-9a-f-]{36}$/);
  expect(openGatewayId(null).identity.gateway).toMatch(/^[0-9a-f-]{36}$/);
});
