import { describe, expect, it } from "vitest";
import { parsePrometheusText } from "./prometheus-text.ts";

describe("parsePrometheusText", () => {
  it("reads types, labels and values", () => {
    const text = [
      "# HELP a_total what it is",
      "# TYPE a_total counter",
      'a_total{lane="zai",note="a \\"b\\", c\\\\d\\ne"} 3',
      "",
      'b_bucket{le="+Inf"} 1.5e3',
      "c +Inf",
    ].join("\n");
    const { types, samples } = parsePrometheusText(text);
    expect([...types]).toEqual([["a_total", "counter"]]);
    expect(samples).toEqual([
      { name: "a_total", labels: { lane: "zai", note: 'a "b", c\\d\ne' }, value: 3 },
      { name: "b_bucket", labels: { le: "+Inf" }, value: 1500 },
      { name: "c", labels: {}, value: Number.POSITIVE_INFINITY },
    ]);
  });

  it.each(["a_total{", "a_total", "a_total x", 'a{b="c"d="e"} 1', "# TYPE a wrong"])("refuses %j", (line) => {
    expect(() => parsePrometheusText(line)).toThrow("line 1 ");
  });
});
