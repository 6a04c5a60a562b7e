/*
 * The styles and icons of this project, placed in the program, so that it draws wherever it is started.
 */
#ifndef RENDERER_BUILTIN_H
#define RENDERER_BUILTIN_H

#include "data/base/str.h"

bool builtin_style(struct str name, struct str *json); /* "light", "dark", "print", "deployments" */
const char *builtin_style_name(size_t i);              /* NULL past the last */
bool builtin_icon(struct str name, struct str *svg);

#endif
