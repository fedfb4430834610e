import { posixQuoted } from "../view/quoted.ts";
import { identifier, type ScriptOptions } from "./script-options.ts";

/**
 * For bash 4 and newer; bash-completion is not needed. Bash breaks words at `=` and `:`, which has to be undone
 * before, and done again after. Nothing that was typed is evaluated.
 */
export function bashScript({ names, program }: ScriptOptions): string {
  const fn = `_${identifier(names[0])}_complete`;
  return `# bash completion for ${names[0]}
${fn}() {
    local line=\${COMP_LINE:0:COMP_POINT} words=() rest i word
    for ((i = 0; i <= COMP_CWORD; i++)); do
        word=\${COMP_WORDS[i]}
        rest=\${line#"\${line%%[![:space:]]*}"}
        ((i == COMP_CWORD)) && word=$rest
        if ((i > 0)) && [[ $rest == "$line" ]]; then
            words[\${#words[@]} - 1]+=$word
        else
            words+=("$word")
        fi
        line=\${rest#"$word"}
    done

    local cur=\${words[\${#words[@]} - 1]} out cut=""
    out=$(${posixQuoted(program)} complete -- "\${words[@]:1}" 2>/dev/null) || return
    COMPREPLY=()
    [[ $cur == *[=:]* ]] && cut=\${cur%"\${cur##*[$COMP_WORDBREAKS]}"}
    while IFS= read -r line; do
        case $line in
            :0) compopt -o filenames 2>/dev/null
                local path=\${cur#--*=}
                while IFS= read -r word; do COMPREPLY+=("$word"); done < <(compgen -f -- "$path") ;;
            :16) compopt -o filenames 2>/dev/null
                while IFS= read -r word; do COMPREPLY+=("$word"); done < <(compgen -d -- "\${cur#--*=}") ;;
            :*) ;;
            *) word=\${line%%$'\\t'*}
                COMPREPLY+=("\${word#"$cut"}") ;;
        esac
    done <<<"$out"
}
complete -F ${fn} ${names.map(posixQuoted).join(" ")}
`;
}
