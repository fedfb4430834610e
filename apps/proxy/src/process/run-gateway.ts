import { homedir } from "node:os";
import { formatIssue } from "@ccp/provider-catalog";
import { locateConfig, readCatalogAt, readQuotasAt } from "@ccp/provider-catalog/node";
import { parseEnv, type Settings } from "@ccp/usage-contract";
import {
  acquireStateLock,
  checkRights,
  fileReason,
  openUsageLog,
  type StatePaths,
  statePaths,
  writeGatewayRecord,
} from "@ccp/usage-store/node";
import type { DemoWorld } from "../demo/open-demo.ts";
import type { CatalogInForce, Clock, Notice } from "../deps.ts";
import { laneUnusable } from "../lanes/lane-runtime.ts";
import { startQuotaPolls } from "../lanes/quota-poll.ts";
import type { OpenShared } from "../shared/open-shared.ts";
import { parseShared } from "../shared/shared-settings.ts";
import { type Gateway, startGateway } from "../start-gateway.ts";
import { checkQuotaLanes } from "../state/check-quota-lanes.ts";
import { findCheckout } from "../state/find-checkout.ts";
import { watchModelHint } from "../state/model-hint.ts";
import { openPersistence } from "../state/persistence.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";
import { startCalibrator } from "./calibrator.ts";
import { CLI_NAME } from "./cli-name.ts";
import { handleSignals } from "./handle-signals.ts";
import { isResolved } from "./listen-address.ts";
import { packageVersion } from "./package-version.ts";
import { printReady } from "./print-ready.ts";
import { findOwnLanes } from "./refuse-own-address.ts";
import { reloadFiles, watchBrokenCatalog } from "./reload-files.ts";
import { EXIT_BAD_CONFIG, StartError } from "./start-error.ts";
import { explainListenError, tryAddress } from "./try-address.ts";
import { watchLaunchers } from "./watch-launchers.ts";

/** Of the time in which a process is asked to end; what the collector does not take by then is lost. */
const TELEMETRY_FLUSH_MS = 3_000;

export interface RunOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** A broken catalog or quota file stops the start. */
  readonly strict: boolean;
  readonly demo: boolean;
  /** Made-up agents use the demo. Without `demo` nothing is sent: real lanes are never touched. */
  readonly traffic: boolean;
  /** Processes that wait for this one: when one of them ends, so does the gateway. */
  readonly launchers: readonly number[];
}

/** Starts the gateway as a process: files, lock, signals, and the lines a person reads. */
export async function runGateway(options: RunOptions): Promise<void> {
  // The mock upstreams are loaded for the demo alone: a start should not wait for them.
  const demo = options.demo ? await (await import("../demo/open-demo.ts")).openDemo() : null;
  try {
    await run(options, demo);
  } catch (error) {
    await demo?.close();
    throw error;
  }
}

