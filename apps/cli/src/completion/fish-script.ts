import { fishQuoted } from "../view/quoted.ts";
import { identifier, type ScriptOptions } from "./script-options.ts";

export function fishScript({ names, program }: ScriptOptions): string {
  const fn = `__${identifier(names[0])}_complete`;
  const registered = names.map((name) => {
    const quoted = fishQuoted(name);
    return `complete -c ${quoted} -e\ncomplete -c ${quoted} -k -f -a '(${fn})'\n`;
  });
  return `# fish completion for ${names[0]}
function ${fn}
    set -l words (commandline -opc)
    set -e words[1]
    set -l word (commandline -ct)
    set -l lines (${fishQuoted(program)} complete -- $words "$word" 2>/dev/null)
    set -l directive $lines[-1]
    switch "$directive"
        case :0 :16
            set -l before (string match -r -- '^--[^=]*=' "$word")
            set -l typed (string replace -r -- '^--[^=]*=' '' "$word")
            for path in (__fish_complete_path "$typed")
                test "$directive" = :0; or string match -q -- '*/*' "$path"; or continue
                printf '%s%s\\n' "$before" "$path"
            end
        case '*'
            set -e lines[-1]
            test (count $lines) -gt 0; and printf '%s\\n' $lines
    end
end
${registered.join("")}`;
}
