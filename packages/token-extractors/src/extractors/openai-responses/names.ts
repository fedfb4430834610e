import type { OpenAiNames } from "../../usage/read-openai-usage.ts";

export const RESPONSES_NAMES: OpenAiNames = {
  input: "input_tokens",
  inputDetails: "input_tokens_details",
  output: "output_tokens",
  outputDetails: "output_tokens_details",
};
