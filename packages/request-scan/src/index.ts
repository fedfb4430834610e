export { proveSingleModel } from "./prove-single-model.ts";
export { type RequestScan, type ScanIssue, type ScanResult, scanRequest } from "./scan-request.ts";
