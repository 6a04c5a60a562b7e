/*
 * What the text*.c files share of Pango; no other file includes this.
 */
#ifndef RENDERER_TEXT_PANGO_H
#define RENDERER_TEXT_PANGO_H

#include "renderer/text.h"

#include <pango/pangocairo.h>

PangoContext *text_pango(struct text_engine *t);
/* "Noto Sans Bold, DejaVu Sans" as Pango says it: families, then style and weight of the first. The caller frees it. */
PangoFontDescription *text_describe(struct str stack, double size_px);

#endif
