#include "data/base/json_patch.h"

static void put_value(struct json_writer *w, const struct json *v)
{
    AUTO(buf) text = {0};
    json_write(&text, v);
    json_put_raw(w, buf_str(&text));
}

static void merge(struct json_writer *w, const struct json *target, const struct json *patch)
{
    if (json_kind(patch) != JSON_OBJECT) {
        put_value(w, patch);
        return;
    }
    bool under = json_kind(target) == JSON_OBJECT;
    json_open(w, '{');
    for (struct json_each e = {0}; under && json_each(target, &e);) {
        const struct json *change = json_get(patch, e.key);
        if (change && json_kind(change) == JSON_NULL)
            continue;
        json_key_str(w, e.key);
        if (change)
            merge(w, e.value, change);
        else
            put_value(w, e.value);
    }
    for (struct json_each e = {0}; json_each(patch, &e);) {
        if (json_kind(e.value) == JSON_NULL || (under && json_get(target, e.key)))
            continue;
        json_key_str(w, e.key);
        merge(w, NULL, e.value);
    }
    json_close(w, '}');
}

void json_merge(struct buf *out, const struct json *target, const struct json *patch)
{
    merge(&(struct json_writer){.out = out}, target, patch);
}

bool json_same(const struct json *a, const struct json *b)
{
    enum json_kind kind = json_kind(a);
    if (kind != json_kind(b) || json_size(a) != json_size(b))
        return false;
    switch (kind) {
    case JSON_NULL:
        return true;
    case JSON_BOOL:
        return json_bool(a) == json_bool(b);
    case JSON_NUMBER:
        return json_number(a) == json_number(b);
    case JSON_STRING:
        return str_eq(json_string(a), json_string(b));
    case JSON_ARRAY:
        for (size_t i = 0; i < json_size(a); i++)
            if (!json_same(json_at(a, i), json_at(b, i)))
                return false;
        return true;
    case JSON_OBJECT:
        for (struct json_each e = {0}; json_each(a, &e);) {
            const struct json *other = json_get(b, e.key);
            if (!other || !json_same(e.value, other))
                return false;
        }
        return true;
    }
    return false;
}

static void differ(struct json_writer *w, const struct json *from, const struct json *to)
{
    json_open(w, '{');
    for (struct json_each e = {0}; json_each(from, &e);) {
        const struct json *now = json_get(to, e.key);
        if (now && json_same(e.value, now))
            continue;
        json_key_str(w, e.key);
        if (!now)
            json_put_null(w);
        else if (json_kind(now) == JSON_OBJECT && json_kind(e.value) == JSON_OBJECT)
            differ(w, e.value, now);
        else
            put_value(w, now);
    }
    for (struct json_each e = {0}; json_each(to, &e);)
        if (!json_get(from, e.key)) {
            json_key_str(w, e.key);
            put_value(w, e.value);
        }
    json_close(w, '}');
}

void json_difference(struct buf *out, const struct json *from, const struct json *to)
{
    differ(&(struct json_writer){.out = out}, from, to);
}
