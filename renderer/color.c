/*
 * Reading CSS colours by hand: a name by binary search, hexadecimal digits, or a function whose arguments are all set off
 * by commas or all by spaces (then alpha by a slash). Lab and HCL are those of the CIE with white point D50, as MapLibre's.
 */
#include "renderer/color.h"

#include <math.h>
#include <string.h>

static const struct {
    const char *name;
    uint32_t rgb;
} NAMES[] = {
    {"aliceblue", 0xf0f8ff}, {"antiquewhite", 0xfaebd7}, {"aqua", 0x00ffff},
    {"aquamarine", 0x7fffd4}, {"azure", 0xf0ffff}, {"beige", 0xf5f5dc}, {"bisque", 0xffe4c4},
    {"black", 0x000000}, {"blanchedalmond", 0xffebcd}, {"blue", 0x0000ff}, {"blueviolet", 0x8a2be2},
    {"brown", 0xa52a2a}, {"burlywood", 0xdeb887}, {"cadetblue", 0x5f9ea0}, {"chartreuse", 0x7fff00},
    {"chocolate", 0xd2691e}, {"coral", 0xff7f50}, {"cornflowerblue", 0x6495ed},
    {"cornsilk", 0xfff8dc}, {"crimson", 0xdc143c}, {"cyan", 0x00ffff}, {"darkblue", 0x00008b},
    {"darkcyan", 0x008b8b}, {"darkgoldenrod", 0xb8860b}, {"darkgray", 0xa9a9a9},
    {"darkgreen", 0x006400}, {"darkgrey", 0xa9a9a9}, {"darkkhaki", 0xbdb76b},
    {"darkmagenta", 0x8b008b}, {"darkolivegreen", 0x556b2f}, {"darkorange", 0xff8c00},
    {"darkorchid", 0x9932cc}, {"darkred", 0x8b0000}, {"darksalmon", 0xe9967a},
    {"darkseagreen", 0x8fbc8f}, {"darkslateblue", 0x483d8b}, {"darkslategray", 0x2f4f4f},
    {"darkslategrey", 0x2f4f4f}, {"darkturquoise", 0x00ced1}, {"darkviolet", 0x9400d3},
    {"deeppink", 0xff1493}, {"deepskyblue", 0x00bfff}, {"dimgray", 0x696969}, {"dimgrey", 0x696969},
    {"dodgerblue", 0x1e90ff}, {"firebrick", 0xb22222}, {"floralwhite", 0xfffaf0},
    {"forestgreen", 0x228b22}, {"fuchsia", 0xff00ff}, {"gainsboro", 0xdcdcdc},
    {"ghostwhite", 0xf8f8ff}, {"gold", 0xffd700}, {"goldenrod", 0xdaa520}, {"gray", 0x808080},
    {"green", 0x008000}, {"greenyellow", 0xadff2f}, {"grey", 0x808080}, {"honeydew", 0xf0fff0},
    {"hotpink", 0xff69b4}, {"indianred", 0xcd5c5c}, {"indigo", 0x4b0082}, {"ivory", 0xfffff0},
    {"khaki", 0xf0e68c}, {"lavender", 0xe6e6fa}, {"lavenderblush", 0xfff0f5},
    {"lawngreen", 0x7cfc00}, {"lemonchiffon", 0xfffacd}, {"lightblue", 0xadd8e6},
    {"lightcoral", 0xf08080}, {"lightcyan", 0xe0ffff}, {"lightgoldenrodyellow", 0xfafad2},
    {"lightgray", 0xd3d3d3}, {"lightgreen", 0x90ee90}, {"lightgrey", 0xd3d3d3},
    {"lightpink", 0xffb6c1}, {"lightsalmon", 0xffa07a}, {"lightseagreen", 0x20b2aa},
    {"lightskyblue", 0x87cefa}, {"lightslategray", 0x778899}, {"lightslategrey", 0x778899},
    {"lightsteelblue", 0xb0c4de}, {"lightyellow", 0xffffe0}, {"lime", 0x00ff00},
    {"limegreen", 0x32cd32}, {"linen", 0xfaf0e6}, {"magenta", 0xff00ff}, {"maroon", 0x800000},
    {"mediumaquamarine", 0x66cdaa}, {"mediumblue", 0x0000cd}, {"mediumorchid", 0xba55d3},
    {"mediumpurple", 0x9370db}, {"mediumseagreen", 0x3cb371}, {"mediumslateblue", 0x7b68ee},
    {"mediumspringgreen", 0x00fa9a}, {"mediumturquoise", 0x48d1cc}, {"mediumvioletred", 0xc71585},
    {"midnightblue", 0x191970}, {"mintcream", 0xf5fffa}, {"mistyrose", 0xffe4e1},
    {"moccasin", 0xffe4b5}, {"navajowhite", 0xffdead}, {"navy", 0x000080}, {"oldlace", 0xfdf5e6},
    {"olive", 0x808000}, {"olivedrab", 0x6b8e23}, {"orange", 0xffa500}, {"orangered", 0xff4500},
    {"orchid", 0xda70d6}, {"palegoldenrod", 0xeee8aa}, {"palegreen", 0x98fb98},
    {"paleturquoise", 0xafeeee}, {"palevioletred", 0xdb7093}, {"papayawhip", 0xffefd5},
    {"peachpuff", 0xffdab9}, {"peru", 0xcd853f}, {"pink", 0xffc0cb}, {"plum", 0xdda0dd},
    {"powderblue", 0xb0e0e6}, {"purple", 0x800080}, {"rebeccapurple", 0x663399}, {"red", 0xff0000},
    {"rosybrown", 0xbc8f8f}, {"royalblue", 0x4169e1}, {"saddlebrown", 0x8b4513},
    {"salmon", 0xfa8072}, {"sandybrown", 0xf4a460}, {"seagreen", 0x2e8b57}, {"seashell", 0xfff5ee},
    {"sienna", 0xa0522d}, {"silver", 0xc0c0c0}, {"skyblue", 0x87ceeb}, {"slateblue", 0x6a5acd},
    {"slategray", 0x708090}, {"slategrey", 0x708090}, {"snow", 0xfffafa}, {"springgreen", 0x00ff7f},
    {"steelblue", 0x4682b4}, {"tan", 0xd2b48c}, {"teal", 0x008080}, {"thistle", 0xd8bfd8},
    {"tomato", 0xff6347}, {"turquoise", 0x40e0d0}, {"violet", 0xee82ee}, {"wheat", 0xf5deb3},
    {"white", 0xffffff}, {"whitesmoke", 0xf5f5f5}, {"yellow", 0xffff00}, {"yellowgreen", 0x9acd32},
};

