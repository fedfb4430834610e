export { type ConfigKind, type ConfigLocation, type LocateOptions, locateConfig } from "./locate-config.ts";
export {
  type CatalogRead,
  type QuotasRead,
  readCatalog,
  readCatalogAt,
  readQuotas,
  readQuotasAt,
} from "./read-config.ts";
