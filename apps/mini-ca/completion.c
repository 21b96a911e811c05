/* completion: what a shell needs to complete command lines, out of the option tables. */
#include <stdio.h>
#include <string.h>

#include "apps/mini-ca/mini_ca.h"

typedef struct {
    mini_ca base;
} args;

static const hs__option OPTIONS[] = {MINI_CA_OPTIONS(args, base), {0}};

const hs__program mini_ca_completion_program = {
    .name = "mini-ca completion",
    .usage = "bash|zsh|fish",
    .about = "Prints a script that lets the shell complete mini-ca's commands and options.",
    .examples = "  mini-ca completion bash >~/.local/share/bash-completion/completions/mini-ca\n"
                "  mini-ca completion zsh >\"${fpath[1]}/_mini-ca\"\n"
                "  mini-ca completion fish >~/.config/fish/completions/mini-ca.fish\n",
    .options = OPTIONS,
    .min_operands = 1,
    .max_operands = 1,
    .operands = "SHELL",
};

static const struct {
    const char *name;
    const hs__program *program;
} COMMANDS[] = {
#define MINI_CA_COMMAND(name) {#name, &mini_ca_##name##_program},
    MINI_CA_COMMANDS(MINI_CA_COMMAND)
#undef MINI_CA_COMMAND
};
enum { N_COMMANDS = sizeof COMMANDS / sizeof *COMMANDS };

static bool takes_value(const hs__option *o) {
    return o->kind != HS__OPT_FLAG && o->kind != HS__OPT_SET && o->kind != HS__OPT_COUNT;
}

static bool is_last(const hs__option *o) {
    return !o->name && !o->letter;
}

static void put_commands(const char *between) {
    for (size_t i = 0; i < N_COMMANDS; i++)
        printf("%s%s", i ? between : "", COMMANDS[i].name);
}

/* ---- bash -------------------------------------------------------------------------------- */
static void put_long_options(const hs__program *p) {
    printf("--help --version");
    for (const hs__option *o = p->options; !is_last(o); o++)
        if (o->name)
            printf(" --%s%s", o->name, takes_value(o) ? "=" : "");
}

/* "case" rows for options that are one of several words. */
static void put_bash_values(const hs__program *p, const char *command) {
    for (const hs__option *o = p->options; !is_last(o); o++) {
        if (o->kind != HS__OPT_CHOICE)
            continue;
        printf("        %s:--%s) values='", command, o->name);
        for (size_t i = 0; o->values[i]; i++)
            printf("%s%s", i ? " " : "", o->values[i]);
        printf("' ;;\n");
    }
}

static void put_bash(void) {
    printf("# mini-ca's completion for bash\n_mini_ca() {\n"
           "    local current=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]}\n"
           "    local command= word values= options=\n"
           "    for word in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n"
           "        case $word in\n        ");
    put_commands("|");
    printf(") command=$word; break ;;\n        esac\n    done\n"
           "    [ \"$before\" = = ] && before=${COMP_WORDS[COMP_CWORD-2]}\n"
           "    [ \"$current\" = = ] && current= && before=${COMP_WORDS[COMP_CWORD-1]}\n"
           "    case $command:$before in\n");
    for (size_t i = 0; i < N_COMMANDS; i++)
        put_bash_values(COMMANDS[i].program, COMMANDS[i].name);
    printf("    esac\n    if [ -n \"$values\" ]; then\n"
           "        COMPREPLY=($(compgen -W \"$values\" -- \"$current\"))\n        return\n    fi\n"
           "    case $command in\n    '') options='");
    put_commands(" ");
    printf("' ;;\n");
    for (size_t i = 0; i < N_COMMANDS; i++) {
        printf("    %s) options='", COMMANDS[i].name);
        put_long_options(COMMANDS[i].program);
        printf("' ;;\n");
    }
    printf("    esac\n"
           "    if [ -z \"$command\" ] || [ \"${current#-}\" != \"$current\" ]; then\n"
           "        COMPREPLY=($(compgen -W \"$options\" -- \"$current\"))\n"
           "        [ \"${COMPREPLY[0]%%=}\" != \"${COMPREPLY[0]}\" ] && compopt -o nospace\n"
           "    else\n        COMPREPLY=($(compgen -f -- \"$current\"))\n    fi\n}\n"
           "complete -o filenames -F _mini_ca mini-ca\n");
}

