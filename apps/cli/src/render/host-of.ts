/** `127.0.0.1:8082` */
export function hostOf(url: string): string {
  return url.replace(/^https?:\/\//, "");
}
