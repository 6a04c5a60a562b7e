/*
 * Options of `serve` that decide who may contribute.
 */
#ifndef SERVER_CONFIG_H
#define SERVER_CONFIG_H

#include "server/app.h"

enum { LEGAL_MAX_BYTES = 64 * 1024 /* of the file: forty printed pages */ };

/* Whether an address is this machine's: localhost, 127.0.0.1 and its like, [::1]. */
bool config_is_local(const char *url);
/* The file of --legal: lines "key: value" up to an empty line, then free text. It has a publisher or a host, a contact and a
 * controller. The texts point into *kept, which outlives the config. path NULL: nothing is given. */
bool config_read_legal(struct config *c, const char *path, struct buf *kept, struct err *err) MUST_USE;
/* After base_url and legal. All may be NULL. */
bool config_read_contributions(struct config *c, const char *contributions, const char *photos, const char *trusted_proxy, const char *onion, struct err *err) MUST_USE;

#endif
