#include "data/base/log.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "data/base/clock.h"

static pthread_mutex_t one_line = PTHREAD_MUTEX_INITIALIZER;

void log_line(enum log_level level, const char *format, ...)
{
    static const char *const words[] = {"", "warning: ", "error: "};
    char text[2048];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    pthread_mutex_lock(&one_line);
    fprintf(stderr, "contrechamp: %s%s\n", words[level], text);
    pthread_mutex_unlock(&one_line);
}

enum { BAR_EVERY_MS = 200, LINE_EVERY_MS = 10000, SHOW_AFTER_MS = 1000 };

void progress_begin(struct progress *p, const char *what, uint64_t total)
{
    int64_t now = clock_mono_ms();
    *p = (struct progress){.what = what, .total = total, .began_ms = now, .shown_ms = now};
}

static void show_bar(const struct progress *p, double rate)
{
    if (p->total) {
        int filled = (int)(20 * MIN(p->done, p->total) / p->total);
        uint64_t left_s = rate > 0 ? (uint64_t)((double)(p->total - MIN(p->done, p->total)) / rate) : 0;
        fprintf(stderr, "\r\033[K%s [%.*s%.*s] %llu of %llu, %.0f/s, %llu s left", p->what, filled,
            "####################", 20 - filled, "....................", (unsigned long long)p->done,
            (unsigned long long)p->total, rate, (unsigned long long)left_s);
    } else {
        fprintf(stderr, "\r\033[K%s: %llu, %.0f/s", p->what, (unsigned long long)p->done, rate);
    }
    fflush(stderr);
}

void progress_at(struct progress *p, uint64_t done)
{
    p->done = done;
    int64_t now = clock_mono_ms();
    bool terminal = isatty(STDERR_FILENO);
    if (now - p->began_ms < SHOW_AFTER_MS || now - p->shown_ms < (terminal ? BAR_EVERY_MS : LINE_EVERY_MS))
        return;
    p->shown_ms = now;
    double rate = (double)done * 1000.0 / (double)(now - p->began_ms);
    if (terminal) {
        show_bar(p, rate);
        p->drawn = true;
    } else {
        log_line(LOG_INFO, "%s: %llu of %llu, %.0f/s", p->what, (unsigned long long)done,
            (unsigned long long)p->total, rate);
    }
}

void progress_end(struct progress *p)
{
    if (p->drawn)
        fprintf(stderr, "\r\033[K");
    p->drawn = false;
}
