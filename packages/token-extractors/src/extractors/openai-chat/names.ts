import type { OpenAiNames } from "../../usage/read-openai-usage.ts";

export const CHAT_NAMES: OpenAiNames = {
  input: "prompt_tokens",
  inputDetails: "prompt_tokens_details",
  output: "completion_tokens",
  outputDetails: "completion_tokens_details",
};
