#include "server/command.h"

#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

volatile bool command_stop;

int command_failed(const struct invocation *inv, const struct err *err)
{
    fprintf(stderr, "contrechamp: %s: %s\n", inv->command, err->text);
    return EXIT_FAILED;
}

int command_misused(const struct invocation *inv, const char *format, ...)
{
    char text[ERR_TEXT_BYTES];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    fprintf(stderr, "contrechamp: %s: %s; try contrechamp %s --help\n", inv->command, text, inv->command);
    return EXIT_USAGE;
}

static const struct option *find_option(const struct option *options, size_t n, const char *typed, const char **value)
{
    const char *equals = strchr(typed, '=');
    size_t len = equals ? (size_t)(equals - typed) : strlen(typed);
    *value = equals ? equals + 1 : NULL;
    for (size_t i = 0; i < n; i++)
        if (strlen(options[i].name) == len && strncmp(options[i].name, typed, len) == 0)
            return &options[i];
    return NULL;
}

static bool add_to_list(struct option_list *list, const char *value)
{
    if (list->n == COUNT(list->at))
        return false;
    list->at[list->n++] = value;
    return true;
}

bool options_read(struct invocation *inv, const struct option *options, size_t n, struct option_list *files,
    const char *help, int *code)
{
    bool only_files = false;
    *code = EXIT_USAGE;
    for (int i = 0; i < inv->argc; i++) {
        const char *typed = inv->argv[i], *value;
        if (!only_files && strcmp(typed, "--") == 0) {
            only_files = true;
            continue;
        }
        if (!only_files && strcmp(typed, "--help") == 0) {
            fputs(help, stdout);
            *code = EXIT_DONE;
            return false;
        }
        if (only_files || typed[0] != '-' || typed[1] == '\0') {
            if (!files || !add_to_list(files, typed)) {
                command_misused(inv, files ? "%s: too many files at once" : "%s: this command takes no such word", typed);
                return false;
            }
            continue;
        }
        const struct option *o = find_option(options, n, typed, &value);
        if (!o) {
            command_misused(inv, "%s: there is no such option", typed);
            return false;
        }
        if (o->kind == OPTION_FLAG) {
            if (value) {
                command_misused(inv, "%s takes no value", o->name);
                return false;
            }
            *(bool *)o->into = true;
            continue;
        }
        if (!value) {
            if (i + 1 >= inv->argc) {
                command_misused(inv, "%s needs a value", o->name);
                return false;
            }
            value = inv->argv[++i];
        }
        if (o->kind == OPTION_TEXT)
            *(const char **)o->into = value;
        else if (!add_to_list(o->into, value)) {
            command_misused(inv, "%s was given too often", o->name);
            return false;
        }
    }
    *code = EXIT_DONE;
    return true;
}

static void note_stop(int signal_number)
{
    command_stop = true;
    signal(signal_number, SIG_DFL); /* a second Ctrl-C ends at once */
}

void command_catch_stop(void)
{
    struct sigaction act = {.sa_handler = note_stop};
    sigaction(SIGINT, &act, NULL);
    sigaction(SIGTERM, &act, NULL);
}
