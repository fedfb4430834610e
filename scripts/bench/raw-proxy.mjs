// What a proxy in Node costs that does nothing but pass on: the yardstick of the benchmark.
// Plain JavaScript, so that its start holds no time for removing types. Usage: node raw-proxy.mjs UPSTREAM_PORT
import { Agent, createServer, request } from "node:http";

const port = Number(process.argv[2]);
const agent = new Agent({ keepAlive: true });

const server = createServer({ noDelay: true }, (incoming, outgoing) => {
  const { method, url: path, headers } = incoming;
  const upstream = request({ host: "127.0.0.1", port, agent, method, path, headers }, (answer) => {
    outgoing.writeHead(answer.statusCode, answer.headers);
    answer.pipe(outgoing);
    answer.on("error", () => outgoing.destroy());
  });
  upstream.on("error", () => outgoing.destroy());
  outgoing.on("close", () => outgoing.writableFinished || upstream.destroy());
  incoming.pipe(upstream);
});

server.listen({ port: 0, host: "127.0.0.1", backlog: 4_096 }, () => {
  console.log(`raw-node http://127.0.0.1:${server.address().port}`);
});
