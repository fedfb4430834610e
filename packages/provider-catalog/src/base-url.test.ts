import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseBaseUrl } from "./base-url.ts";

describe("parseBaseUrl", () => {
  it.each([
    ["https://api.z.ai/api/anthropic", "https://api.z.ai/api/anthropic", "https://api.z.ai"],
    ["https://api.z.ai/api/anthropic///", "https://api.z.ai/api/anthropic", "https://api.z.ai"],
    ["HTTPS://API.Z.AI:443/Path", "https://api.z.ai/Path", "https://api.z.ai"],
    ["http://127.0.0.1:8080", "http://127.0.0.1:8080", "http://127.0.0.1:8080"],
    ["http://localhost:80/", "http://localhost", "http://localhost"],
    ["http://[::1]:8080/x", "http://[::1]:8080/x", "http://[::1]:8080"],
    ["https://openrouter.ai/api/v1", "https://openrouter.ai/api", "https://openrouter.ai"],
    ["https://h.example/v1/messages", "https://h.example", "https://h.example"],
  ])("%s -> %s", (text, url, origin) => {
    expect(parseBaseUrl(text)).toMatchObject({ success: true, base: { url, origin } });
  });

  it.each([
    ["http://localhost", true],
    ["http://a.localhost:1", true],
    ["http://127.1.2.3", true],
    ["http://[::1]", true],
    ["http://localhost.example.com", false],
    ["http://127.0.0.1.example.com", false],
    ["http://0.0.0.0", false],
    ["http://10.0.0.1", false],
    ["http://[::2]", false],
    ["http://notlocalhost", false],
  ])("%s loopback: %s", (text, loopback) => {
    expect(parseBaseUrl(text)).toMatchObject({ success: true, base: { loopback } });
  });

  it.each([
    ["", "a text without https://"],
    ["api.z.ai/api", "a text without https://"],
    ["https:/api.z.ai", "a text without https://"],
    ["ftp://h", "another scheme"],
    ["file:///etc/passwd", "another scheme"],
    ["https://user:secret@h", "a user name or password"],
    ["https://h/?key=secret", "a query"],
    ["https://h#x", "a fragment"],
    ["https://h\\@evil.example/", "blanks or backslashes"],
    ["https://h/a b", "blanks or backslashes"],
    [" https://h", "a text without https://"],
    ["https://", "no valid host"],
    ["https:///path", "no valid host"],
    ["https://h:99999", "no valid host"],
    ["https://h:0", "no valid host"],
    ["https://h:8a", "no valid host"],
    ["https://2130706433", "no valid host"],
    ["https://127.1", "no valid host"],
    ["https://0x7f.0.0.1", "no valid host"],
    ["https://0x7f000001", "no valid host"],
    ["https://127.0.0.01", "no valid host"],
    ["https://256.1.1.1", "no valid host"],
    ["https://h..example", "no valid host"],
    ["https://h.example.", "no valid host"],
    ["https://bücher.example", "no valid host"],
    ["https://[::1", "no valid host"],
    ["https://[1:2]", "no valid host"],
    ["https://h/a/../b", "a path with characters or dots that are not plain"],
    ["https://h/%2e%2e/b", "a path with characters or dots that are not plain"],
    ["https://$HOST/x", "a variable; variables are not replaced in this file"],
  ])("refuses %s", (text, found) => expect(parseBaseUrl(text)).toEqual({ success: false, found }));

  it("what it accepts means the same to the URL standard", () => {
    const part = fc.stringMatching(/^[a-zA-Z0-9.:@/\\?#[\]%x_-]{0,12}$/);
    const texts = fc.tuple(fc.constantFrom("http", "https", "HTTP"), part, part);
    fc.assert(
      fc.property(texts, ([scheme, host, path]) => {
        const result = parseBaseUrl(`${scheme}://${host}/${path}`);
        if (!result.success) return;
        const standard = new URL(result.base.url);
        expect(standard.origin).toBe(result.base.origin);
        expect(standard.href.replace(/\/$/, "")).toBe(result.base.url);
        expect(standard.username + standard.password + standard.search + standard.hash).toBe("");
      }),
      { numRuns: 2000 },
    );
  });
});
