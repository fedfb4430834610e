/** What the media of a request take: pictures and documents that a body carries or names. */
export interface MediaSize {
  /** Bytes of the body that are encoded media. They are no text, and say nothing of tokens. */
  readonly bytes: number;
  /** Tokens that they are expected to take, rather too many than too few. */
  readonly tokens: number;
  /** Tokens that they take at least: what a refusal may go by. */
  readonly leastTokens: number;
  /** How many of them lie elsewhere (a URL, an uploaded file): their size is a guess. */
  readonly elsewhere: number;
}

export const NO_MEDIA: MediaSize = { bytes: 0, tokens: 0, leastTokens: 0, elsewhere: 0 };

/** Width and height in pixels. */
export interface Picture {
  readonly width: number;
  readonly height: number;
}

export type MediaTokens = Pick<MediaSize, "tokens" | "leastTokens">;

/** Anthropic's rule: width × height ÷ 750, after shrinking to what a model looks at. */
const PIXELS_PER_TOKEN = 750;
/** The longer edge and the most tokens: of models since Opus 4.7, and of those before. */
const SHARP = { edge: 2576, tokens: 4784 } as const;
const PLAIN = { edge: 1568, tokens: 1600 } as const;
/** A picture whose size cannot be read: the most that a model of the plain kind takes. */
const UNREAD_PICTURE: MediaTokens = { tokens: PLAIN.tokens, leastTokens: 0 };

/** @param picture `null` where its header could not be read, or it lies elsewhere. */
export function pictureTokens(picture: Picture | null): MediaTokens {
  if (picture === null) return UNREAD_PICTURE;
  return { tokens: shrunk(picture, SHARP), leastTokens: Math.floor(shrunk(picture, PLAIN) / 2) };
}

function shrunk({ width, height }: Picture, most: typeof SHARP | typeof PLAIN): number {
  const scale = Math.min(1, most.edge / Math.max(width, height));
  const tokens = Math.ceil((width * scale * height * scale) / PIXELS_PER_TOKEN);
  return Math.max(1, Math.min(most.tokens, tokens));
}

/** A page is read as text and as a picture: 1,500 to 3,000 tokens by Anthropic's word. */
const TOKENS_PER_PAGE = 3000;
const LEAST_DOCUMENT_TOKENS = 100;
/** How many pages a document has is packed away in it; its bytes tell about as much. */
const BYTES_PER_PAGE = 50_000;
const MOST_PAGES = 100;
/** A document that lies elsewhere. */
const UNSEEN_PAGES = 4;

/** @param bytes Decoded; `null` for one that lies elsewhere. */
export function documentTokens(bytes: number | null): MediaTokens {
  const pages = bytes === null ? UNSEEN_PAGES : Math.max(1, Math.ceil(bytes / BYTES_PER_PAGE));
  return { tokens: Math.min(MOST_PAGES, pages) * TOKENS_PER_PAGE, leastTokens: LEAST_DOCUMENT_TOKENS };
}
