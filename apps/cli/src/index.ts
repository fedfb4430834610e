export type { CliDeps, Launch, TextStream } from "./cli-deps.ts";
export {
  type HttpAnswer,
  type HttpCall,
  HttpFailure,
  type HttpFailureKind,
  type HttpRequester,
} from "./client/http-call.ts";
export { EXIT, type ExitCode } from "./exit-code.ts";
export { type MainOptions, main } from "./main.ts";
export { runCli } from "./run-cli.ts";
