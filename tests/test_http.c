#include "tests/test.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <sys/socket.h>

#include "data/base/clock.h"
#include "data/base/limits.h"
#include "server/http.h"
#include "server/work.h"

/* A server of this test's own: a few routes, one worker. */
static bool say(struct app *app, struct worker *worker, struct request *rq, struct response *rs, struct err *err)
{
    (void)app, (void)err;
    rs->content_type = "text/plain; charset=utf-8";
    buf_fmt(&rs->body, "hello %.*s from %s, body %zu\n", STR_ARG(request_query(rq, S("name"))), worker ? "worker" : "loop",
        rq->body.len);
    return true;
}

static bool say_much(struct app *app, struct worker *worker, struct request *rq, struct response *rs, struct err *err)
{
    (void)app, (void)worker, (void)rq, (void)err;
    rs->content_type = "text/plain; charset=utf-8";
    for (int i = 0; i < 1000; i++)
        buf_fmt(&rs->body, "line\n");
    return true;
}

static bool be_busy(struct app *app, struct worker *worker, struct request *rq, struct response *rs, struct err *err)
{
    (void)app, (void)worker, (void)rq, (void)rs;
    return err_set(err, ERR_BUSY, "later");
}

static bool too_often(struct app *app, struct worker *worker, struct request *rq, struct response *rs, struct err *err)
{
    (void)app, (void)worker, (void)rq;
    rs->retry_after_s = 77;
    snprintf(rs->set_cookie, sizeof rs->set_cookie, "a=; Max-Age=0");
    return err_set(err, ERR_TOO_OFTEN, "slowly");
}

static bool name_a_field(struct app *app, struct worker *worker, struct request *rq, struct response *rs, struct err *err)
{
    (void)app, (void)worker, (void)rq, (void)err;
    return response_problem(rs, 422, "it is <no> category", "/properties/category");
}

static bool sleep_a_while(struct app *app, struct worker *worker, struct request *rq, struct response *rs, struct err *err)
{
    usleep(300000);
    return say(app, worker, rq, rs, err);
}

static struct answer *kept;
static bool send_kept(struct app *app, struct worker *worker, struct request *rq, struct response *rs, struct err *err)
{
    (void)app, (void)worker, (void)rq, (void)err;
    rs->ready = answer_hold(kept);
    return true;
}

enum { GET = 1 << HTTP_GET, POST = 1 << HTTP_POST };
const struct route ROUTES[] = {
    {GET, "/loop", say, ON_LOOP, 0, HEADERS_DATA},
    {GET, "/worker/{x}", say, ON_WORKER_QUICK, 0, HEADERS_DATA},
    {GET, "/much", say_much, ON_WORKER_QUICK, 0, HEADERS_PAGE},
    {GET, "/slow", sleep_a_while, ON_WORKER_SLOW, 0, HEADERS_DATA},
    {GET, "/kept", send_kept, ON_LOOP, 0, HEADERS_TILE},
    {GET, "/api/busy", be_busy, ON_WORKER_QUICK, 0, HEADERS_DATA},
    {POST, "/post", say, ON_WORKER_QUICK, 1000, HEADERS_PRIVATE},
    {POST, "/large", say, ON_WORKER_QUICK, 8 << 20, HEADERS_PRIVATE},
    {GET, "/api/often", too_often, ON_WORKER_QUICK, 0, HEADERS_DATA},
    {GET, "/api/field", name_a_field, ON_LOOP, 0, HEADERS_DATA},
};
const size_t N_ROUTES = COUNT(ROUTES);
const struct route ADMIN_ROUTES[] = {{GET, "/healthz", say, ON_LOOP, 0, HEADERS_ADMIN}};
const size_t N_ADMIN_ROUTES = COUNT(ADMIN_ROUTES);

static struct http *http;
static struct work *work;
static struct http_counts counts;
static int port, admin_port;

static int port_of(int fd)
{
    struct sockaddr_in at;
    socklen_t len = sizeof at;
    getsockname(fd, (struct sockaddr *)&at, &len);
    return ntohs(at.sin_port);
}

