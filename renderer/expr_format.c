/* Texts of several pieces, images, numbers for people. */
#include <math.h>

#include "renderer/expr_node.h"

struct expr_value eval_image(const struct expr *e, struct eval *x)
{
    EVAL_AS(v, 0, TYPE_STRING);
    return (struct expr_value){.type = TYPE_IMAGE, .string = v.string};
}

static struct expr_value eval_fonts(const struct expr *e, uint32_t i, struct eval *x)
{
    EVAL_AS(v, i, TYPE_ARRAY);
    if (v.array->n == 1)
        return v.array->at[0];
    AUTO(buf) text = {0};
    for (size_t k = 0; k < v.array->n; k++) {
        buf_add(&text, k ? S(",") : S(""));
        value_text(&text, &v.array->at[k]);
    }
    return eval_text(x, e, &text);
}

/* The five arguments of a section; TYPE_ERROR if one fails, else null. */
static struct expr_value eval_section(const struct expr *e, uint32_t first, struct eval *x, struct expr_section *out)
{
    EVAL(content, first);
    *out = (struct expr_section){.text = S(""), .image = S(""), .font = S(""), .vertical_align = S(""), .scale = 1};
    if (e->arg[first + 4]) {
        EVAL_AS(align, first + 4, TYPE_STRING);
        out->vertical_align = align.string;
    }
    if (content.type == TYPE_IMAGE) {
        out->image = content.string;
        return value_null();
    }
    struct expr_value text = value_coerce(&content, TYPE_STRING, x, e);
    if (text.type == TYPE_ERROR)
        return text;
    out->text = text.string;
    if (e->arg[first + 1]) {
        EVAL_AS(scale, first + 1, TYPE_NUMBER);
        out->scale = scale.number;
        out->has_scale = true;
    }
    if (e->arg[first + 2]) {
        struct expr_value font = eval_fonts(e, first + 2, x);
        if (font.type == TYPE_ERROR)
            return font;
        out->font = font.string;
    }
    if (e->arg[first + 3]) {
        EVAL_AS(color, first + 3, TYPE_COLOR);
        out->color = color.color;
        out->has_color = true;
    }
    return value_null();
}

struct expr_value eval_format(const struct expr *e, struct eval *x)
{
    struct expr_formatted *out = x->in->arena ? ARENA_NEW(x->in->arena, struct expr_formatted) : NULL;
    if (!out || !(out->at = ARENA_ARRAY(x->in->arena, struct expr_section, e->n / 5)))
        return eval_no_memory(x, e);
    out->n = e->n / 5;
    for (uint32_t i = 0; i < out->n; i++) {
        struct expr_value v = eval_section(e, 5 * i, x, &out->at[i]);
        if (v.type == TYPE_ERROR)
            return v;
    }
    return (struct expr_value){.type = TYPE_FORMATTED, .formatted = out};
}

struct number_style {
    struct str group, point;
    bool unit_behind;
};

static struct number_style number_style_of(struct str locale)
{
    if (str_starts(locale, S("fr")))
        return (struct number_style){S("\u202F"), S(","), true};
    if (str_starts(locale, S("de")) || str_starts(locale, S("es")) || str_starts(locale, S("it")))
        return (struct number_style){S("."), S(","), true};
    return (struct number_style){S(","), S("."), false};
}

static void grouped(struct buf *out, double v, int least, int most, const struct number_style *style)
{
    AUTO(buf) plain = {0};
    buf_fixed(&plain, fabs(v), most);
    struct str s = buf_str(&plain), whole = str_slice(s, 0, str_find(s, S("."))), part = str_slice(s, whole.len + 1, s.len);
    if (v < 0 && !str_eq(s, S("0")))
        buf_char(out, '-');
    for (size_t i = 0; i < whole.len; i++) {
        if (i && (whole.len - i) % 3 == 0)
            buf_add(out, style->group);
        buf_char(out, whole.at[i]);
    }
    if (part.len || least > 0)
        buf_add(out, style->point);
    buf_add(out, part);
    for (int i = (int)part.len; i < least; i++)
        buf_char(out, '0');
}

static struct str named(const char *const (*table)[2], size_t n, struct str name)
{
    for (size_t i = 0; i < n; i++)
        if (str_eq(str_of(table[i][0]), name))
            return str_of(table[i][1]);
    return (struct str){0};
}

static const char *const CURRENCIES[][2] = {{"EUR", "€"}, {"USD", "$"}, {"GBP", "£"}, {"JPY", "¥"}, {"INR", "₹"}, {"KRW", "₩"},
    {"CNY", "CN¥"}, {"CAD", "CA$"}, {"AUD", "A$"}, {"BRL", "R$"}, {"MXN", "MX$"}, {"NZD", "NZ$"}};
/* As ECMA-402 writes units shortly in English. */
static const char *const UNITS[][2] = {{"meter", " m"}, {"kilometer", " km"}, {"centimeter", " cm"}, {"millimeter", " mm"},
    {"mile", " mi"}, {"foot", " ft"}, {"inch", " in"}, {"yard", " yd"}, {"celsius", "°C"}, {"fahrenheit", "°F"}, {"percent", "%"},
    {"degree", " deg"}, {"liter", " L"}, {"gram", " g"}, {"kilogram", " kg"}, {"bit", " bit"}, {"byte", " byte"},
    {"kilobyte", " kB"}, {"megabyte", " MB"}, {"gigabyte", " GB"}, {"second", " sec"}, {"minute", " min"}, {"hour", " hr"},
    {"kilometer-per-hour", " km/h"}, {"mile-per-hour", " mph"}, {"hectare", " ha"}, {"acre", " ac"}};

struct expr_value eval_number_format(const struct expr *e, struct eval *x)
{
    struct str text[4] = {[1] = S("en")};
    double digits[2] = {NAN, NAN};
    EVAL_AS(v, 0, TYPE_NUMBER);
    for (uint32_t i = 1; i < 6; i++) {
        if (!e->arg[i])
            continue;
        EVAL(option, i);
        if (i < 4 && option.type == TYPE_STRING)
            text[i] = option.string;
        else if (i >= 4 && option.type == TYPE_NUMBER)
            digits[i - 4] = CLAMP(option.number, 0, 20);
    }
    struct number_style style = number_style_of(text[1]);
    struct str currency = text[2], unit = named(UNITS, COUNT(UNITS), text[3]);
    int usual = !currency.len ? 3 : str_eq(currency, S("JPY")) || str_eq(currency, S("KRW")) ? 0 : 2;
    int least = isnan(digits[0]) ? (currency.len ? usual : 0) : (int)digits[0];
    int most = isnan(digits[1]) ? MAX(usual, least) : (int)digits[1];
    struct str sign = named(CURRENCIES, COUNT(CURRENCIES), currency);
    AUTO(buf) out = {0};
    if (currency.len && !style.unit_behind) {
        buf_add(&out, v.number < 0 ? S("-") : S(""));
        buf_add(&out, sign.len ? sign : currency);
        buf_add(&out, sign.len ? S("") : S("\u00A0"));
        v.number = fabs(v.number);
    }
    grouped(&out, v.number, MIN(least, most), most, &style);
    if (currency.len && style.unit_behind) {
        buf_add(&out, S("\u00A0"));
        buf_add(&out, sign.len ? sign : currency);
    }
    buf_add(&out, unit.at ? unit : S(""));
    return eval_text(x, e, &out);
}