#define HUE_OF_CLEAR 1e-300 /* what stands for alpha where alpha is 0 */

struct rgba color_of(double r, double g, double b, double a)
{
    double by = a > 0 ? a : HUE_OF_CLEAR;
    return (struct rgba){r * by, g * by, b * by, a};
}

struct rgba color_straight(struct rgba c)
{
    double by = c.a > 0 ? c.a : HUE_OF_CLEAR;
    return (struct rgba){c.r / by, c.g / by, c.b / by, c.a};
}

/* ---- reading ---- */

static bool read_name(struct str s, struct rgba *out)
{
    size_t low = 0, high = COUNT(NAMES);
    while (low < high) {
        size_t mid = (low + high) / 2;
        int order = str_cmp(s, str_of(NAMES[mid].name));
        if (order == 0) {
            uint32_t c = NAMES[mid].rgb;
            *out = color_of((c >> 16) / 255.0, (c >> 8 & 255) / 255.0, (c & 255) / 255.0, 1);
            return true;
        }
        if (order < 0)
            high = mid;
        else
            low = mid + 1;
    }
    return false;
}

static bool read_hex(struct str s, struct rgba *out)
{
    unsigned digit[8];
    if (s.len != 3 && s.len != 4 && s.len != 6 && s.len != 8)
        return false;
    for (size_t i = 0; i < s.len; i++) {
        char c = s.at[i];
        if (!(c >= '0' && c <= '9') && !(c >= 'a' && c <= 'f'))
            return false;
        digit[i] = (unsigned)(c <= '9' ? c - '0' : c - 'a' + 10);
    }
    size_t wide = s.len >= 6 ? 2 : 1;
    double v[4] = {0, 0, 0, 1};
    for (size_t i = 0; i < s.len / wide; i++)
        v[i] = (wide == 2 ? digit[2 * i] * 16 + digit[2 * i + 1] : digit[i] * 17) / 255.0;
    *out = color_of(v[0], v[1], v[2], v[3]);
    return true;
}

struct argument {
    double value;
    bool percent;
    char before; /* what set it off: ' ', ',' or '/' */
};

static size_t skip_blank(struct str s, size_t at)
{
    while (at < s.len && (s.at[at] == ' ' || s.at[at] == '\t' || s.at[at] == '\n' || s.at[at] == '\r'))
        at++;
    return at;
}

