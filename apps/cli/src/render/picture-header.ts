import { gatewayFacts } from "../view/additive-fields.ts";
import type { Picture } from "../view/picture.ts";
import { asOfText, dateText } from "./clock.ts";
import { packLine, splitLine } from "./flow.ts";
import { hostOf } from "./host-of.ts";
import { type Line, span } from "./line.ts";
import type { Look } from "./look.ts";
import { spanText } from "./quantity.ts";
import { safeText } from "./safe-text.ts";

/** First line of every live view: which gateway, how it is, and what time it is there. */
export function renderPictureHeader(picture: Picture, look: Look, more: readonly Line[] = []): Line {
  const { view, live, nowSec } = picture;
  const facts = gatewayFacts(view);
  const title: Line = [span("ccp ", "bold"), span(safeText(hostOf(picture.url)))];
  const state: Line[] = live
    ? facts.uptimeSec === null
      ? []
      : [[span(`up ${spanText(facts.uptimeSec)}`)]]
    : [[span("DOWN", "block"), span(`  last known ${asOfText(picture.asOfTs, nowSec, look.timeZone)}`)]];
  const left = [
    title,
    ...state,
    ...(facts.demo ? [[span("DEMO", "warn")]] : []),
    [span(`mode ${view.reroute_mode}`)],
    ...more,
  ];
  const date: Line = [span(dateText(nowSec, look.timeZone), "dim")];
  const room = look.columns - dateText(nowSec, look.timeZone).length - 2;
  // A narrow screen keeps what is known about the gateway and drops the clock.
  const packed = packLine(left, Math.max(room, look.columns >= 80 ? room : look.columns), look);
  const used = packed.reduce((sum, { text }) => sum + text.length, 0);
  return used <= room ? splitLine(packed, date, look.columns, look) : packed;
}
