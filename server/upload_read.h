/* Reading an uploaded file into a view, and into a plan of what to write; inner to upload.c and upload_apply.c. */
#ifndef SERVER_UPLOAD_READ_H
#define SERVER_UPLOAD_READ_H

#include "server/upload.h"

/* A view with a copy of the wish; one hold. */
struct upload_view *upload_view_new(const struct upload_wish *wish);
struct upload_view *upload_view_hold(struct upload_view *v);
void upload_view_drop(struct upload_view *v);

/* The import's job for a file: its limits are those of uploads. Texts live in the arena. */
struct import_job upload_job(const struct upload_wish *w, const char *path, const bool *stop, struct arena *a);
/* Reads the file; what goes wrong is in the view. */
void upload_read(struct store *store, const char *path, const struct who *who, const bool *stop, struct upload_view *v);

/* Whether somebody may put this record in as it is: a moderator, in their territory, where one person is enough. */
bool upload_may_publish(struct store *store, const struct who *who, const struct import_row *row);

/* ---- of upload.c, for upload_apply.c ---- */
struct upload_claim {
    char id[33];
    char path[600];
    struct upload_view *view; /* held */
    const bool *stop;
};
/* The plan is the upload's from then on, if it is claimed: freed when it is claimed again or forgotten. */
bool upload_claim(struct app *app, const struct caller *who, struct str id, void *plan, void (*plan_free)(void *plan), struct upload_claim *out,
    struct err *err);
/* done NULL: it failed, and the upload is ready again. Twice is once. */
void upload_unclaim(struct app *app, struct upload_claim *c, const struct upload_done *done);

#endif
