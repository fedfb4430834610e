import { describeSharedStore, T0 } from "../../test/store-contract.ts";
import { createMemoryStore } from "./memory-store.ts";

describeSharedStore("the store in memory", async () => {
  let nowMs = T0;
  const store = createMemoryStore(() => nowMs);
  return {
    open: async (identity) => store.open(identity),
    advance: (ms) => {
      nowMs += ms;
    },
    now: () => nowMs,
    lose: async () => store.lose(),
  };
});
