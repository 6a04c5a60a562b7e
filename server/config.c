#include "server/config.h"

#include <string.h>

#include "server/rate.h"

enum { LEGAL_MAX_BYTES = 64 * 1024 };

bool config_is_local(const char *url)
{
    static const char *const hosts[] = {"localhost", "127.", "[::1]"};
    const char *host = strstr(url, "://");
    host = host ? host + 3 : url;
    for (size_t i = 0; i < COUNT(hosts); i++)
        if (strncmp(host, hosts[i], strlen(hosts[i])) == 0)
            return true;
    return false;
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
    if (onion && (strncmp(onion, "http://", 7) != 0 || !strstr(onion, ".onion")))
        return err_set(err, ERR_INVALID, "--onion is an address such as http://….onion");
    c->onion = onion;
    return true;
}
