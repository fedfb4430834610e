/** One event's data may take this much; a larger one is passed over whole. */
const MAX_EVENT_CHARS = 1_048_576;

/**
 * Gives the data of each event of a `text/event-stream`: LF, CRLF or CR ends a line, a blank line ends an event, `data`
 * lines are joined by LF, the space after the colon is optional. An event at the end counts without its blank line.
 */
export class EventSplitter {
  readonly #onData: (data: string) => void;
  #line = "";
  #data: string | null = null;
  #oversize = false;
  #afterCr = false;

  constructor(onData: (data: string) => void) {
    this.#onData = onData;
  }

  /** Whether nothing of an event is waiting for its rest. */
  get isBetweenEvents(): boolean {
    return this.#line === "" && this.#data === null && !this.#oversize && !this.#afterCr;
  }

  push(text: string): void {
    if (text === "") return;
    let start = this.#afterCr && text.startsWith("\n") ? 1 : 0;
    this.#afterCr = false;
    let lf = text.indexOf("\n", start);
    let cr = text.indexOf("\r", start);
    while (lf !== -1 || cr !== -1) {
      const end = cr === -1 || (lf !== -1 && lf < cr) ? lf : cr;
      this.#endLine(text.slice(start, end));
      start = end === cr && lf === cr + 1 ? end + 2 : end + 1;
      this.#afterCr = end === cr && start === text.length && lf !== cr + 1;
      // Search again only for a kind that was passed, or a stream of bare CRs would be scanned anew for each line.
      if (lf !== -1 && lf < start) lf = text.indexOf("\n", start);
      if (cr !== -1 && cr < start) cr = text.indexOf("\r", start);
    }
    this.#keep(text.slice(start));
  }

  end(): void {
    if (this.#line !== "") this.#endLine("");
    this.#dispatch();
  }

  #keep(rest: string): void {
    this.#line += rest;
    if (this.#line.length <= MAX_EVENT_CHARS) return;
    this.#oversize = true;
    this.#line = ":"; // reads as a comment, and the line stays non-empty
  }

  #endLine(rest: string): void {
    const line = this.#line + rest;
    this.#line = "";
    if (line === "") this.#dispatch();
    else if (line.startsWith("data:")) this.#add(line.slice(line[5] === " " ? 6 : 5));
  }

  #add(value: string): void {
    this.#data = this.#data === null ? value : `${this.#data}\n${value}`;
    if (this.#data.length > MAX_EVENT_CHARS) this.#oversize = true;
    if (this.#oversize) this.#data = null;
  }

  #dispatch(): void {
    const data = this.#data;
    const oversize = this.#oversize;
    this.#data = null;
    this.#oversize = false;
    if (data !== null && !oversize) this.#onData(data);
  }
}