static bool read_argument(struct str s, size_t *at, struct argument *out)
{
    size_t from = *at;
    while (*at < s.len && s.at[*at] && strchr("0123456789.e+-", s.at[*at]))
        (*at)++;
    struct str number = str_slice(s, from, *at);
    if (number.len && number.at[0] == '+')
        number = str_slice(number, 1, number.len);
    bool minus = number.len && number.at[0] == '-';
    if (minus)
        number = str_slice(number, 1, number.len);
    char padded[32]; /* ".5" is CSS, but not what str_double reads */
    if (number.len > 1 && number.len < sizeof padded && number.at[0] == '.') {
        padded[0] = '0';
        memcpy(padded + 1, number.at, number.len);
        number = str_from(padded, number.len + 1);
    }
    if (!number.len || number.at[0] == '-' || !str_double(number, &out->value))
        return false;
    if (minus)
        out->value = -out->value;
    out->percent = *at < s.len && s.at[*at] == '%';
    *at += out->percent;
    return true;
}

/* The arguments between the brackets: three or four, all with commas or all with spaces. 0 when they are not so. */
static size_t read_arguments(struct str s, bool hue_first, struct argument out[4])
{
    size_t n = 0, at = skip_blank(s, 0);
    while (n < 4) {
        if (!read_argument(s, &at, &out[n]))
            return 0;
        if (n == 0 && hue_first && str_starts(str_slice(s, at, s.len), S("deg")))
            at += 3;
        n++;
        size_t next = skip_blank(s, at);
        if (next == s.len)
            break;
        if (n == 4)
            return 0;
        char mark = s.at[next] == ',' || s.at[next] == '/' ? s.at[next] : ' ';
        if (mark == ' ' && next == at)
            return 0;
        at = mark == ' ' ? next : skip_blank(s, next + 1);
        out[n].before = mark;
    }
    bool commas = n > 2 && out[1].before == ',';
    bool even = n > 2 && out[2].before == out[1].before && out[1].before != '/';
    if (n < 3 || !even || (n == 4 && out[3].before != (commas ? ',' : '/')))
        return 0;
    return n;
}

static double unit(double v)
{
    return CLAMP(v, 0, 1);
}

static double hsl_channel(double n, double h, double s, double l)
{
    double k = fmod(n + h / 30, 12), a = s * fmin(l, 1 - l);
    return l - a * fmax(-1, fmin(fmin(k - 3, 9 - k), 1));
}

static bool read_function(struct str s, struct rgba *out)
{
    bool hsl = str_starts(s, S("hsl"));
    size_t open = str_find(s, S("("));
    struct str name = str_slice(s, 0, open);
    if (!str_ends(s, S(")")) || !(str_eq(name, S("rgb")) || str_eq(name, S("rgba")) || str_eq(name, S("hsl")) ||
                                    str_eq(name, S("hsla"))))
        return false;
    struct argument v[4] = {0};
    size_t n = read_arguments(str_slice(s, open + 1, s.len - 1), hsl, v);
    if (!n)
        return false;
    double alpha = n == 4 ? unit(v[3].percent ? v[3].value / 100 : v[3].value) : 1;
    if (hsl) {
        if (v[0].percent || !v[1].percent || !v[2].percent)
            return false;
        double h = fmod(v[0].value, 360);
        h = h < 0 ? h + 360 : h;
        double sat = unit(v[1].value / 100), light = unit(v[2].value / 100);
        *out = color_of(hsl_channel(0, h, sat, light), hsl_channel(8, h, sat, light), hsl_channel(4, h, sat, light), alpha);
        return true;
    }
    if (v[0].percent != v[1].percent || v[1].percent != v[2].percent)
        return false;
    double most = v[0].percent ? 100 : 255;
    *out = color_of(unit(v[0].value / most), unit(v[1].value / most), unit(v[2].value / most), alpha);
    return true;
}

bool color_read(struct str css, struct rgba *out)
{
    char lower[128]; /* the longest sensible colour is under 60 characters */
    css = str_trim(css);
    if (!css.len || css.len > sizeof lower)
        return false;
    for (size_t i = 0; i < css.len; i++)
        lower[i] = css.at[i] >= 'A' && css.at[i] <= 'Z' ? (char)(css.at[i] + 32) : css.at[i];
    struct str s = {lower, css.len};
    if (s.at[0] == '#')
        return read_hex(str_slice(s, 1, s.len), out);
    if (str_eq(s, S("transparent"))) {
        *out = color_of(0, 0, 0, 0);
        return true;
    }
    return read_name(s, out) || read_function(s, out);
}

/* ---- mixing ---- */

static double mix(double a, double b, double t)
{
    return a + (b - a) * t;
}

