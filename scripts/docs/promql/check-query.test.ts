import { describe, expect, it } from "vitest";
import { checkQuery } from "./check-query.ts";

const SERIES = new Map([
  ["requests_total", new Set(["lane", "status"])],
  ["latency_bucket", new Set(["lane", "le"])],
  ["used_ratio", new Set(["lane", "model", "window"])],
  ["warn_ratio", new Set(["lane", "model"])],
  ["info", new Set(["version"])],
]);
const VALUES = { status: ["200", "429", "503"] };
const check = (query: string) => {
  const { labels, problems } = checkQuery(query, SERIES, VALUES);
  return { labels: labels === null ? null : [...labels].sort().join(" "), problems };
};

describe("labels of a query", () => {
  it.each([
    ["requests_total", "instance job lane status"],
    ["sum by (lane) (rate(requests_total[5m]))", "lane"],
    ["sum without (status, job) (requests_total)", "instance lane"],
    ["sum(requests_total)", ""],
    ["topk by (lane) (3, requests_total)", "lane"],
    ["histogram_quantile(0.95, sum by (lane, le) (rate(latency_bucket[5m])))", "lane"],
    ["used_ratio > on (lane, model) group_left () warn_ratio", "instance job lane model window"],
    ["warn_ratio * on (job) group_left (version) info", "instance job lane model version"],
    ["warn_ratio * on (lane) warn_ratio", "lane"],
    ["2 * (sum by (lane) (requests_total))", "lane"],
    ["requests_total and on (lane) used_ratio", "instance job lane status"],
    ["-max_over_time(info[1h:5m] offset 1d)", "instance job version"],
    ["absent(up{job='ccp'})", "instance job"],
    ['{__name__=~"used_ratio|warn_ratio",lane="a"}', "instance job lane model"],
  ])("%s: %s", (query, labels) => {
    expect(check(query)).toEqual({ labels, problems: [] });
  });

  it("are none for a number", () => {
    expect(check("time() - 5")).toEqual({ labels: null, problems: [] });
  });
});

describe("a query is wrong", () => {
  it.each([
    ["sum(rate(requests_total[5m]", "does not parse"],
    ["rate(requests_total[$__rate_interval])", "does not parse"],
    ["", "does not parse"],
    ["request_total", "there is no series request_total"],
    ['requests_total{model="x"}', "requests_total has no label model"],
    ['requests_total{status="500"}', 'status is never "500"'],
    ['requests_total{status=~"3.."}', 'status is never "3.."'],
    ["sum by (model) (requests_total)", "groups by model, which is not there"],
    ["sum without (model) (requests_total)", "groups by model, which is not there"],
    ["sum by (lane) (sum by (status) (requests_total))", "groups by lane, which is not there"],
    ["histogram_quantile(0.9, sum by (lane) (latency_bucket))", "needs the label le"],
    ["used_ratio > warn_ratio", "its sides differ in window"],
    ["used_ratio > on (window) warn_ratio", "matches on window, which one side lacks"],
    ["used_ratio * on (job) group_left (version) warn_ratio", "takes version from the right side"],
  ])("%s: %s", (query, problem) => {
    expect(check(query).problems.join("; ")).toContain(problem);
  });

  it("not for a matcher that a dashboard fills in", () => {
    expect(check('requests_total{status=~"$status"}').problems).toEqual([]);
  });
});
