#include "data/json_stream.h"

#include <string.h>

enum { DEPTH_MAX = 200 };

static void skip_space(struct str s, size_t *at)
{
    while (*at < s.len && (s.at[*at] == ' ' || s.at[*at] == '\t' || s.at[*at] == '\n' || s.at[*at] == '\r' || s.at[*at] == 0x1E))
        ++*at;
}

static bool skip_string(struct str s, size_t *at)
{
    for (++*at; *at < s.len; ++*at) {
        const char *stop = s.at + *at;
        while (stop < s.at + s.len && *stop != '"' && *stop != '\\')
            stop++;
        *at = (size_t)(stop - s.at);
        if (*at >= s.len)
            return false;
        if (*stop == '"') {
            ++*at;
            return true;
        }
        ++*at; /* what is escaped */
    }
    return false;
}

static bool skip_brackets(struct str s, size_t *at)
{
    int depth = 0;
    while (*at < s.len) {
        char c = s.at[*at];
        if (c == '"') {
            if (!skip_string(s, at))
                return false;
            continue;
        }
        ++*at;
        if ((c == '{' || c == '[') && ++depth > DEPTH_MAX)
            return false;
        if ((c == '}' || c == ']') && --depth == 0)
            return true;
    }
    return false;
}

bool json_stream_value(struct str text, size_t *at, struct str *value)
{
    size_t i = *at;
    skip_space(text, &i);
    size_t from = i;
    if (i >= text.len)
        return false;
    if (text.at[i] == '"') {
        if (!skip_string(text, &i))
            return false;
    } else if (text.at[i] == '{' || text.at[i] == '[') {
        if (!skip_brackets(text, &i))
            return false;
    } else {
        while (i < text.len && !strchr(",]} \t\r\n", text.at[i]))
            i++;
    }
    *at = i;
    *value = str_slice(text, from, i);
    return i > from;
}

struct json_walk json_walk_begin(struct str text)
{
    size_t at = 0;
    skip_space(text, &at);
    bool list = at < text.len && (text.at[at] == '{' || text.at[at] == '[');
    return (struct json_walk){.text = text, .at = at + 1, .is_object = list && text.at[at] == '{', .broken = !list};
}

bool json_walk_next(struct json_walk *w)
{
    if (w->broken)
        return false;
    skip_space(w->text, &w->at);
    if (w->at < w->text.len && w->text.at[w->at] == (w->is_object ? '}' : ']'))
        return false;
    if (w->started) {
        if (w->at >= w->text.len || w->text.at[w->at] != ',')
            return w->broken = true, false;
        w->at++;
    }
    w->started = true;
    if (w->is_object) {
        struct str quoted;
        if (!json_stream_value(w->text, &w->at, &quoted) || quoted.len < 2 || quoted.at[0] != '"')
            return w->broken = true, false;
        w->key = str_slice(quoted, 1, quoted.len - 1);
        skip_space(w->text, &w->at);
        if (w->at >= w->text.len || w->text.at[w->at] != ':')
            return w->broken = true, false;
        w->at++;
    }
    if (!json_stream_value(w->text, &w->at, &w->value))
        return w->broken = true, false;
    return true;
}
