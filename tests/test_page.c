#include "tests/test.h"

#include "server/page.h"
#include "server/texts.h"

static struct page on(struct buf *out, bool french)
{
    return (struct page){.out = out, .french = french};
}

TEST(every_value_is_escaped_whatever_its_kind)
{
    AUTO(buf) out = {0};
    struct page p = on(&out, false);
    const struct term term = {"x", "<fr>", "<en>", "", ""};
    page_fmt(&p, "<p title=\"%s\">%S %T</p>", "\"'><script>", S("a & b"), &term);
    CHECK_TEXT(out.at, "<p title=\"&quot;&#39;&gt;&lt;script&gt;\">a &amp; b &lt;en&gt;</p>");
}

TEST(a_value_in_an_address_is_one_value)
{
    AUTO(buf) out = {0};
    struct page p = on(&out, false);
    page_fmt(&p, "?q=%U", S("a&b=\"c\" #d"));
    CHECK_TEXT(out.at, "?q=a%26b%3D%22c%22%20%23d");
}

TEST(a_percent_sign_in_a_value_is_no_format)
{
    AUTO(buf) out = {0};
    struct page p = on(&out, true);
    page_fmt(&p, "%s 100%%", "%s%n%d");
    CHECK_TEXT(out.at, "%s%n%d 100%");
}

TEST(numbers_are_grouped_as_the_language_does)
{
    AUTO(buf) fr = {0};
    AUTO(buf) en = {0};
    struct page p = on(&fr, true), q = on(&en, false);
    page_fmt(&p, "%N %N %N", (int64_t)999, (int64_t)1324, (int64_t)-1234567);
    page_fmt(&q, "%N %d", (int64_t)1234567, (int64_t)1234567);
    CHECK_TEXT(fr.at, "999 1\u202f324 -1\u202f234\u202f567");
    CHECK_TEXT(en.at, "1,234,567 1234567");
}

TEST(french_spaces_do_not_break_before_high_punctuation)
{
    AUTO(buf) fr = {0};
    AUTO(buf) en = {0};
    struct page p = on(&fr, true), q = on(&en, false);
    page_text(&p, S("« Quoi ? » dit-elle : non ; oui !"));
    page_text(&q, S("What ? So : be it"));
    CHECK_TEXT(fr.at, "«\u202fQuoi\u202f?\u202f» dit-elle\u00a0: non\u202f; oui\u202f!");
    CHECK_TEXT(en.at, "What ? So : be it");
}

TEST(one_and_many_are_said_by_the_rule_of_the_language)
{
    AUTO(buf) fr = {0};
    AUTO(buf) en = {0};
    struct page p = on(&fr, true), q = on(&en, false);
    page_say_n(&p, "seen.projects", 0);
    page_say_n(&p, "seen.projects", 2);
    page_say_n(&q, "seen.projects", 0);
    page_say_n(&q, "seen.projects", 1);
    CHECK_TEXT(fr.at, "0 projet2 projets");
    CHECK_TEXT(en.at, "0 projects1 project");
}

TEST(links_keep_the_language_that_was_chosen_and_only_that)
{
    AUTO(buf) out = {0};
    struct request rq = {.n_query = 2, .query = {{S("q"), S("x")}, {S("lang"), S("en")}}};
    struct page p = on(&out, false);
    page_fmt(&p, "%L ", "/list");
    p.rq = &rq;
    page_fmt(&p, "%L %L", "/list", "/?zoom=3");
    CHECK_TEXT(out.at, "/list /list?lang=en /?zoom=3&amp;lang=en");
}

TEST(every_text_has_a_key_of_its_own_and_both_languages)
{
    const struct words_table *const tables[] = {&TEXTS_MAP, &TEXTS_ADD, &TEXTS_REPORT, &TEXTS_QUEUE, &TEXTS_UPLOAD, &TEXTS_LEGAL, &TEXTS_GROUP, &TEXTS_STATIC};
    for (size_t t = 0; t < COUNT(tables); t++)
        for (size_t i = 0; i < tables[t]->n; i++) {
            const struct words *w = &tables[t]->at[i];
            if ((w->fr[0] == '\0') != (w->en[0] == '\0'))
                fail_msg("%s lacks a language", w->key);
            for (size_t u = t; u < COUNT(tables); u++)
                for (size_t j = u == t ? i + 1 : 0; j < tables[u]->n; j++)
                    if (strcmp(w->key, tables[u]->at[j].key) == 0)
                        fail_msg("%s is there twice", w->key);
        }
}
