/*
 * The members of a big JSON text one after another, without a tree of the whole: a value is found by its brackets, and
 * read properly (json_read) by whoever wants it. Used where a file is a list of a million things.
 */
#ifndef DATA_JSON_STREAM_H
#define DATA_JSON_STREAM_H

#include "data/base/str.h"

/* The text of the value at *at (white space before it is passed over); *at moves behind it. False: there is no whole one. */
bool json_stream_value(struct str text, size_t *at, struct str *value);

/* Walks the members of an object or the items of an array, given as text from bracket to bracket:
 *     for (struct json_walk w = json_walk_begin(text); json_walk_next(&w);) … w.key, w.value */
struct json_walk {
    struct str text;
    size_t at;
    bool is_object, started;
    bool broken;      /* it ended before its bracket did */
    struct str key;   /* as written, without quotes and not unescaped */
    struct str value;
};
struct json_walk json_walk_begin(struct str text);
bool json_walk_next(struct json_walk *w);

#endif
