/// The scripts by which shells complete `keyway`: each asks the program what may follow.
enum ShellScript: String, CaseIterable {
    case bash, zsh, fish

    var text: String {
        switch self {
        case .bash: Self.bashText
        case .zsh: Self.zshText
        case .fish: Self.fishText
        }
    }

    /// How to have it in every session.
    var installation: String {
        switch self {
        case .bash: "source <(keyway completions bash)   # in ~/.bashrc"
        case .zsh: "source <(keyway completions zsh)    # in ~/.zshrc, after compinit"
        case .fish: "keyway completions fish > ~/.config/fish/completions/keyway.fish"
        }
    }

    private static let bashText = #"""
        # Completions of keyway for bash 4 or newer: source <(keyway completions bash)
        _keyway() {
            # Bash takes "--option=value" for three words.
            local words=() index word joins=
            for ((index = 1; index <= COMP_CWORD; index++)); do
                word=${COMP_WORDS[index]}
                if [[ -n $joins || ( $word == = && ${#words[@]} -gt 0 ) ]]; then
                    words[${#words[@]}-1]+=$word
                    joins=
                    [[ $word == = ]] && joins=yes
                else
                    words+=("$word")
                fi
            done
            if [[ $joins && ${COMP_WORDS[COMP_CWORD]} != = ]]; then joins=; fi
            local current=${words[${#words[@]}-1]-}
            local before=("${words[@]:0:${#words[@]}-1}")
            local paths line candidates
            COMPREPLY=()
            {
                read -r paths
                while IFS= read -r line; do
                    line=${line%%$'\t'*}
                    # What stands before the sign is a word that bash keeps.
                    [[ $current == --*=* ]] && line=${line#*=}
                    COMPREPLY+=("$line")
                done
            } < <("${COMP_WORDS[0]}" completions candidates -- "$current" "${before[@]}" 2>/dev/null)
            [[ $current == --*=* ]] && current=${current#*=}
            case $paths in
            files) compopt -o filenames 2>/dev/null; mapfile -t -O ${#COMPREPLY[@]} COMPREPLY < <(compgen -f -- "$current") ;;
            directories) compopt -o filenames 2>/dev/null; mapfile -t -O ${#COMPREPLY[@]} COMPREPLY < <(compgen -d -- "$current") ;;
            esac
            if [[ ${#COMPREPLY[@]} == 1 && ${COMPREPLY[0]} == *= ]]; then compopt -o nospace 2>/dev/null; fi
        }
        complete -F _keyway keyway

        """#

    private static let zshText = #"""
        #compdef keyway
        # Completions of keyway for zsh: source <(keyway completions zsh)
        _keyway() {
            local -a before lines candidates
            local line paths word help
            before=("${(@)words[2,CURRENT-1]}")
            lines=("${(@f)$("${words[1]}" completions candidates -- "${words[CURRENT]}" "${before[@]}" 2>/dev/null)}")
            paths=${lines[1]}
            for line in "${(@)lines[2,-1]}"; do
                word=${line%%$'\t'*}
                help=${line#*$'\t'}
                candidates+=("${word//:/\\:}${help:+:$help}")
            done
            (( ${#candidates} )) && _describe -t values 'keyway' candidates
            [[ ${words[CURRENT]} == --*=* ]] && compset -P '*='
            case $paths in
            files) _files ;;
            directories) _files -/ ;;
            esac
        }
        # Found by compinit, this file is the function itself.
        if [[ ${funcstack[1]} == _keyway ]]; then _keyway "$@"; else compdef _keyway keyway; fi

        """#

    private static let fishText = #"""
        # Completions of keyway for fish: keyway completions fish | source
        function __keyway_complete
            set -l before (commandline -opc)
            set -l program $before[1]
            set -e before[1]
            set -l current (commandline -ct)
            set -l lines ($program completions candidates -- "$current" $before 2>/dev/null)
            set -l paths $lines[1]
            set -e lines[1]
            for line in $lines
                echo $line
            end
            set -l prefix (string match -r '^--[^=]*=' -- $current)
            switch "$paths"
                case files
                    __fish_complete_path $prefix(string replace -r '^--[^=]*=' '' -- $current)
                case directories
                    __fish_complete_directories (string replace -r '^--[^=]*=' '' -- $current)
            end
        end
        complete -c keyway -f -a '(__keyway_complete)'

        """#
}
