#include <signal.h>
#include <stdlib.h>

#include "apps/hs-client/client.h"

static void on_interrupt(uv_signal_t *handle, int number) {
    (void)number;
    client_finish(handle->data, HS__EXIT_INTERRUPTED);
}

static hs__exit open_loop(client *c, hs__fault *fault) {
    int r = uv_loop_init(&c->loop);
    if (r)
        return hs__fault_set(fault, HS__EXIT_INTERNAL, "the event loop: %s", uv_strerror(r));
    if (hs_uv_loop_new(&c->loop, &c->tls) != 0) {
        uv_loop_close(&c->loop);
        return hs__fail_status(fault, HS_E_NOMEM, "the event loop");
    }
    uv_timer_init(&c->loop, &c->timer);
    uv_timer_init(&c->loop, &c->waiter);
    uv_signal_init(&c->loop, &c->on_int);
    c->timer.data = c->waiter.data = c->on_int.data = c;
    uv_signal_start(&c->on_int, on_interrupt, SIGINT);
    uv_unref((uv_handle_t *)&c->on_int);
    return HS__EXIT_OK;
}

hs__exit client_run(client *c, client *base, hs__fault *fault) {
    c->code = open_loop(c, fault);
    if (c->code)
        return c->code;
    c->t_begin = hs__clock_mono_us(NULL);
    client_connect(c);
    uv_run(&c->loop, UV_RUN_DEFAULT);
    if (c->mode && c->mode->free)
        c->mode->free(c);
    if (c->is_resolving) {
        base->is_resolving = true;
    } else {
        uv_freeaddrinfo(c->found);
        hs_uv_loop_free(c->tls);
        uv_loop_close(&c->loop);
    }
    if (c->code == HS__EXIT_OK && c->expectation_failed)
        c->code = HS__EXIT_EXPECTATION;
    return c->code;
}

void client_free_own(client *c) {
    hs_session_unref(c->given);
    hs__facts_free(&c->facts);
    json_decref(c->error);
    json_decref(c->http);
    free(c->keys);
}