async function run(options: RunOptions, demo: DemoWorld | null): Promise<void> {
  const env = { ...options.env, ...demo?.env };
  const settings = await readSettings(env);
  const paths = statePaths(settings, { checkoutDir: findCheckout(), homeDir: homedir(), cwd: process.cwd() });
  const config = readConfig(env, options.strict);
  await tryAddress(settings);
  const lock = lockState(paths);
  tellRights([paths.stateDir, paths.logsDir, config.catalog.path, config.quotasPath, paths.modelHint]);
  const clock: Clock = demo?.clock ?? systemClock;
  const log = openUsageLog({
    dir: paths.logsDir,
    onDegraded: (reason) =>
      notice(
        "warn",
        `the usage log cannot be written in ${paths.logsDir}: ${fileReason(reason)}; serving goes on`,
      ),
    onRecovered: (lines) => notice("info", `the usage log is written again (${lines} lines caught up)`),
    onRepaired: (bytes) => notice("warn", `a torn last line of ${bytes} bytes was cut off the usage log`),
  });
  const hint = watchModelHint(settings.manualModel, paths.modelHint);
  const telemetry = await startTelemetry(settings);
  const openShared = await readShared(settings, paths.stateDir, demo !== null);
  const persistence = openPersistence({ paths, log, clock, notice, persist: settings.persist });
  const gateway = await listenOrExplain(settings, () =>
    startGateway({
      settings,
      version: packageVersion(),
      env,
      catalogInForce: config.catalog,
      readCatalog: config.readCatalog,
      readQuotas: config.readQuotas,
      log,
      clock,
      notice,
      modelHint: hint.current,
      demo: demo !== null,
      probeResults: paths.probeResults,
      folders: paths,
      ...persistence.gateway,
      ...(telemetry === null ? {} : { telemetry }),
      ...(openShared === null ? {} : { openShared }),
    }),
  );
  recordGateway(gateway, paths.stateDir);
  const calibrator = startCalibrator(gateway.deps, paths.probeResults);
  let polls = startQuotaPolls(gateway.deps);
  gateway.deps.catalogs.onChange(() => {
    recordGateway(gateway, paths.stateDir);
    polls.stop();
    polls = startQuotaPolls(gateway.deps);
  });
  const mending = watchBrokenCatalog(gateway.deps);
  const traffic = options.traffic && demo !== null ? demo.startTraffic(gateway.url, settings) : null;
  const drain = async (limitMs: number): Promise<void> => {
    await traffic?.stop();
    await gateway.drain(limitMs);
  };
  const reload = (): void => void reloadFiles(gateway.deps);
  const stopping = handleSignals({ drain, reload }, async () => {
    calibrator.stop();
    polls.stop();
    mending.stop();
    hint.close();
    await persistence.close();
    lock.release();
    // After what must not be lost: a collector may be slow.
    await telemetry?.close(TELEMETRY_FLUSH_MS);
    await demo?.close();
  });
  watchLaunchers(options.launchers, () => stopping.stop("what started the gateway has ended"));
  // Last: whoever reads the line may stop the gateway at once.
  printReady(gateway, demo === null ? "off" : traffic === null ? "quiet" : "traffic");
}

/** Who reads the folder while nobody answers must know whose it is. That it cannot be written is told by the state itself. */
function recordGateway({ deps, url }: Gateway, stateDir: string): void {
  const { hostname, port } = new URL(url);
  writeGatewayRecord(stateDir, {
    host: hostname.replace(/^\[|\]$/g, ""),
    port: Number(port),
    pid: process.pid,
    startedMs: Date.now(),
    catalogPath: deps.catalogInForce.path,
    quotasPath: deps.quotas.current().path,
    lanes: [...deps.lanes].map(([id, runtime]) => ({ id, off: laneUnusable(runtime) })),
  });
}

const systemClock: Clock = {
  wallMs: Date.now,
  monoMs: () => performance.now(),
  localHour: (wallMs) => new Date(wallMs).getHours(),
};

const notice: Notice = (level, message) => {
  process.stderr.write(`ccp ${level}: ${message}\n`);
};

async function readSettings(env: RunOptions["env"]): Promise<Settings> {
  const { settings, warnings, errors } = parseEnv(env);
  for (const warning of warnings) notice("warn", warning);
  const [first, ...more] = errors;
  if (first === undefined) return settings;
  await refuseUnknownHost(settings.host);
  const [what = first, ...why] = first.split(": ");
  throw new StartError({
    what,
    why: [why.join(": "), ...more].filter((line) => line !== ""),
    next: "set it right, or unset it",
    exitCode: EXIT_BAD_CONFIG,
  });
}

/** A name that leads nowhere is taken for one of an open address: it needs no tokens, but a right spelling. */
async function refuseUnknownHost(host: string): Promise<void> {
  if (await isResolved(host)) return;
  throw new StartError({
    what: `CCP_HOST is "${host}"`,
    why: ["the name does not resolve to an address"],
    next: "choose one of this machine: --host 127.0.0.1",
    exitCode: EXIT_BAD_CONFIG,
  });
}

/** The packages are loaded for this alone: without a collector none of them has to be there. */
async function startTelemetry({ otel }: Settings): Promise<Telemetry | null> {
  if (otel === null) return null;
  const { openTelemetry } = await import("../telemetry/open-telemetry.ts");
  return openTelemetry({ otel, version: packageVersion(), notice });
}

/** The client library is loaded for this alone. */
async function readShared(
  { redisUrl }: Settings,
  stateDir: string,
  isDemo: boolean,
): Promise<OpenShared | null> {
  if (redisUrl === null) return null;
  if (isDemo) {
    notice("warn", "CCP_REDIS_URL is left alone: the demo's time is not the others'");
    return null;
  }
  const parsed = parseShared(redisUrl);
  if (!parsed.success) {
    const next = "set CCP_REDIS_URL right, or unset it";
    throw new StartError({
      what: "CCP_REDIS_URL cannot be used",
      why: [parsed.reason],
      next,
      exitCode: EXIT_BAD_CONFIG,
    });
  }
  const { sharedOverRedis } = await import("../shared/open-shared.ts");
  return sharedOverRedis(parsed.settings, stateDir);
}

