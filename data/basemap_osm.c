#include "data/basemap_sources.h"
bool extract_read(struct extract *e, struct err *err)
{
    return err_set(err, ERR_INTERNAL, "%s", e->path);
}
