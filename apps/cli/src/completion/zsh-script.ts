import { posixQuoted } from "../view/quoted.ts";
import { identifier, type ScriptOptions } from "./script-options.ts";

/** For a file `_ccp` in `fpath`, or to be sourced behind \`compinit\`. */
export function zshScript({ names, program }: ScriptOptions): string {
  const fn = `_${identifier(names[0])}`;
  return `#compdef ${names.join(" ")}
# zsh completion for ${names[0]}
${fn}() {
    local -a lines described
    local line directive
    lines=("\${(@f)$(${posixQuoted(program)} complete -- "\${(@Q)words[2,CURRENT-1]}" "\${(Q)PREFIX}" 2>/dev/null)}")
    directive=\${lines[-1]}
    lines[-1]=()
    if [[ $directive == :0 || $directive == :16 ]]; then
        compset -P '--*='
        if [[ $directive == :16 ]]; then _files -/; else _files; fi
        return
    fi
    for line in "\${lines[@]}"; do
        described+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}")
    done
    (( \${#described} )) && _describe -V '${names[0]}' described
}
if [[ \${funcstack[1]} == ${fn} ]]; then
    ${fn} "$@"
else
    compdef ${fn} ${names.map(posixQuoted).join(" ")}
fi
`;
}