interface ConfigFiles {
  readonly catalog: CatalogInForce;
  readonly readCatalog: () => CatalogInForce;
  readonly readQuotas: () => ReturnType<typeof readQuotasAt>;
  readonly quotasPath: string | null;
}

/** Told and no more: whoever shares a machine with friends may mean it. */
function tellRights(paths: readonly (string | null)[]): void {
  for (const path of new Set(paths)) {
    const fault = path === null ? null : checkRights(path);
    if (fault !== null) notice("warn", `${fault.path} ${fault.what}; to end that: ${fault.mend}`);
  }
}

function readConfig(env: RunOptions["env"], strict: boolean): ConfigFiles {
  const where = { env, checkoutDir: findCheckout(), homeDir: homedir() };
  const catalogPlace = locateConfig("providers", where);
  const catalog = readCatalogAt(catalogPlace);
  // A broken catalog has no lanes that a quota could be measured by.
  let lanes = catalog.issues.length === 0 ? catalog.catalog : null;
  const readCatalog = (): ReturnType<typeof readCatalogAt> => {
    const read = readCatalogAt(catalogPlace);
    if (read.issues.length === 0) lanes = read.catalog;
    return read;
  };
  const quotaPlace = locateConfig("quotas", where);
  const readQuotas = (): ReturnType<typeof readQuotasAt> => {
    const read = readQuotasAt(quotaPlace);
    const strangers = lanes === null ? [] : checkQuotaLanes(read.config, lanes);
    return { ...read, issues: [...read.issues, ...strangers] };
  };
  const quotas = readQuotas();
  const lines = [
    ...catalog.issues.map((issue) => formatIssue(catalog.path ?? "providers.yaml", issue)),
    ...quotas.issues.map((issue) => formatIssue(quotas.path ?? "quotas.json", issue)),
  ];
  if (lines.length > 0) {
    if (strict) throw brokenFiles(lines);
    for (const line of lines) notice("error", line);
    if (catalog.issues.length > 0)
      notice("error", "nothing is routed until the catalog is mended; it is looked at every two seconds");
    if (quotas.issues.length > 0)
      notice("error", `the quotas are not in force until they are mended; then: ${CLI_NAME} quotas reload`);
  }
  for (const issue of [...catalog.warnings, ...quotas.warnings]) {
    notice("warn", formatIssue(catalog.path ?? "providers.yaml", issue));
  }
  return { catalog, readCatalog, readQuotas, quotasPath: quotas.path };
}

function brokenFiles(why: readonly string[]): StartError {
  const what = "the configuration is broken, and --strict refuses it";
  return new StartError({ what, why, next: "mend it, or start without --strict", exitCode: EXIT_BAD_CONFIG });
}

function lockState(paths: StatePaths): { release(): void } {
  const lock = acquireStateLock(paths.stateDir);
  if (lock.kind === "owner") return lock;
  if (lock.kind === "unavailable") {
    throw new StartError({
      what: `the state folder ${paths.stateDir} cannot be used`,
      why: [lock.reason],
      next: "make it writable, or choose another: CCP_STATE_DIR=…",
    });
  }
  throw new StartError({
    what: `another gateway uses the state folder ${paths.stateDir}`,
    why: [`process ${lock.pid} writes there, and two would spoil each other's counts`],
    next: `stop it (kill ${lock.pid}), or give this one its own folder: CCP_STATE_DIR=… and CCP_PORT=…`,
  });
}

async function listenOrExplain(settings: Settings, start: () => Promise<Gateway>): Promise<Gateway> {
  let gateway: Gateway;
  try {
    gateway = await start();
  } catch (error) {
    throw await explainListenError(settings, error);
  }
  const [own] = await findOwnLanes(gateway.deps.catalog.lanes, gateway.url);
  if (own !== undefined) {
    await gateway.close();
    const [what = "", ...why] = own.message.split(": ");
    const next = "change its base_url in the provider catalog";
    throw new StartError({ what, why: [why.join(": ")], next, exitCode: EXIT_BAD_CONFIG });
  }
  return gateway;
}
