/** What a service runs and where it finds its environment. All paths are absolute. */
export interface ServiceParts {
  readonly node: string;
  readonly script: string;
  readonly envFile: string;
}

/** A unit of the user's systemd. */
export function systemdUnit({ node, script, envFile }: ServiceParts): string {
  return `# Written by: ccp service install
[Unit]
Description=ccp, the quota-aware gateway for coding agents
After=network-online.target

[Service]
ExecStart=${systemdWord(node)} --disable-sigusr1 ${systemdWord(script)}
EnvironmentFile=-${systemdPath(envFile)}
Restart=always
RestartSec=2
RestartPreventExitStatus=64 78
TimeoutStopSec=40
NoNewPrivileges=yes

[Install]
WantedBy=default.target
`;
}

/** One word of a command line: quoted, with what systemd would expand taken as it is. */
function systemdWord(word: string): string {
  const plain = word.replaceAll("%", "%%").replaceAll("$", "$$$$");
  return /^[\w@%+=:,./$-]+$/.test(plain) ? plain : `"${plain.replace(/["\\]/g, "\\$&")}"`;
}

/** A setting that is a path: no quotes, no words. */
function systemdPath(path: string): string {
  return path.replaceAll("%", "%%");
}

export const LAUNCHD_LABEL = "dev.ccp.gateway";

/**
 * A launchd agent. launchd reads no file of variables, so a shell does, and makes way for the gateway.
 *
 * @param logFile Where the gateway's own lines go.
 */
export function launchdPlist({ node, script, envFile }: ServiceParts, logFile: string): string {
  const shell = 'set -a; [ -r "$0" ] && . "$0"; exec "$@"';
  const words = ["/bin/sh", "-c", shell, envFile, node, "--disable-sigusr1", script];
  return `<?xml version="1.0" encoding="UTF-8"?>
<!-- Written by: ccp service install -->
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
  <key>Label</key>
  <string>${LAUNCHD_LABEL}</string>
  <key>ProgramArguments</key>
  <array>
${words.map((word) => `    <string>${xmlText(word)}</string>`).join("\n")}
  </array>
  <key>KeepAlive</key>
  <true/>
  <key>RunAtLoad</key>
  <true/>
  <key>ThrottleInterval</key>
  <integer>2</integer>
  <key>ExitTimeOut</key>
  <integer>40</integer>
  <key>StandardErrorPath</key>
  <string>${xmlText(logFile)}</string>
  <key>StandardOutPath</key>
  <string>${xmlText(logFile)}</string>
</dict>
</plist>
`;
}

function xmlText(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

/** Every line is a comment: it changes nothing until somebody writes into it. */
export const ENV_FILE_TEXT = `# Environment of the ccp service: one NAME=value a line, in quotes where a value holds blanks.
# Only you can read this file, and it should stay so: it holds keys.
# ZAI_API_KEY=
# CCP_PORT=8082
# CCP_REROUTE_MODE=hybrid
`;
