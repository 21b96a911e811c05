/* LD_PRELOAD: a program that asks for the time gets that of the day before. */
#include <sys/time.h>
#include <time.h>

time_t time(time_t *out) {
    struct timeval now;
    gettimeofday(&now, NULL);
    time_t then = now.tv_sec - 24 * 60 * 60;
    if (out)
        *out = then;
    return then;
}
