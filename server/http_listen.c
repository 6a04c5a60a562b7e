/* Listening sockets: of our own, or handed down by systemd. */
#include "server/http.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "data/base/limits.h"

enum { BACKLOG = 1024, FIRST_INHERITED = 3 };

/* Accepted sockets take the send buffer's size from the listening one. */
static void set_options(int fd)
{
    int bytes = SEND_BUFFER_BYTES, yes = 1;
    setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes);
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes); /* fails on a unix socket: no matter */
    fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
    fcntl(fd, F_SETFD, FD_CLOEXEC);
}

static int listen_unix(const char *path, struct err *err)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof at.sun_path) {
        err_set(err, ERR_INVALID, "unix:%s: the path is longer than %zu bytes", path, sizeof at.sun_path - 1);
        return -1;
    }
    memcpy(at.sun_path, path, strlen(path) + 1);
    struct stat there;
    if (lstat(path, &there) == 0 && S_ISSOCK(there.st_mode))
        unlink(path); /* of a server that ended without a word */
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || bind(fd, (struct sockaddr *)&at, sizeof at) || listen(fd, BACKLOG)) {
        err_errno(err, "listen on unix:%s", path);
        if (fd >= 0)
            close(fd);
        return -1;
    }
    set_options(fd);
    return fd;
}

static int listen_on(const struct addrinfo *at)
{
    int yes = 1;
    int fd = socket(at->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (at->ai_family == AF_INET6)
        setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &yes, sizeof yes);
    if (bind(fd, at->ai_addr, at->ai_addrlen) || listen(fd, BACKLOG)) {
        int why = errno;
        close(fd);
        errno = why;
        return -1;
    }
    set_options(fd);
    return fd;
}

enum { HOST_BYTES = 256 };

bool http_address_check(const char *address, struct err *err)
{
    const char *colon = strrchr(address, ':');
    uint64_t port;
    if (strncmp(address, "unix:", 5) == 0 && address[5])
        return true;
    return (colon && colon - address < HOST_BYTES && str_u64(str_of(colon + 1), &port) && port <= 65535) ||
           err_set(err, ERR_INVALID, "%s is not an address: say HOST:PORT, [::1]:PORT or unix:PATH", address);
}

int http_listen(const char *address, struct err *err)
{
    char host[HOST_BYTES];
    if (!http_address_check(address, err))
        return -1;
    if (strncmp(address, "unix:", 5) == 0)
        return listen_unix(address + 5, err);
    const char *colon = strrchr(address, ':');
    bool bracketed = address[0] == '[' && colon > address && colon[-1] == ']';
    size_t from = bracketed, to = (size_t)(colon - address) - bracketed;
    memcpy(host, address + from, to - from);
    host[to - from] = '\0';
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE | AI_NUMERICSERV}, *found = NULL;
    int failed = getaddrinfo(to > from ? host : NULL, colon + 1, &hints, &found);
    if (failed) {
        err_set(err, ERR_INVALID, "%s: %s", address, gai_strerror(failed));
        return -1;
    }
    int fd = listen_on(found);
    if (fd < 0)
        err_errno(err, "listen on %s", address);
    freeaddrinfo(found);
    return fd;
}

size_t http_inherited(int *fds, size_t most)
{
    uint64_t pid, n;
    if (!str_u64(str_of(getenv("LISTEN_PID")), &pid) || pid != (uint64_t)getpid() ||
        !str_u64(str_of(getenv("LISTEN_FDS")), &n))
        return 0;
    size_t count = 0;
    for (int fd = FIRST_INHERITED; count < MIN(n, most); fd++) {
        set_options(fd);
        fds[count++] = fd;
    }
    unsetenv("LISTEN_PID");
    unsetenv("LISTEN_FDS");
    return count;
}

void http_address(struct buf *out, int fd)
{
    union {
        struct sockaddr any;
        struct sockaddr_un un;
        struct sockaddr_storage room;
    } at = {0};
    socklen_t len = sizeof at;
    char host[256], port[16];
    if (getsockname(fd, &at.any, &len))
        return;
    if (at.any.sa_family == AF_UNIX) {
        buf_fmt(out, "unix:%s", at.un.sun_path);
        return;
    }
    if (getnameinfo(&at.any, len, host, sizeof host, port, sizeof port, NI_NUMERICHOST | NI_NUMERICSERV))
        return;
    buf_fmt(out, at.any.sa_family == AF_INET6 ? "http://[%s]:%s" : "http://%s:%s", host, port);
}
