import { type LaneNeeds, NO_NEEDS } from "../lane-needs.ts";
import { type RepairedRequest, type RepairInput, repairRequest } from "../repair-request.ts";
import { bytes, text } from "./bytes.ts";

type Options = Partial<Omit<RepairInput, "needs">>;

/** Repairs one body across lanes, own signatures being those that begin with `sig-own`. */
export function repair(source: string, needs: Partial<LaneNeeds>, options: Options = {}): RepairedRequest {
  return repairRequest({
    chunks: [bytes(source)],
    needs: { ...NO_NEEDS, ...needs },
    crossLane: true,
    isOwnSignature: (signature) => signature.startsWith("sig-own"),
    betas: null,
    ...options,
  });
}

/** The repaired text. */
export function repaired(source: string, needs: Partial<LaneNeeds>, options: Options = {}): string {
  return text(repair(source, needs, options).chunks);
}

/** A body with these elements of `messages`. */
export function withMessages(...messages: readonly string[]): string {
  return `{"model":"m","messages":[${messages.join(",")}]}`;
}

export const user = (content: string): string => `{"role":"user","content":${content}}`;
export const assistant = (content: string): string => `{"role":"assistant","content":${content}}`;
export const call = (id: string): string =>
  `{"type":"tool_use","id":${JSON.stringify(id)},"name":"B","input":{}}`;
export const result = (id: string, content = '"out"'): string =>
  `{"type":"tool_result","tool_use_id":${JSON.stringify(id)},"content":${content}}`;
