#include "server/api_version.h"

#include <stdio.h>

#include "data/base/hash.h"

void version_tag(char out[VERSION_TAG_BYTES], char kind, uint64_t id, uint32_t version, struct str body)
{
    if (body.len)
        snprintf(out, VERSION_TAG_BYTES, "\"%c%llu-v%u-%08llx\"", kind, (unsigned long long)id, version,
            (unsigned long long)(hash64(body.at, body.len, 0) & 0xffffffffu));
    else
        snprintf(out, VERSION_TAG_BYTES, "\"%c%llu-v%u\"", kind, (unsigned long long)id, version);
}

bool version_matches(struct str if_match, char kind, uint64_t id, uint32_t version)
{
    char wanted[VERSION_TAG_BYTES];
    int n = snprintf(wanted, sizeof wanted, "\"%c%llu-v%u", kind, (unsigned long long)id, version);
    struct str rest = if_match, tag;
    if (str_eq(str_trim(if_match), S("*")))
        return true;
    while (rest.len && str_next(&rest, ',', &tag)) {
        tag = str_trim(tag); /* a weak one starts with W/ and never matches */
        struct str end = str_slice(tag, (size_t)n, tag.len);
        if (str_starts(tag, str_from(wanted, (size_t)n)) && (str_eq(end, S("\"")) || (str_starts(end, S("-")) && str_ends(end, S("\"")))))
            return true;
    }
    return false;
}
