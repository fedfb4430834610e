import { expect, it } from "vitest";
import { rememberByModel } from "./remember-by-model.ts";

function counted() {
  const asked: string[] = [];
  const look = rememberByModel((owner: { readonly id: string }, model: string) => {
    asked.push(`${owner.id}/${model}`);
    return model === "unknown" ? null : `${owner.id}:${model}`;
  });
  return { asked, look };
}

it("asks once for each owner and model, also where the answer is null", () => {
  const { asked, look } = counted();
  const a = { id: "a" };
  const again = { id: "a" };
  expect([look(a, "x"), look(a, "x"), look(again, "x"), look(a, "unknown"), look(a, "unknown")]).toEqual([
    "a:x",
    "a:x",
    "a:x",
    null,
    null,
  ]);
  expect(asked).toEqual(["a/x", "a/x", "a/unknown"]);
  expect(look(a, "__proto__")).toBe("a:__proto__");
});

it("keeps no more names than it may, and no long ones", () => {
  const { asked, look } = counted();
  const a = { id: "a" };
  const long = "x".repeat(201);
  expect([look(a, long), look(a, long)]).toEqual([`a:${long}`, `a:${long}`]);
  expect(asked).toHaveLength(2);
  for (let i = 0; i < 512; i += 1) look(a, `m${i}`);
  look(a, "m0");
  expect(asked).toHaveLength(514);
  look(a, "one more");
  look(a, "m0");
  expect(asked.slice(514)).toEqual(["a/one more", "a/m0"]);
});
