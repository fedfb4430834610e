const IPV4_LOOPBACK = /^127(?:\.\d{1,3}){3}$/;

/**
 * Whether a host name or address can only be reached from this machine: `localhost`, `*.localhost`, `127.0.0.0/8`,
 * `::1` and the IPv4-mapped form, with or without brackets. Wildcards (`0.0.0.0`, `::`, empty) are not.
 */
export function isLoopbackHost(host: string): boolean {
  const name = host
    .trim()
    .toLowerCase()
    .replace(/^\[|\]$/g, "");
  if (name === "localhost" || name.endsWith(".localhost") || name === "::1") return true;
  return IPV4_LOOPBACK.test(name.replace(/^::ffff:/, ""));
}