static void start(void)
{
    if (http)
        return;
    struct err err;
    struct response rs = {.content_type = "image/png", .headers = HEADERS_TILE, .no_gzip = true};
    buf_fmt(&rs.body, "not really a picture");
    kept = answer_new(&rs, true);
    int fd = http_listen("127.0.0.1:0", &err), admin = http_listen("127.0.0.1:0", &err);
    CHECK(fd >= 0 && admin >= 0);
    port = port_of(fd);
    admin_port = port_of(admin);
    CHECK(work_start(&work, &(struct work_options){.threads = 2, .bounds = {64, 8, 8}}, &err));
    CHECK(http_start(&http, &(struct http_options){.work = work, .loops = 2, .n_listen = 1, .listen_fds = &fd,
        .admin_fd = admin, .counts = &counts}, &err));
}

static int connect_to(int p)
{
    start();
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons((uint16_t)(p ? p : port)),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    CHECK(connect(fd, (struct sockaddr *)&at, sizeof at) == 0);
    return fd;
}

static void put(int fd, const char *text)
{
    CHECK(send(fd, text, strlen(text), MSG_NOSIGNAL) == (ssize_t)strlen(text));
}

/* One answer, head and body by its Content-Length (none for HEAD and 304); "" at the end of the connection. */
static char answer[65536];
static bool closed;
static const char *get(int fd, bool body)
{
    size_t n = 0, want = SIZE_MAX;
    closed = false;
    answer[0] = '\0';
    while (n < want && n < sizeof answer - 1) {
        struct pollfd p = {fd, POLLIN, 0};
        if (poll(&p, 1, 5000) <= 0)
            break;
        ssize_t got = recv(fd, answer + n, MIN(want, sizeof answer - 1) - n > 1 && want == SIZE_MAX ? 1 : want - n, 0);
        if (got <= 0) {
            closed = true;
            break;
        }
        n += (size_t)got;
        answer[n] = '\0';
        char *end = want == SIZE_MAX ? strstr(answer, "\r\n\r\n") : NULL;
        if (end) {
            const char *length = strcasestr(answer, "Content-Length: ");
            want = (size_t)(end + 4 - answer) + (body && length ? strtoul(length + 16, NULL, 10) : 0);
        }
    }
    return answer;
}

static int status(void)
{
    return strncmp(answer, "HTTP/1.1 ", 9) == 0 ? (int)strtol(answer + 9, NULL, 10) : 0;
}

static const char *ask(int fd, const char *method, const char *target, const char *more)
{
    char text[8192];
    snprintf(text, sizeof text, "%s %s HTTP/1.1\r\nHost: x\r\n%s\r\n", method, target, more);
    put(fd, text);
    return get(fd, strcmp(method, "HEAD") != 0);
}

TEST(one_connection_serves_many_requests_from_loop_and_workers)
{
    int fd = connect_to(0);
    for (int i = 0; i < 50; i++) {
        CHECK(strstr(ask(fd, "GET", i % 2 ? "/loop?name=a%20b" : "/worker/1?name=a+b", ""), "hello a b from"));
        CHECK_INT(status(), 200);
    }
    CHECK(strstr(ask(fd, "GET", "/nowhere", ""), "404"));
    CHECK(strstr(ask(fd, "GET", "/loop", ""), "hello"));
    close(fd);
}

TEST(pipelined_requests_are_answered_in_order)
{
    int fd = connect_to(0);
    put(fd, "GET /worker/1?name=one HTTP/1.1\r\nHost: x\r\n\r\nGET /loop?name=two HTTP/1.1\r\nHost: x\r\n\r\n");
    CHECK(strstr(get(fd, true), "hello one"));
    CHECK(strstr(get(fd, true), "hello two"));
    close(fd);
}

