import { describe, expect, it } from "vitest";
import { NOW_SEC } from "../../test-kit/run-test.ts";
import { VIEWS, view } from "../../test-kit/views.ts";
import { lanesTried } from "../data/exchanges.ts";
import { live, NOW_MS, press, STATES, sample, stateAfter, usage } from "../test-kit/hud-states.ts";
import { exchangeRows, latencyRows, quotaRows, sampleRows, speedRows } from "../view/pane-rows.ts";
import { gatewaySec, type HudState, initialState, shownData, shownMs } from "./hud-state.ts";
import { reduceHud } from "./reduce-hud.ts";

const rids = (state: HudState): string[] => exchangeRows(state).map(({ rid }) => rid);

describe("what the gateway says", () => {
  it("one exchange is one row, however often its events come", () => {
    const events = live({
      at: 100,
      rid: "a",
      attempts: [{ lane: "anthropic" }, { lane: "zai", rule: "quota_overshoot" }],
    });
    const once = stateAfter(events);
    expect(once.data.exchanges.map((one) => [one.rid, lanesTried(one), one.end?.status])).toEqual([
      ["a", ["anthropic", "zai"], 200],
    ]);
    expect(stateAfter(events, once).data).toEqual(once.data);
    expect([once.data.ended, once.data.minutes]).toEqual([1, [{ minute: 1, input: 100, output: 0 }]]);
  });

  it("events in another order make the same exchange", () => {
    const [first, second, end] = live({
      at: 100,
      rid: "a",
      attempts: [{ lane: "anthropic" }, { lane: "zai" }],
    });
    const straight = stateAfter([first, second, end].filter((one) => one !== undefined));
    const twisted = stateAfter([end, second, first].filter((one) => one !== undefined));
    expect(twisted.data.exchanges[0]?.attempts).toEqual(straight.data.exchanges[0]?.attempts);
    expect(twisted.data.minutes).toEqual(straight.data.minutes);
  });

  it("what ran on a gateway that went away is never told to end", () => {
    const running = stateAfter(live({ at: 100, rid: "a" }, true));
    expect(stateAfter([{ kind: "restarted" }], running).data.exchanges[0]?.isCut).toBe(true);
    const done = stateAfter(live({ at: 100, rid: "b" }));
    expect(stateAfter([{ kind: "restarted" }], done).data.exchanges[0]?.isCut).toBe(false);
  });

  it("keeps what it has when the gateway is lost, and counts the age from its last word", () => {
    const seen = stateAfter([usage(VIEWS.normal), { kind: "stream", isOpen: true }]);
    const lost = reduceHud(seen, { kind: "lost", why: "gone" }, NOW_MS + 2500);
    const still = reduceHud(lost, { kind: "lost", why: "refused" }, NOW_MS + 9000);
    expect(still.data.link).toEqual({ kind: "lost", sinceMs: NOW_MS, why: "refused" });
    expect([still.data.isStreaming, still.data.usage?.view]).toEqual([false, VIEWS.normal]);
    expect(shownMs(still, NOW_MS + 9000)).toBe(NOW_MS);
    const back = reduceHud(still, usage(VIEWS.normal), NOW_MS + 10_000);
    expect(back.data.link).toEqual({ kind: "live" });
  });

  it("goes on with the gateway's clock between two views, which in a demo runs faster", () => {
    const seen = stateAfter([usage(VIEWS.normal)]);
    expect(gatewaySec(seen.data, NOW_MS + 3000)).toBe(NOW_SEC + 3);
    const demo = view({ ...VIEWS.normal, demo: true });
    const two = reduceHud(
      stateAfter([usage(demo)]),
      usage(view({ ...demo, ts: NOW_SEC + 120 })),
      NOW_MS + 2000,
    );
    expect(gatewaySec(two.data, NOW_MS + 3000)).toBe(NOW_SEC + 180);
  });

  it("samples come as a list and one by one, and are kept once, newest first", () => {
    const older = sample({ id: "1", ts: 10 });
    const newer = sample({ id: "2", ts: 20 });
    const state = stateAfter([
      { kind: "samples", samples: [older] },
      { kind: "live", event: { name: "sample", data: newer } },
      { kind: "samples", samples: [newer, older] },
    ]);
    expect(state.data.samples.map(({ id }) => id)).toEqual(["2", "1"]);
  });

  it("keeps no more than it can show", () => {
    const many = Array.from({ length: 510 }, (_, index) => live({ at: index, rid: `r${index}` })).flat();
    const { exchanges } = stateAfter(many).data;
    expect([exchanges.length, exchanges[0]?.rid, exchanges.at(-1)?.rid]).toEqual([500, "r509", "r10"]);
  });
});

