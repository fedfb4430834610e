export type { CatalogInForce, Clock, Deps, EventLog, Notice } from "./deps.ts";
export { type Gateway, type GatewayOptions, startGateway } from "./start-gateway.ts";