TEST(the_same_again_is_304_and_head_has_no_body)
{
    int fd = connect_to(0);
    char etag[64], header[128];
    const char *at = strstr(ask(fd, "GET", "/kept", ""), "ETag: ");
    CHECK(at);
    snprintf(etag, sizeof etag, "%.*s", (int)strcspn(at + 6, "\r"), at + 6);
    snprintf(header, sizeof header, "If-None-Match: W/\"x\", %s\r\n", etag);
    put(fd, "GET /kept HTTP/1.1\r\nHost: x\r\n");
    put(fd, header);
    put(fd, "\r\n");
    get(fd, false);
    CHECK_INT(status(), 304);
    CHECK(strstr(answer, etag));
    CHECK(strstr(answer, "Content-Length: 20")); /* that of the whole, RFC 9110 8.6 */
    ask(fd, "HEAD", "/kept", "");
    CHECK_INT(status(), 200);
    CHECK(strstr(answer, "Content-Length: 20"));
    CHECK(strstr(ask(fd, "GET", "/loop", ""), "hello"));
    close(fd);
}

TEST(text_is_gzipped_for_those_who_take_it)
{
    int fd = connect_to(0);
    ask(fd, "GET", "/much", "Accept-Encoding: gzip\r\n");
    CHECK(strstr(answer, "Content-Encoding: gzip") && strstr(answer, "Vary: Accept-Encoding"));
    ask(fd, "GET", "/much", "");
    CHECK(!strstr(answer, "Content-Encoding") && strstr(answer, "Vary: Accept-Encoding"));
    CHECK(strstr(answer, "Content-Length: 5000"));
    close(fd);
}

TEST(a_wrong_method_names_the_right_ones)
{
    int fd = connect_to(0);
    ask(fd, "DELETE", "/loop", "");
    CHECK_INT(status(), 405);
    CHECK(strstr(answer, "Allow: GET, HEAD\r\n"));
    ask(fd, "GET", "/post", "");
    CHECK_INT(status(), 405);
    CHECK(strstr(answer, "Allow: POST\r\n"));
    close(fd);
}

TEST(busy_says_when_to_come_back)
{
    int fd = connect_to(0);
    ask(fd, "GET", "/api/busy", "");
    CHECK_INT(status(), 503);
    CHECK(strstr(answer, "Retry-After: 1") && strstr(answer, "application/problem+json"));
    close(fd);
}

TEST(an_error_keeps_what_the_handler_had_to_say)
{
    int fd = connect_to(0);
    ask(fd, "GET", "/api/often", "");
    CHECK_INT(status(), 429);
    CHECK(strstr(answer, "Retry-After: 77\r\n") && strstr(answer, "Set-Cookie: a=; Max-Age=0\r\n") && strstr(answer, "\"slowly\""));
    ask(fd, "GET", "/api/field", "");
    CHECK_INT(status(), 422);
    CHECK(strstr(answer, "\"pointer\":\"/properties/category\"") && strstr(answer, "application/problem+json"));
    close(fd);
}

TEST(only_four_large_bodies_are_held_at_once)
{
    enum { PLACES = 4 };
    int waiting[PLACES];
    for (int i = 0; i < PLACES; i++) {
        waiting[i] = connect_to(0);
        put(waiting[i], "POST /large HTTP/1.1\r\nHost: x\r\nContent-Length: 1048577\r\n\r\nbegun");
    }
    usleep(100000);
    int fd = connect_to(0);
    put(fd, "POST /large HTTP/1.1\r\nHost: x\r\nContent-Length: 1048577\r\n\r\n");
    get(fd, true);
    CHECK_INT(status(), 503);
    close(fd);
    fd = connect_to(0); /* a small one is let through */
    put(fd, "POST /large HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n12345");
    CHECK(strstr(get(fd, true), "body 5"));
    close(waiting[0]);
    usleep(100000);
    put(fd, "POST /large HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n"); /* its place is free again */
    CHECK(strstr(get(fd, true), "body 2"));
    close(fd);
    for (int i = 1; i < PLACES; i++)
        close(waiting[i]);
}

TEST(bodies_are_read_within_their_bound)
{
    int fd = connect_to(0);
    put(fd, "POST /post HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n12345");
    CHECK(strstr(get(fd, true), "body 5"));
    put(fd, "POST /post HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n");
    CHECK(strstr(get(fd, true), "body 3"));
    put(fd, "POST /post HTTP/1.1\r\nHost: x\r\nContent-Length: 1001\r\nExpect: 100-continue\r\n\r\n");
    get(fd, true);
    CHECK_INT(status(), 413);
    get(fd, true);
    CHECK(closed);
    close(fd);
}