struct rgba color_mix(struct rgba a, struct rgba b, double t)
{
    struct rgba p = color_straight(a), q = color_straight(b);
    return color_of(mix(p.r, q.r, t), mix(p.g, q.g, t), mix(p.b, q.b, t), mix(p.a, q.a, t));
}

struct lab {
    double l, a, b;
};

#define LAB_X 0.96422 /* D50 */
#define LAB_Z 0.82521
#define LAB_T0 (4.0 / 29)
#define LAB_T1 (6.0 / 29)
#define LAB_T2 (3 * LAB_T1 * LAB_T1)

static double linear_of(double v)
{
    return v <= 0.04045 ? v / 12.92 : pow((v + 0.055) / 1.055, 2.4);
}

static double gamma_of(double v)
{
    return unit(v <= 0.00304 ? 12.92 * v : 1.055 * pow(v, 1 / 2.4) - 0.055);
}

static double lab_root(double t)
{
    return t > LAB_T1 * LAB_T1 * LAB_T1 ? cbrt(t) : t / LAB_T2 + LAB_T0;
}

static double lab_cube(double t)
{
    return t > LAB_T1 ? t * t * t : LAB_T2 * (t - LAB_T0);
}

static struct lab lab_of(struct rgba straight)
{
    double r = linear_of(straight.r), g = linear_of(straight.g), b = linear_of(straight.b);
    double y = lab_root(0.2225045 * r + 0.7168786 * g + 0.0606169 * b), x = y, z = y;
    if (r != g || g != b) {
        x = lab_root((0.4360747 * r + 0.3850649 * g + 0.1430804 * b) / LAB_X);
        z = lab_root((0.0139322 * r + 0.0971045 * g + 0.7141733 * b) / LAB_Z);
    }
    return (struct lab){fmax(116 * y - 16, 0), 500 * (x - y), 200 * (y - z)};
}

static struct rgba lab_color(struct lab c, double alpha)
{
    double y = (c.l + 16) / 116, x = LAB_X * lab_cube(y + c.a / 500), z = LAB_Z * lab_cube(y - c.b / 200);
    y = lab_cube(y);
    return color_of(gamma_of(3.1338561 * x - 1.6168667 * y - 0.4906146 * z),
        gamma_of(-0.9787684 * x + 1.9161415 * y + 0.0334540 * z),
        gamma_of(0.0719453 * x - 0.2289914 * y + 1.4052427 * z), alpha);
}

struct hcl {
    double h, c, l; /* h in degrees, NAN for a grey */
};

static struct hcl hcl_of(struct lab v)
{
    double c = hypot(v.a, v.b), h = atan2(v.b, v.a) * 180 / M_PI;
    return (struct hcl){round(c * 10000) != 0 ? fmod(h + 360, 360) : NAN, c, v.l};
}

/* Hues go round the shorter way; a grey takes the hue of the other. */
static struct hcl mix_hcl(struct hcl p, struct hcl q, double t)
{
    struct hcl out = {NAN, mix(p.c, q.c, t), mix(p.l, q.l, t)};
    if (!isnan(p.h) && !isnan(q.h)) {
        double turn = q.h - p.h;
        turn += turn > 180 ? -360 : turn < -180 ? 360 : 0;
        out.h = p.h + t * turn;
    } else if (!isnan(p.h)) {
        out.h = p.h;
        if (q.l == 1 || q.l == 0)
            out.c = p.c;
    } else if (!isnan(q.h)) {
        out.h = q.h;
        if (p.l == 1 || p.l == 0)
            out.c = q.c;
    }
    return out;
}

struct rgba color_mix_in(enum color_space space, struct rgba a, struct rgba b, double t)
{
    if (space == COLOR_RGB)
        return color_mix(a, b, t);
    struct rgba p = color_straight(a), q = color_straight(b);
    double alpha = mix(p.a, q.a, t);
    struct lab m = lab_of(p), n = lab_of(q);
    if (space == COLOR_LAB)
        return lab_color((struct lab){mix(m.l, n.l, t), mix(m.a, n.a, t), mix(m.b, n.b, t)}, alpha);
    struct hcl c = mix_hcl(hcl_of(m), hcl_of(n), t);
    double h = isnan(c.h) ? 0 : c.h * M_PI / 180;
    return lab_color((struct lab){c.l, cos(h) * c.c, sin(h) * c.c}, alpha);
}

void color_set_source(cairo_t *cr, struct rgba c, double opacity)
{
    double a = c.a > 0 ? c.a : 1;
    cairo_set_source_rgba(cr, c.r / a, c.g / a, c.b / a, c.a * CLAMP(opacity, 0.0, 1.0));
}
