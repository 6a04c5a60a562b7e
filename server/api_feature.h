/*
 * What a feature is while it is read; inner to api_record*.c.
 */
#ifndef SERVER_API_FEATURE_H
#define SERVER_API_FEATURE_H

#include "server/api_record.h"

struct feature {
    const struct api_reading *r;
    struct api_fault *fault;
    const struct json *properties, *base; /* base: properties of what is there now, or NULL */
    bool has_point, had_point;
    struct lonlat point, old_point;
    bool has_zone;
    struct shape zone;
    bool makes_device;                    /* a new point without a list of devices */
    struct json_writer w;
};

const struct json *feature_said(const struct feature *f, const char *name); /* NULL: absent or null */
/* A flat property that the sender changed: it stands in what was sent, and is not what was there. */
bool feature_changed(const struct feature *f, const char *name);

void feature_put(struct json_writer *w, struct str key, const struct json *v);
void feature_put_value(struct json_writer *w, const struct json *v);
void feature_put_position(struct json_writer *w, struct lonlat at); /* to 1e-7 degrees */

/* The record's list of devices. */
bool feature_put_devices(struct feature *f);

#endif
