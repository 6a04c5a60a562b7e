#include "server/config.h"

#include <string.h>

#include "server/rate.h"

bool config_is_local(const char *url)
{
    const char *host = strstr(url, "://");
    host = host ? host + 3 : url;
    size_t n = host[0] == '[' ? strcspn(host, "]") + 1 : strcspn(host, ":/");
    struct str name = str_slice(str_of(host), 0, n);
    if (str_eq_nocase(name, S("localhost")) || str_eq(name, S("[::1]")))
        return true;
    for (size_t i = 0; i < name.len; i++)
        if (name.at[i] != '.' && (name.at[i] < '0' || name.at[i] > '9'))
            return false; /* 127.example.org is somewhere else */
    return str_starts(name, S("127."));
}

/* ---- who answers for the site ---- */

/* The line is cut out of the text in place. */
static char *next_line(char **rest)
{
    char *line = *rest, *end = strchr(line, '\n');
    *rest = end ? end + 1 : line + strlen(line);
    if (end)
        *end = '\0';
    size_t n = strlen(line);
    if (n && line[n - 1] == '\r')
        line[n - 1] = '\0';
    return line;
}

static bool read_line(struct legal *l, char *line, struct err *err)
{
    const struct {
        const char *key;
        const char **into;
    } keys[] = {{"publisher", &l->publisher}, {"host", &l->host}, {"contact", &l->contact}, {"controller", &l->controller}};
    char *colon = strchr(line, ':');
    if (line[0] == '#')
        return true;
    if (colon) {
        *colon++ = '\0';
        colon += strspn(colon, " \t");
    }
    for (size_t i = 0; colon && i < COUNT(keys); i++) {
        if (strcmp(line, keys[i].key) == 0) {
            *keys[i].into = colon;
            return true;
        }
    }
    return err_set(err, ERR_INVALID, "the line \"%.60s\" is not \"publisher:\", \"host:\", \"contact:\" or \"controller:\" with a text behind it; "
        "free text comes after an empty line", line);
}

bool config_read_legal(struct config *c, const char *path, struct buf *kept, struct err *err)
{
    struct legal *l = &c->legal;
    *l = (struct legal){.publisher = "", .host = "", .contact = "", .controller = "", .text = ""};
    if (!path)
        return true;
    if (!buf_read_file(kept, path, LEGAL_MAX_BYTES, err))
        return err_under(err, "--legal");
    if (!str_is_utf8(buf_str(kept)) || memchr(kept->at, '\0', kept->len))
        return err_set(err, ERR_INVALID, "--legal %s: it is not a text in UTF-8", path);
    char *rest = kept->at;
    if (rest && strncmp(rest, "\xef\xbb\xbf", 3) == 0) /* some editors begin with one */
        rest += 3;
    while (rest && *rest) {
        char *line = next_line(&rest);
        if (!*line)
            break;
        if (!read_line(l, line, err))
            return err_under(err, "--legal %s", path);
    }
    l->text = rest ? rest : "";
    const char *lacks = !*l->publisher && !*l->host ? "publisher or host" : !*l->contact ? "contact" : !*l->controller ? "controller" : NULL;
    l->given = !lacks;
    return l->given || err_set(err, ERR_INVALID, "--legal %s: it does not say the %s; add a line \"%s: …\"", path, lacks,
        strcmp(lacks, "publisher or host") == 0 ? "publisher" : lacks);
}

/* ---- who may contribute ---- */

/* Of the third version, as Tor has them since 2021; it goes into a header as it is. */
static bool is_onion(struct str url)
{
    enum { ONION_NAME_LEN = 56 };
    struct str host = str_slice(url, str_starts(url, S("https://")) ? 8 : 7, url.len);
    if ((!str_starts(url, S("http://")) && !str_starts(url, S("https://"))) || !str_ends(host, S(".onion")) || host.len != ONION_NAME_LEN + 6)
        return false;
    for (size_t i = 0; i < ONION_NAME_LEN; i++)
        if (!((host.at[i] >= 'a' && host.at[i] <= 'z') || (host.at[i] >= '2' && host.at[i] <= '7')))
            return false;
    return true;
}

bool config_read_contributions(struct config *c, const char *contributions, const char *photos, const char *trusted_proxy, const char *onion, struct err *err)
{
    static const char *const words[] = {"closed", "token", "open"};
    bool answered = !c->base_url || config_is_local(c->base_url) || c->legal.given;
    int chosen = answered ? CONTRIBUTIONS_OPEN : CONTRIBUTIONS_CLOSED;
    if (contributions) {
        for (chosen = 0; chosen < (int)COUNT(words) && strcmp(words[chosen], contributions) != 0;)
            chosen++;
        if (chosen == (int)COUNT(words))
            return err_set(err, ERR_INVALID, "--contributions is closed, token or open");
        if (chosen != CONTRIBUTIONS_CLOSED && !answered)
            return err_set(err, ERR_INVALID, "--contributions %s: with a --base-url that is not this machine, --legal FILE has to say who answers for the site",
                contributions);
    }
    c->contributions = (enum contributions)chosen;
    if (photos && strcmp(photos, "yes") != 0 && strcmp(photos, "no") != 0)
        return err_set(err, ERR_INVALID, "--photos is yes or no");
    c->photos = photos && strcmp(photos, "yes") == 0;
    struct sockaddr_storage at;
    if (trusted_proxy && strcmp(trusted_proxy, "unix") != 0 && !rate_forwarded(str_of(trusted_proxy), &at))
        return err_set(err, ERR_INVALID, "--trusted-proxy is an address such as 10.0.0.2 or ::1, or unix");
    c->trusted_proxy = trusted_proxy;
    if (onion && !is_onion(str_of(onion)))
        return err_set(err, ERR_INVALID, "--onion is http:// or https:// with 56 letters and digits, .onion and nothing behind it");
    c->onion = onion;
    return true;
}
