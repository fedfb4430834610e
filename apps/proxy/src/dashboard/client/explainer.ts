import type { RequestsView } from "@ccp/usage-contract";
import { byId, fill, h, setText } from "./dom.ts";
import { getJson } from "./feed.ts";
import { renderExplanation } from "./panels/drawer.ts";

/** The drawer that explains one request. */
export interface Explainer {
  readonly open: (rid: string) => void;
  /** More has happened to a request: if it is the one on show, it is shown anew. */
  readonly changed: (rid: string) => void;
}

export function createExplainer(nowTs: () => number, cli: string): Explainer {
  const dialog = byId("drawer") as HTMLDialogElement;
  const body = byId("drawer-body");
  let shown = "";
  byId("drawer-close").addEventListener("click", () => dialog.close());
  // The backdrop is the dialog itself; what lies inside is a child of it.
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });
  const load = async (rid: string): Promise<void> => {
    try {
      const view = await getJson<RequestsView>(`/v1/requests?rid=${encodeURIComponent(rid)}`);
      const request = view.requests[0];
      // Another one may have been opened while this answer was under way.
      if (request !== undefined && shown === rid) renderExplanation(body, request, nowTs());
    } catch {
      if (shown !== rid) return;
      fill(
        body,
        h(
          "p",
          { class: "quiet" },
          "The gateway does not hold this request any more. Its lines stand in the usage log:",
        ),
        h("pre", {}, `${cli} explain ${rid}`),
      );
    }
  };
  return {
    changed(rid) {
      if (dialog.open && shown === rid) void load(rid);
    },
    open(rid) {
      shown = rid;
      setText(byId("drawer-title"), "Why it went where it went");
      fill(body, h("p", { class: "quiet" }, "Asking the gateway…"));
      if (!dialog.open) dialog.showModal();
      void load(rid);
    },
  };
}
