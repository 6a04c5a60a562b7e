/* Comparing, by plain order or a collator. */
#include <math.h>

#include "renderer/expr_node.h"

enum { COLLATE_CASE = 1, COLLATE_ACCENTS = 2 };

struct expr_value eval_collator(const struct expr *e, struct eval *x)
{
    int flags = 0;
    for (uint32_t i = 0; i < 2; i++) {
        if (!e->arg[i])
            continue;
        EVAL_AS(v, i, TYPE_BOOLEAN);
        flags |= v.boolean ? (i == 0 ? COLLATE_CASE : COLLATE_ACCENTS) : 0;
    }
    return (struct expr_value){.type = TYPE_COLLATOR, .number = flags};
}

/* There is one order, the root's: by letters, then accents, then small before capital. */
struct expr_value eval_locale(const struct expr *e, struct eval *x)
{
    EVAL_AS(v, 0, TYPE_COLLATOR);
    return value_str(S("und"));
}

uint32_t rune_lower(uint32_t c)
{
    if ((c >= 'A' && c <= 'Z') || (c >= 0xC0 && c <= 0xDE && c != 0xD7) || (c >= 0x391 && c <= 0x3A9) || (c >= 0x410 && c <= 0x42F))
        return c + 32;
    if (c >= 0x400 && c <= 0x40F)
        return c + 80;
    if (c == 0x178)
        return 0xFF;
    bool odd = (c >= 0x139 && c <= 0x148) || (c >= 0x179 && c <= 0x17E);
    bool even = (c >= 0x100 && c <= 0x137 && c != 0x130) || (c >= 0x14A && c <= 0x177) || (c >= 0x460 && c <= 0x52F) ||
                (c >= 0x1E00 && c <= 0x1EFF && !(c >= 0x1E96 && c <= 0x1E9F));
    return (odd && c % 2) || (even && c % 2 == 0) ? c + 1 : c;
}

uint32_t rune_upper(uint32_t c)
{
    if ((c >= 'a' && c <= 'z') || (c >= 0xE0 && c <= 0xFE && c != 0xF7) || (c >= 0x3B1 && c <= 0x3C9 && c != 0x3C2) ||
        (c >= 0x430 && c <= 0x44F))
        return c - 32;
    if (c >= 0x450 && c <= 0x45F)
        return c - 80;
    if (c == 0xFF)
        return 0x178;
    return c > 0xFF && rune_lower(c - 1) == c ? c - 1 : c;
}

static int collate(struct eval *x, struct str a, struct str b, int flags)
{
    int order = str_cmp(str_fold(x->in->arena, a), str_fold(x->in->arena, b));
    if (order)
        return order;
    int by_accent = 0, by_case = 0;
    for (size_t i = 0, j = 0; i < a.len && j < b.len;) {
        uint32_t p = str_rune(a, &i), q = str_rune(b, &j), pl = rune_lower(p), ql = rune_lower(q);
        if (!by_accent)
            by_accent = (pl > ql) - (pl < ql);
        if (!by_case)
            by_case = (p != pl) - (q != ql);
    }
    if ((flags & COLLATE_ACCENTS) && by_accent)
        return by_accent;
    return flags & COLLATE_CASE ? by_case : 0;
}

bool decided(const char *op, int order)
{
    switch (op[0]) {
    case '<':
        return op[1] ? order <= 0 : order < 0;
    case '>':
        return op[1] ? order >= 0 : order > 0;
    case '!':
        return order != 0;
    default:
        return order == 0;
    }
}

struct expr_value eval_comparison(const struct expr *e, struct eval *x)
{
    const struct comparison *how = e->more;
    const char *op = how->op;
    bool by_order = op[0] == '<' || op[0] == '>';
    char room[64], other[64];
    EVAL(a, 0);
    EVAL(b, 1);
    if (by_order && (a.type != b.type || (a.type != TYPE_STRING && a.type != TYPE_NUMBER)))
        return !x->why ? FAILED
                       : eval_fail(x, e, "Expected arguments for \"%s\" to be (string, string) or (number, number), but found "
                                         "(%.*s, %.*s) instead.", op, STR_ARG(kind_text(KIND(a.type), room)),
                             STR_ARG(kind_text(KIND(b.type), other)));
    bool strings = a.type == TYPE_STRING && b.type == TYPE_STRING;
    if (e->n == 3 && strings && x->in->arena) {
        EVAL_AS(collator, 2, TYPE_COLLATOR);
        return value_bool(decided(op, collate(x, a.string, b.string, (int)collator.number)));
    }
    if (!by_order)
        return value_bool(value_same(&a, &b) == (op[0] == '='));
    if (strings)
        return value_bool(decided(op, str_cmp(a.string, b.string)));
    if (isnan(a.number) || isnan(b.number))
        return value_bool(false);
    return value_bool(decided(op, (a.number > b.number) - (a.number < b.number)));
}
