// Runs in the head, before anything is painted: a page that turns dark after it was light blinds its reader.
import { applyTheme, storedTheme } from "./theme-choice.ts";

applyTheme(storedTheme());
