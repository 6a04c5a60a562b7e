/*
 * Pages of groups, and what waits in their place.
 */
#include "data/group.h"

#include "data/base/clock.h"
#include "data/base/limits.h"
#include "data/contribution.h"
#include "data/spatialite/inside.h"

/* ---- what may stand on one ---- */

static bool is_colour(struct str s)
{
    if (s.len != 7 || s.at[0] != '#')
        return false;
    for (size_t i = 1; i < s.len; i++)
        if (!((s.at[i] >= '0' && s.at[i] <= '9') || (s.at[i] >= 'a' && s.at[i] <= 'f')))
            return false;
    return true;
}

/* What an address has no use for: spaces, controls, quotes, brackets. */
static bool is_one_word(struct str s)
{
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.at[i];
        if (c <= ' ' || c == 0x7f || c == '"' || c == '\'' || c == '<' || c == '>' || c == '\\' || c == '`')
            return false;
    }
    return s.len != 0;
}

/* The host of an address, without a port. */
static struct str host_of(struct str url, size_t scheme_len)
{
    struct str rest = str_slice(url, scheme_len, url.len);
    size_t end = 0;
    while (end < rest.len && rest.at[end] != '/' && rest.at[end] != ':' && rest.at[end] != '?' && rest.at[end] != '#')
        end++;
    return str_slice(rest, 0, end);
}

bool group_is_web_address(struct str s)
{
    if (!is_one_word(s) || str_has(s, S("@"))) /* a name before the host makes one site look like another */
        return false;
    if (str_starts(s, S("https://"))) {
        struct str host = host_of(s, 8);
        return host.len > 2 && str_has(host, S(".")) && !str_starts(host, S(".")) && !str_ends(host, S("."));
    }
    return str_starts(s, S("http://")) && str_ends(host_of(s, 7), S(".onion")) && host_of(s, 7).len > 6;
}

bool group_is_mail(struct str s)
{
    size_t at = str_find(s, S("@"));
    if (at == SIZE_MAX || at == 0 || !is_one_word(s))
        return false;
    struct str host = str_slice(s, at + 1, s.len);
    for (size_t i = 0; i < s.len; i++)
        if (s.at[i] == '?' || s.at[i] == '&' || s.at[i] == ',' || s.at[i] == ';' || s.at[i] == ':' || s.at[i] == '/' || s.at[i] == '%')
            return false; /* they mean more than an address in mailto: */
    return !str_has(host, S("@")) && str_has(host, S(".")) && !str_starts(host, S(".")) && !str_ends(host, S("."));
}

unsigned group_faults(const struct group_page *g)
{
    bool contact_long = str_runes(g->contact) > GROUP_CONTACT_MAX_RUNES;
    return (str_runes(g->body) > GROUP_TEXT_MAX_RUNES ? GROUP_TEXT_LONG : 0u) |
           (g->colour.len && !is_colour(g->colour) ? GROUP_COLOUR_ODD : 0u) | (contact_long ? GROUP_CONTACT_LONG : 0u) |
           (g->contact.len && !contact_long && !group_is_mail(g->contact) && !group_is_web_address(g->contact) ? GROUP_CONTACT_ODD : 0u);
}

/* ---- kept ---- */

bool group_read(struct store *s, struct str code, struct arena *a, struct group_page *out, struct err *err)
{
    *out = (struct group_page){0};
    AUTO(stmt) q = db_stmt(&s->db, "SELECT body, colour, contact FROM group_page WHERE code = :code");
    stmt_bind_text(&q, ":code", code);
    if (stmt_row(&q))
        *out = (struct group_page){.body = stmt_copy(&q, 0, a), .colour = stmt_copy(&q, 1, a), .contact = stmt_copy(&q, 2, a)};
    return stmt_ok(&q, err);
}

bool group_write(struct store *s, struct str code, const struct group_page *g, struct err *err)
{
    if (group_faults(g))
        return err_set(err, ERR_INVALID, "a group's page has at most %d characters of text, a colour such as #7b3fa0, and an address of mail or"
            " an https:// address of at most %d characters", GROUP_TEXT_MAX_RUNES, GROUP_CONTACT_MAX_RUNES);
    if (!g->body.len && !g->colour.len && !g->contact.len) {
        AUTO(stmt) none = db_stmt(&s->db, "DELETE FROM group_page WHERE code = :code");
        stmt_bind_text(&none, ":code", code);
        return stmt_run(&none, err);
    }
    AUTO(stmt) q = db_stmt(&s->db, "INSERT INTO group_page (code, body, colour, contact) VALUES (:code, :body, :colour, :contact)"
        " ON CONFLICT (code) DO UPDATE SET body = excluded.body, colour = excluded.colour, contact = excluded.contact");
    stmt_bind_text(&q, ":code", code);
    stmt_bind_text(&q, ":body", g->body);
    stmt_bind_text(&q, ":colour", g->colour);
    stmt_bind_text(&q, ":contact", g->contact);
    return stmt_run(&q, err);
}

/* ---- what waits ---- */

bool group_waiting(struct store *s, struct str code, struct group_waiting *out, struct err *err)
{
    enum { DAY_S = 86400 };
    *out = (struct group_waiting){0};
    AUTO(stmt) q = db_stmt(&s->db,
        "SELECT count(*), coalesce(sum(due_s IS NOT NULL OR created_s < :old), 0), coalesce(sum(due_s < :now), 0) FROM contribution"
        " WHERE state IN ('pending', 'asked') AND (place_code = :code"
        " OR (:code LIKE 'dep:__%' AND length(place_code) = 5 AND substr(place_code, 1, length(:code) - 4) = substr(:code, 5)))");
    stmt_bind_text(&q, ":code", code);
    stmt_bind_i64(&q, ":now", clock_unix_s());
    stmt_bind_i64(&q, ":old", clock_unix_s() - (int64_t)URGENT_AFTER_DAYS * DAY_S);
    if (stmt_row(&q))
        *out = (struct group_waiting){(size_t)stmt_int(&q, 0), (size_t)stmt_int(&q, 1), (size_t)stmt_int(&q, 2)};
    return stmt_ok(&q, err);
}

bool group_two_person(struct store *s, struct str code)
{
    AUTO(stmt) q = db_stmt(&s->db, "SELECT 1 FROM territory WHERE two_person AND code = :code");
    stmt_bind_text(&q, ":code", code);
    return stmt_row(&q);
}
