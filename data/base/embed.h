/*
 * EMBED(web_map_js, "server/web/map.js") places a file of the repository in the program and declares
 * struct str-like bytes web_map_js (with a NUL behind, not counted). The Makefile names each such file, because -MMD does
 * not see .incbin.
 */
#ifndef DATA_BASE_EMBED_H
#define DATA_BASE_EMBED_H

#include "data/base/str.h"

#define EMBED(name, path)                                                                          \
    __asm__(".section .rodata\n"                                                                   \
            ".balign 16\n"                                                                         \
            "embed_" #name ":\n"                                                                   \
            ".incbin \"" path "\"\n"                                                               \
            "embed_" #name "_end:\n"                                                               \
            ".byte 0\n"                                                                            \
            ".previous\n");                                                                        \
    extern const char embed_##name[], embed_##name##_end[];                                        \
    static inline struct str name(void)                                                            \
    {                                                                                              \
        return str_from(embed_##name, (size_t)(embed_##name##_end - embed_##name));                \
    }

#endif