describe("keys", () => {
  it("Tab goes through the panes and back", () => {
    const panes = ["tab", "tab", "tab", "tab", "tab"].map((_, index, all) => {
      return press(STATES.normal, ...all.slice(0, index + 1)).ui.pane;
    });
    expect(panes).toEqual(["speeds", "latency", "samples", "quotas", "recent"]);
    const above = press(STATES.normal, "tab", "shift-tab", "shift-tab");
    expect([above.ui.pane, above.ui.lower]).toEqual(["quotas", "recent"]);
  });

  it("w shows all windows, then each, then all", () => {
    const windows = [1, 2, 3].map((count) => press(STATES.normal, ...Array(count).fill("w")).ui.window);
    expect(windows).toEqual(["5h", "7d", null]);
    expect(quotaRows(press(STATES.normal, "w", "w")).map(({ window }) => window)).toEqual(["7d", "7d"]);
  });

  it("/ filters while typing; Enter keeps it, Esc leaves it as it was, Esc again clears it", () => {
    const typing = press(STATES.normal, "/", "O", "p", "u");
    expect(rids(typing)).toEqual(["01BROKEN", "01MOVED"]);
    expect(rids(press(typing, "esc"))).toHaveLength(12);
    const kept = press(typing, "s", "enter");
    expect([kept.ui.filter, kept.ui.typing]).toEqual(["Opus", null]);
    expect(press(kept, "esc").ui.filter).toBe("");
    expect(rids(press(STATES.normal, "/", ..."opus 529", "enter"))).toEqual(["01BROKEN"]);
    expect(press(STATES.normal, "/", "q", "p", "backspace", "enter").ui.filter).toBe("q");
    expect(press(STATES.normal, "/", "a", "ctrl-u", "backspace").ui.typing).toBe(null);
  });

  it("the selection stays on its request while others come in", () => {
    const selected = press(STATES.normal, "down", "down");
    expect(selected.ui.selected.recent).toBe("01MOVED");
    const later = stateAfter(live({ at: NOW_SEC, rid: "new" }), selected);
    expect(press(later, "enter").ui.body).toEqual({ kind: "exchange", rid: "01MOVED", scroll: 0 });
    expect(press(later, "up", "up", "up").ui.selected.recent).toBe(null);
    expect(press(later, "end").ui.selected.recent).toBe("01CALM0");
    expect(press(later, "end", "pageup", "home").ui.selected.recent).toBe(null);
  });

  it("Enter explains a request or a sample, and says where one is when there is none", () => {
    expect(press(STATES.normal, "enter").ui.body).toMatchObject({ kind: "exchange", rid: "01OPEN" });
    expect(press(STATES.normal, "tab", "tab", "tab", "j", "enter").ui.body).toMatchObject({
      kind: "sample",
      id: "01SAMPLE",
    });
    expect(press(STATES.normal, "tab", "enter").ui).toMatchObject({
      body: { kind: "panes" },
      hint: "Enter explains a request: Tab to recent or samples",
    });
    expect(press(STATES.empty, "enter").ui.hint).toBe("nothing to explain yet");
    expect(press(STATES.normal, "enter", "esc").ui.body).toEqual({ kind: "panes" });
    expect(press(STATES.normal, "?", "down", "down", "up").ui.body).toEqual({ kind: "help", scroll: 1 });
  });

  it("p holds the picture and goes on counting", () => {
    const paused = press(STATES.normal, "p");
    const later = stateAfter([...live({ at: NOW_SEC, rid: "new" }), { kind: "lost", why: "gone" }], paused);
    expect(shownData(later)).toEqual(STATES.normal.data);
    expect(later.data.ended - shownData(later).ended).toBe(1);
    expect(shownData(press(later, "p")).exchanges[0]?.rid).toBe("new");
  });

  it("m sorts the pane that has the focus", () => {
    expect(rids(press(STATES.normal, "m"))[0]).toBe("01MOVED");
    expect(rids(press(STATES.normal, "m", "m"))[0]).toBe("01CALM8");
    expect(rids(press(STATES.normal, "m", "m", "m"))).toEqual(rids(STATES.normal));
    const quotas = press(STATES.normal, "shift-tab", "m");
    expect(quotaRows(quotas).map(({ usedPct }) => usedPct)).toEqual([0.91, 0.62, 0.2305, null, null]);
    const resets = quotaRows(press(quotas, "m")).map(({ resetTs }) => resetTs);
    expect(resets.slice(0, 3)).toEqual([NOW_SEC + 600, NOW_SEC + 1440, NOW_SEC + 5973]);
    const speeds = press(STATES.normal, "tab", "m", "m", "m");
    expect(speedRows(speeds).map(({ name }) => name)).toEqual(["glm-4.7", "claude-opus-5"]);
    const slowest = press(STATES.normal, "tab", "tab", "m", "m");
    expect(latencyRows(slowest).map(({ lane }) => lane)).toEqual(["anthropic", "zai"]);
    expect(latencyRows(press(STATES.normal, "tab", "tab", "m")).map(({ total }) => total)).toEqual([
      312, 148,
    ]);
  });

  it("keys it does not know change nothing", () => {
    expect(press(STATES.normal, "x", "ü", "ctrl-u").ui).toEqual(STATES.normal.ui);
  });
});

it("begins without knowing anything", () => {
  const { data, host } = initialState("https://gateway.example:8443", "ccp");
  expect([host, data.usage, data.link.kind]).toEqual(["gateway.example:8443", null, "connecting"]);
});

it("finds samples by all that their rows show", () => {
  const asked = { lane: "zai", reroute_decision: "quota_cooldown" as const, reason: "x" };
  const refused = { ...asked, lane: null, reroute_decision: "no_fallback" as const };
  const samples = [
    sample({ id: "cooling", would: { ...sample().would, ...asked } }),
    sample({ id: "refused", accepted: { model: "glm-4.7" }, would: { ...sample().would, ...refused } }),
  ];
  const state = stateAfter([{ kind: "samples", samples }]);
  const found = (...words: string[]) => sampleRows(press(state, "/", ...words.join(" "))).map(({ id }) => id);
  expect(found("cooling")).toEqual(["cooling"]);
  expect(found("moved:", "zai")).toEqual(["cooling"]);
  expect(found("tests failed twice")).toEqual(["cooling"]);
  expect(found("refused")).toEqual(["refused"]);
  expect(found("nowhere")).toEqual(["refused"]);
  expect(found("nothing")).toEqual([]);
});