TEST(what_could_be_smuggled_is_refused_and_the_connection_closed)
{
    static const char *const bad[] = {
        "POST /post HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /loop",
        "POST /post HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n12345",
        "GET /loop HTTP/1.1\r\n\r\n", "GET /loop HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        "GET /%00 HTTP/1.1\r\nHost: x\r\n\r\n", "GET /../x HTTP/1.1\r\nHost: x\r\n\r\n"};
    for (size_t i = 0; i < COUNT(bad); i++) {
        int fd = connect_to(0);
        put(fd, bad[i]);
        get(fd, true);
        CHECK_INT(status(), 400);
        CHECK(strcasestr(answer, "Connection: close"));
        get(fd, true);
        CHECK(closed);
        close(fd);
    }
}

TEST(any_number_of_ready_sockets_is_served)
{
    static const int numbers[] = {127, 128, 256};
    for (size_t k = 0; k < COUNT(numbers); k++) {
        int fds[256];
        for (int i = 0; i < numbers[k]; i++)
            fds[i] = connect_to(0);
        int64_t began_ms = clock_mono_ms();
        for (int round = 0; round < 5; round++) {
            for (int i = 0; i < numbers[k]; i++)
                put(fds[i], "GET /kept HTTP/1.1\r\nHost: x\r\n\r\n");
            for (int i = 0; i < numbers[k]; i++)
                CHECK(strstr(get(fds[i], true), "not really"));
        }
        CHECK(clock_mono_ms() - began_ms < 4000);
        for (int i = 0; i < numbers[k]; i++)
            close(fds[i]);
    }
}

TEST(a_parked_request_is_answered_at_once_when_it_is_done)
{
    int fd = connect_to(0);
    int64_t began_ms = clock_mono_ms();
    for (int i = 0; i < 20; i++)
        CHECK(strstr(ask(fd, "GET", "/worker/1", ""), "hello"));
    CHECK(clock_mono_ms() - began_ms < 1000);
    close(fd);
}

TEST(a_visitor_who_says_no_more_is_answered_and_let_go)
{
    static const char *const targets[] = {"/loop", "/worker/1", "/slow"};
    for (int i = 0; i < 12; i++) {
        char text[100];
        int fd = connect_to(0);
        snprintf(text, sizeof text, "GET %s HTTP/1.1\r\nHost: x\r\n\r\n", targets[i % 3]);
        put(fd, text);
        shutdown(fd, SHUT_WR);
        CHECK(strstr(get(fd, true), "hello"));
        get(fd, true);
        CHECK(closed);
        close(fd);
    }
}

TEST(slow_work_keeps_nobody_else_waiting)
{
    int slow = connect_to(0), fd = connect_to(0);
    put(slow, "GET /slow HTTP/1.1\r\nHost: x\r\n\r\n");
    int64_t began_ms = clock_mono_ms();
    CHECK(strstr(ask(fd, "GET", "/worker/1", ""), "hello"));
    CHECK(clock_mono_ms() - began_ms < 250);
    CHECK(strstr(get(slow, true), "hello"));
    close(slow);
    close(fd);
}

TEST(the_admin_listener_has_routes_of_its_own)
{
    int fd = connect_to(0);
    ask(fd, "GET", "/healthz", "");
    CHECK_INT(status(), 404);
    close(fd);
    fd = connect_to(admin_port);
    ask(fd, "GET", "/healthz", "");
    CHECK_INT(status(), 200);
    ask(fd, "GET", "/loop", "");
    CHECK_INT(status(), 404);
    close(fd);
}

TEST(what_is_under_way_is_finished_before_the_end)
{
    int busy = connect_to(0), idle = connect_to(0);
    CHECK(strstr(ask(idle, "GET", "/loop", ""), "hello"));
    put(busy, "GET /slow HTTP/1.1\r\nHost: x\r\n\r\n");
    usleep(50000);
    http_drain(http, 3000);
    CHECK(strstr(get(busy, true), "hello"));
    get(idle, true);
    CHECK(closed);
    close(busy);
    close(idle);
    work_stop(work);
    http_stop(http);
    answer_drop(kept);
    CHECK_INT(counts.connections, 0);
}
