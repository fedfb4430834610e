/**
 * Stands for the signature of thinking that has none: lanes that check none leave it out or empty, lanes that do refuse
 * it. Which lanes think so is remembered like any mint.
 */
export const UNSIGNED = "(unsigned thinking)";
