/*
 * Versions of records and contributions as entity tags: "d12-v3-9f31c0aa". The end tells apart what time changes in the text without
 * a new version; a condition looks at number and version alone.
 */
#ifndef SERVER_API_VERSION_H
#define SERVER_API_VERSION_H

#include "data/base/str.h"

enum { VERSION_TAG_BYTES = 40 };
/* With its quotes. kind: 'd' for a record, 'c' for a contribution; body may be empty. */
void version_tag(char out[VERSION_TAG_BYTES], char kind, uint64_t id, uint32_t version, struct str body);
/* Whether an If-Match header (RFC 9110, 13.1.1) lets this version pass: "*", or a strong tag of it, with or without the "-g" that an
 * answer packed with gzip carries. */
bool version_matches(struct str if_match, char kind, uint64_t id, uint32_t version);

#endif
