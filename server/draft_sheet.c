#include "server/draft_sheet.h"

#include <stdio.h>
#include <string.h>

#include "data/record/direction.h"
#include "server/draft_map.h"
#include "server/page.h"

/* Folded words of what is written on sheets; of one stem all endings. */
static const struct sheet_word {
    const char *folded, *field, *code;
} WORDS[] = {
    {"mur", "mount", "wall"}, {"wall", "mount", "wall"}, {"facade", "mount", "wall"}, {"mat", "mount", "pole"}, {"poteau", "mount", "pole"},
    {"pole", "mount", "pole"}, {"mast", "mount", "pole"}, {"plafond", "mount", "ceiling"}, {"ceiling", "mount", "ceiling"},
    {"lampadaire", "mount", "street_lamp"}, {"candelabre", "mount", "street_lamp"}, {"lamp", "mount", "street_lamp"}, {"arbre", "mount", "tree"},
    {"tree", "mount", "tree"}, {"batiment", "mount", "building"}, {"toit", "mount", "building"}, {"building", "mount", "building"},
    {"roof", "mount", "building"}, {"feu", "mount", "traffic_signal"}, {"signal", "mount", "traffic_signal"},
    {"dome", "kind", "dome"}, {"fixe", "kind", "fixed"}, {"fixed", "kind", "fixed"}, {"bullet", "kind", "fixed"}, {"tube", "kind", "fixed"},
    {"orientable", "kind", "panning"}, {"mobile", "kind", "panning"}, {"ptz", "kind", "panning"}, {"panning", "kind", "panning"},
    {"panoramique", "kind", "panorama"}, {"panorama", "kind", "panorama"}, {"panoramic", "kind", "panorama"},
    {"lapi", "category", "alpr"}, {"plaques", "category", "alpr"}, {"alpr", "category", "alpr"}, {"anpr", "category", "alpr"},
    {"micro", "category", "audio_sensor"}, {"microphone", "category", "audio_sensor"}, {"thermique", "category", "thermal_camera"},
    {"thermal", "category", "thermal_camera"}, {"radar", "category", "speed_enforcement"},
};
/* That say nothing more. */
static const char *const FILLERS[] = {"camera", "cam", "sur", "un", "une", "le", "la", "on", "a", "the", "metres", "metre", "m", "vers", "haut", "de"};

static bool is_filler(struct str word)
{
    for (size_t i = 0; i < COUNT(FILLERS); i++)
        if (str_eq(word, str_of(FILLERS[i])))
            return true;
    return false;
}

static struct str say_fault(bool french, const char *key)
{
    struct page p = {.french = french};
    return str_of(say(&p, key));
}

/* "4", "4m", "4,5" cannot be told from a bearing but by its size: a camera hangs under 30 m, and a bearing under 30° is written
 * with its sign (NNE, 20°). */
static bool is_height(struct str word, struct str *out)
{
    double v;
    if (str_ends(word, S("m")) || str_ends(word, S("M")))
        word = str_trim(str_slice(word, 0, word.len - 1));
    if (!str_double(word, &v) || v > 30 || v <= 0)
        return false;
    *out = word;
    return true;
}

static bool is_direction(struct str word)
{
    struct directions said = direction_read(word, DIRECTION_FRENCH);
    return said.state == DIRECTION_PARSED && said.n > 0;
}

/* Two directions of one line are two views of one device. */
static void add_direction(struct form *f, struct str word, struct arena *a)
{
    AUTO(buf) text = {0};
    buf_add(&text, form_get(f, "direction"));
    buf_add(&text, text.len ? S("; ") : S(""));
    buf_add(&text, word);
    form_set(f, "direction", str_copy(a, buf_str(&text)));
}

static bool read_word(struct form *f, struct str word, struct arena *a)
{
    struct str folded = str_fold(a, word), height;
    for (size_t i = 0; i < COUNT(WORDS); i++)
        if (str_eq(folded, str_of(WORDS[i].folded))) {
            if (form_get(f, WORDS[i].field).len)
                return false;
            form_add(f, WORDS[i].field, str_of(WORDS[i].code));
            return true;
        }
    if (is_height(word, &height)) {
        if (form_get(f, "height").len)
            return false;
        form_add(f, "height", height);
        return true;
    }
    if (is_direction(word)) {
        add_direction(f, word, a);
        return true;
    }
    return is_filler(folded);
}

/* The next word: commas, semicolons and spaces part them, but a comma between digits is a decimal one. */
static bool next_word(struct str *rest, struct str *out, struct arena *a)
{
    size_t from = 0, to;
    while (from < rest->len && strchr(" ,;\t", rest->at[from]))
        from++;
    for (to = from; to < rest->len; to++) {
        char c = rest->at[to];
        bool decimal = c == ',' && to > from && to + 1 < rest->len && rest->at[to - 1] >= '0' && rest->at[to - 1] <= '9' && rest->at[to + 1] >= '0' &&
                       rest->at[to + 1] <= '9';
        if (strchr(" ,;\t", c) && !decimal)
            break;
    }
    AUTO(buf) word = {0};
    for (size_t i = from; i < to; i++)
        buf_char(&word, rest->at[i] == ',' ? '.' : rest->at[i]);
    *rest = str_slice(*rest, to, rest->len);
    *out = str_copy(a, buf_str(&word));
    return out->len != 0;
}

static void put_cell(struct form *f, struct lonlat at, struct arena *a)
{
    AUTO(buf) text = {0};
    buf_fixed(&text, at.lat, 6);
    buf_add(&text, S(", "));
    buf_fixed(&text, at.lon, 6);
    form_add(f, "at", str_copy(a, buf_str(&text)));
    form_add(f, "precision", str_of(PRECISION_TERMS[PRECISION_STREET].code)); /* a cell is up to 100 m wide */
}

static void read_line(struct sheet_line *l, struct box sheet, bool french, struct arena *a)
{
    struct str rest = l->typed, cell, word;
    struct lonlat at;
    if (!next_word(&rest, &cell, a)) { /* commas alone */
        l->fault = say_fault(french, "fault.sheet_cell");
        return;
    }
    if (!sheet_cell_centre(sheet, cell, &at)) {
        /* "C 7": a letter alone, its number behind it */
        AUTO(buf) both = {0};
        struct str number;
        buf_add(&both, cell);
        if (cell.len == 1 && next_word(&rest, &number, a))
            buf_add(&both, number);
        if (!sheet_cell_centre(sheet, buf_str(&both), &at)) {
            l->fault = say_fault(french, "fault.sheet_cell");
            return;
        }
    }
    put_cell(&l->form, at, a);
    while (next_word(&rest, &word, a))
        if (!read_word(&l->form, word, a)) {
            l->fault = say_fault(french, "fault.sheet_word");
            return;
        }
}

bool draft_sheet_read(struct str text, struct box sheet, bool french, struct arena *a, struct sheet_line **out, size_t *n, bool *too_many, struct err *err)
{
    struct sheet_line *all = ARENA_ARRAY(a, struct sheet_line, SHEET_LINES_MAX);
    struct str line;
    if (!all)
        return err_arena(err);
    *n = 0;
    *too_many = false;
    for (size_t number = 1; text.len && str_next(&text, '\n', &line); number++) {
        line = str_trim(line);
        if (!line.len)
            continue;
        if (*n == SHEET_LINES_MAX) {
            *too_many = true;
            break;
        }
        all[*n].number = number;
        all[*n].typed = line;
        read_line(&all[(*n)++], sheet, french, a);
    }
    *out = all;
    return true;
}
