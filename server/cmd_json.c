/* contrechamp json check FILE: what our door to JSON says of a file. */
#include <stdio.h>
#include <string.h>

#include "data/base/json.h"
#include "server/command.h"

static const char HELP[] = "usage: contrechamp json check FILE\n\n"
                           "Says whether FILE is JSON (RFC 8259) within our limits; exit 1 and the line where it is not.\n";

int cmd_json(struct invocation *inv)
{
    struct option_list words = {0};
    int code;
    if (!options_read(inv, NULL, 0, &words, HELP, &code))
        return code;
    if (words.n != 2 || strcmp(words.at[0], "check") != 0)
        return command_misused(inv, "say `json check FILE`");
    struct err err;
    AUTO(buf) text = {0};
    AUTO(json_doc) doc = {0};
    if (!buf_read_file(&text, words.at[1], JSON_STYLE.bytes, &err))
        return command_failed(inv, &err);
    if (!json_read(&doc, buf_str(&text), &JSON_STYLE, &err)) {
        err_under(&err, "%s", words.at[1]);
        return command_failed(inv, &err);
    }
    printf("%s: JSON, %zu bytes\n", words.at[1], text.len);
    return EXIT_DONE;
}
