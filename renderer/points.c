#include "renderer/layer.h"

bool points_draw(struct drawing *d, const struct style_layer *layer, bool *done, struct err *err)
{
    (void)d, (void)layer, (void)err;
    *done = false;
    return true;
}
