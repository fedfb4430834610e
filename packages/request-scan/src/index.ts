export { type MediaSize, NO_MEDIA } from "./media/media-size.ts";
export { scanMedia } from "./media/scan-media.ts";
export { proveSingleModel } from "./prove-single-model.ts";
export { type RequestScan, type ScanIssue, type ScanResult, scanRequest } from "./scan-request.ts";
