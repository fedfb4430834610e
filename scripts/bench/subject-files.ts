import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { MODEL } from "./request-body.ts";

/** One worker that passes on and keeps connections, without a log: what nginx can do, not what it ships with. */
export function writeNginxConfig(dir: string, port: number, mockPort: number): string {
  mkdirSync(dir, { recursive: true });
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
    .map((name) => `  ${name}_temp_path ${join(dir, name)};`)
    .join("\n");
  const config = `daemon off;
master_process off; # one process, so that its CPU time is all of it
pid ${join(dir, "nginx.pid")};
error_log ${join(dir, "error.log")};
events { worker_connections 4096; }
http {
${temporary}
  access_log off;
  tcp_nodelay on;
  keepalive_requests 1000000000;
  client_max_body_size 0;
  client_body_buffer_size 1m;
  upstream mock { server 127.0.0.1:${mockPort}; keepalive 512; keepalive_requests 1000000000; }
  server {
    listen 127.0.0.1:${port} backlog=4096;
    location / {
      proxy_pass http://mock;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header Host $host;
      proxy_buffering off;
      proxy_read_timeout 600s;
    }
  }
}
`;
  const file = join(dir, "nginx.conf");
  writeFileSync(file, config);
  return file;
}

export interface GatewayFiles {
  readonly providers: string;
  readonly quotas: string;
  readonly stateDir: string;
}

/** A catalog with a fallback and a quota for the model: every request is judged, none is ever refused or moved. */
export function writeGatewayFiles(dir: string, mockPort: number): GatewayFiles {
  const stateDir = join(dir, "state");
  mkdirSync(stateDir, { recursive: true });
  const providers = join(dir, "providers.yaml");
  const quotas = join(dir, "quotas.json");
  writeFileSync(
    providers,
    `providers:
  anthropic:
    base_url: http://127.0.0.1:${mockPort}
    trust_origin: true
    auth: { header_mode: passthrough }
    models: { "claude-*": {} }
  zai:
    base_url: http://127.0.0.1:${mockPort}
    trust_origin: true
    auth: { env: ZAI_API_KEY, header_mode: x-api-key }
    models: { "glm-*": {} }
    model_map: { "*": glm-5 }
    extractor: zai
routes:
  - { pattern: "*", provider: anthropic, fallback: [zai] }
`,
  );
  const quota = {
    provider: "anthropic",
    rolling_tokens: 1e14,
    weekly_limit_type: "tokens",
    weekly_limit_value: 1e15,
  };
  writeFileSync(quotas, JSON.stringify({ models: { [MODEL]: quota } }));
  return { providers, quotas, stateDir };
}