/* ---- zsh --------------------------------------------------------------------------------- */
/* Inside '...[...]' of _arguments. */
static void put_zsh_text(const char *text) {
    for (; *text; text++) {
        if (*text == '\'')
            printf("'\\''");
        else if (strchr("[]:\\", *text))
            printf("\\%c", *text);
        else
            putchar(*text);
    }
}

static void put_zsh_option(const hs__option *o) {
    if (!o->name)
        return;
    printf("            '*--%s%s[", o->name, takes_value(o) ? "=" : "");
    put_zsh_text(o->help);
    printf("]");
    if (o->kind == HS__OPT_CHOICE) {
        printf(":value:(");
        for (size_t i = 0; o->values[i]; i++)
            printf("%s%s", i ? " " : "", o->values[i]);
        printf(")");
    } else if (takes_value(o)) {
        printf(":value:_files");
    }
    printf("' \\\n");
}

static void put_zsh(void) {
    printf("#compdef mini-ca\n_mini_ca() {\n    local context state line\n    local -a commands\n"
           "    commands=(\n");
    for (size_t i = 0; i < N_COMMANDS; i++) {
        printf("        '%s:", COMMANDS[i].name);
        put_zsh_text(COMMANDS[i].program->about);
        printf("'\n");
    }
    printf("    )\n    _arguments -C '-C[folder]:folder:_directories' '1:command:->command' "
           "'*::argument:->argument'\n    case $state in\n    command) _describe command commands "
           ";;\n    argument)\n        case $words[1] in\n");
    for (size_t i = 0; i < N_COMMANDS; i++) {
        printf("        %s) _arguments \\\n", COMMANDS[i].name);
        for (const hs__option *o = COMMANDS[i].program->options; !is_last(o); o++)
            put_zsh_option(o);
        printf("            '*:file:_files' ;;\n");
    }
    printf("        esac ;;\n    esac\n}\n_mini_ca \"$@\"\n");
}

/* ---- fish -------------------------------------------------------------------------------- */
static void put_fish_text(const char *text) {
    putchar('\'');
    for (; *text; text++)
        printf(*text == '\'' || *text == '\\' ? "\\%c" : "%c", *text);
    putchar('\'');
}

static void put_fish_option(const char *command, const hs__option *o) {
    printf("complete -c mini-ca -n '__fish_seen_subcommand_from %s'", command);
    if (o->name)
        printf(" -l %s", o->name);
    if (o->letter)
        printf(" -s %c", o->letter);
    if (o->kind == HS__OPT_CHOICE) {
        printf(" -x -a '");
        for (size_t i = 0; o->values[i]; i++)
            printf("%s%s", i ? " " : "", o->values[i]);
        printf("'");
    } else if (takes_value(o)) {
        printf(" -r");
    }
    printf(" -d ");
    put_fish_text(o->help);
    putchar('\n');
}

static void put_fish(void) {
    printf("# mini-ca's completion for fish\n");
    for (size_t i = 0; i < N_COMMANDS; i++) {
        printf("complete -c mini-ca -f -n __fish_use_subcommand -a %s -d ", COMMANDS[i].name);
        put_fish_text(COMMANDS[i].program->about);
        putchar('\n');
        for (const hs__option *o = COMMANDS[i].program->options; !is_last(o); o++)
            put_fish_option(COMMANDS[i].name, o);
    }
}

static const struct {
    const char *name;
    void (*put)(void);
} SHELLS[] = {{"bash", put_bash}, {"zsh", put_zsh}, {"fish", put_fish}};

hs__exit mini_ca_completion(const mini_ca *before, int argc, char **argv, hs__fault *fault) {
    args a = {.base = *before};
    hs__exit code;
    (void)fault;
    int first = hs__options_parse(&mini_ca_completion_program, argc, argv, &a, &code);
    if (first < 0)
        return code;
    for (size_t i = 0; i < sizeof SHELLS / sizeof *SHELLS; i++) {
        if (strcmp(SHELLS[i].name, argv[first]) != 0)
            continue;
        SHELLS[i].put();
        return HS__EXIT_OK;
    }
    return hs__usage_error(&mini_ca_completion_program, "'%s': expected one of bash, zsh, fish",
                           hs__safe(argv[first]));
}
