/* A capture of one connection in the pcapng format (draft-ietf-opsawg-pcapng), with IP and TCP
 * headers made up around the real records, and the key log inside when secrets are shown: Wireshark
 * opens it decrypted with nothing else at hand. */
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "trace/hide.h"
#include "trace/keylog.h"
#include "trace/render.h"

enum {
    BLOCK_SECTION = 0x0a0d0d0a,
    BLOCK_INTERFACE = 1,
    BLOCK_PACKET = 6,
    BLOCK_SECRETS = 10,
    MAGIC = 0x1a2b3c4d,
    LINK_RAW_IP = 101,
    TLS_KEY_LOG = 0x544c534b,
    OPTION_USER_APPLICATION = 4,

    IP4 = 20,
    IP6 = 40,
    TCP = 20,
    PROTOCOL_TCP = 6,
    PORT_UNKNOWN = 443, /* of a transport that has none */

    FIN = 0x01,
    SYN = 0x02,
    PSH = 0x08,
    ACK = 0x10
};

typedef struct {
    uint8_t ip[16];
    uint16_t port;
    uint32_t next; /* sequence number of its next byte */
    hs__hide_side hide;
} end;

typedef struct {
    hs_render base;
    hs__render_setup setup;
    bool is_v6, is_open;
    bool holds; /* packets wait in `held` for all secrets: Wireshark looks for TLS 1.3's when it
                   comes to ServerHello, before the first can be known */
    hs__strbuf held;
    uint64_t t_us; /* never goes back, as in the other renderings */
    end local, peer;
} pcapng;

/* ---- blocks ------------------------------------------------------------------------------ */

static void put_u16(hs__strbuf *b, uint16_t v) {
    hs__buf_bytes(b, (const uint8_t[]){(uint8_t)v, (uint8_t)(v >> 8)}, 2);
}

static void put_u32(hs__strbuf *b, uint32_t v) {
    put_u16(b, (uint16_t)v);
    put_u16(b, (uint16_t)(v >> 16));
}

static void put_padded(hs__strbuf *b, hs_span bytes) {
    static const uint8_t zeros[3];
    hs__buf_bytes(b, bytes.p, bytes.n);
    hs__buf_bytes(b, zeros, (4 - bytes.n % 4) % 4);
}

/* Type, length, body, length again. */
static void write_block(pcapng *k, uint32_t type, const hs__strbuf *body) {
    const uint32_t whole = (uint32_t)body->n + 12;
    hs__strbuf b = {0};
    put_u32(&b, type);
    put_u32(&b, whole);
    hs__buf_bytes(&b, body->p, body->n);
    put_u32(&b, whole);
    if (b.failed || body->failed) {
        hs__buf_free(&b);
        return;
    }
    if (k->holds && type == BLOCK_PACKET) {
        hs__buf_bytes(&k->held, b.p, b.n);
    } else {
        k->setup.o.write(k->setup.o.ctx, b.p, b.n);
    }
    hs__buf_free(&b);
}

static void let_go(pcapng *k) {
    k->holds = false;
    if (k->held.n > 0 && !k->held.failed) {
        k->setup.o.write(k->setup.o.ctx, k->held.p, k->held.n);
    }
    hs__buf_free(&k->held);
}

static void write_section(pcapng *k) {
    static const uint8_t unknown_length[8] = {255, 255, 255, 255, 255, 255, 255, 255};
    const char *tool = k->setup.o.tool;
    hs__strbuf b = {0};
    put_u32(&b, MAGIC);
    put_u16(&b, 1);
    put_u16(&b, 0);
    hs__buf_bytes(&b, unknown_length, sizeof(unknown_length));
    if (tool[0] != '\0') {
        put_u16(&b, OPTION_USER_APPLICATION);
        put_u16(&b, (uint16_t)strlen(tool));
        put_padded(&b, (hs_span){(const uint8_t *)tool, strlen(tool)});
        put_u32(&b, 0);
    }
    write_block(k, BLOCK_SECTION, &b);
    hs__buf_clear(&b);
    put_u16(&b, LINK_RAW_IP);
    put_u16(&b, 0);
    put_u32(&b, 0); /* packets are whole */
    write_block(k, BLOCK_INTERFACE, &b);
    hs__buf_free(&b);
}

/* ---- packets: one for each record, which always fits ------------------------------------ */

static uint8_t *put_be16(uint8_t *p, size_t v) {
    p[0] = (uint8_t)(v >> 8);
    p[1] = (uint8_t)v;
    return p + 2;
}

static uint8_t *put_be32(uint8_t *p, uint32_t v) {
    return put_be16(put_be16(p, v >> 16), v & 0xffff);
}

static uint32_t sum16(uint32_t sum, const uint8_t *p, size_t n) {
    for (size_t i = 0; i < n; i++) {
        sum += i % 2 == 0 ? (uint32_t)p[i] << 8 : p[i];
    }
    return sum;
}

static uint16_t fold(uint32_t sum) {
    while (sum > 0xffff) {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    return (uint16_t)~sum;
}

/* Returns its length. */
static size_t make_ip(const pcapng *k, const end *from, const end *to, size_t tcp_n, uint8_t *ip) {
    if (k->is_v6) {
        (void)put_be16(put_be32(ip, 0x60000000), tcp_n);
        ip[6] = PROTOCOL_TCP;
        ip[7] = 64;
        memcpy(ip + 8, from->ip, 16);
        memcpy(ip + 24, to->ip, 16);
        return IP6;
    }
    (void)put_be32(put_be16(put_be16(ip, 0x4500), IP4 + tcp_n), 0x00004000);
    ip[8] = 64;
    ip[9] = PROTOCOL_TCP;
    (void)put_be16(ip + 10, 0);
    memcpy(ip + 12, from->ip, 4);
    memcpy(ip + 16, to->ip, 4);
    (void)put_be16(ip + 10, fold(sum16(0, ip, IP4)));
    return IP4;
}

static void make_tcp(const pcapng *k, const end *from, const end *to, uint8_t flags, hs_span data,
                     uint8_t *tcp) {
    const size_t address_n = k->is_v6 ? 16 : 4;
    uint8_t *p = put_be16(put_be16(tcp, from->port), to->port);
    p = put_be32(put_be32(p, from->next), (flags & ACK) != 0 ? to->next : 0);
    *p++ = TCP / 4 << 4;
    *p++ = flags;
    p = put_be16(p, 65535);
    (void)put_be32(p, 0);
    uint32_t sum = sum16(0, from->ip, address_n);
    sum = sum16(sum, to->ip, address_n) + PROTOCOL_TCP + TCP + (uint32_t)data.n;
    (void)put_be16(tcp + 16, fold(sum16(sum16(sum, tcp, TCP), data.p, data.n)));
}

static void write_packet(pcapng *k, bool outbound, uint8_t flags, hs_span data) {
    end *from = outbound ? &k->local : &k->peer;
    const end *to = outbound ? &k->peer : &k->local;
    uint8_t head[IP6 + TCP] = {0};
    const size_t ip_n = make_ip(k, from, to, TCP + data.n, head);
    make_tcp(k, from, to, flags, data, head + ip_n);
    const uint64_t us = (uint64_t)k->setup.o.wall_time_ms * 1000 + k->t_us;
    const uint32_t n = (uint32_t)(ip_n + TCP + data.n);
    hs__strbuf packet = {0};
    hs__buf_bytes(&packet, head, ip_n + TCP);
    hs__buf_bytes(&packet, data.p, data.n);
    hs__strbuf b = {0};
    put_u32(&b, 0); /* the interface */
    put_u32(&b, (uint32_t)(us >> 32));
    put_u32(&b, (uint32_t)us);
    put_u32(&b, n);
    put_u32(&b, n);
    put_padded(&b, (hs_span){(const uint8_t *)packet.p, packet.n});
    b.failed = b.failed || packet.failed;
    write_block(k, BLOCK_PACKET, &b);
    hs__buf_free(&packet);
    hs__buf_free(&b);
    from->next += (uint32_t)data.n + ((flags & (SYN | FIN)) != 0 ? 1 : 0);
}

static const hs_span no_data = {(const uint8_t *)"", 0};

/* The client's three packets before everything else. */
static void write_opening(pcapng *k, const hs_trace *ev) {
    const bool by_us = !ev->is_server;
    write_packet(k, by_us, SYN, no_data);
    write_packet(k, !by_us, SYN | ACK, no_data);
    write_packet(k, by_us, ACK, no_data);
    k->is_open = true;
}

static void write_ending(pcapng *k) {
    write_packet(k, true, FIN | ACK, no_data);
    write_packet(k, false, FIN | ACK, no_data);
    write_packet(k, true, ACK, no_data);
}

/* ---- events ------------------------------------------------------------------------------ */

static void write_secret(pcapng *k, const hs_trace_secret *s) {
    hs__strbuf line = {0};
    hs__strbuf b = {0};
    hs__keylog_line(s, &line);
    if (line.n == 0) {
        return;
    }
    put_u32(&b, TLS_KEY_LOG);
    put_u32(&b, (uint32_t)line.n);
    put_padded(&b, (hs_span){(const uint8_t *)line.p, line.n});
    b.failed = b.failed || line.failed;
    write_block(k, BLOCK_SECRETS, &b);
    hs__buf_free(&line);
    hs__buf_free(&b);
}

/* Whoever was on the path has seen a session id; whoever is given the capture has not. */
static void write_record(pcapng *k, const hs_trace_wire *w) {
    if (k->setup.o.secrets == HS_SECRETS_SHOW || w->is_protected) {
        write_packet(k, w->outbound, PSH | ACK, w->raw);
        return;
    }
    uint8_t *copy = malloc(w->raw.n);
    if (copy != NULL) {
        memcpy(copy, w->raw.p, w->raw.n);
        hs__hide_record(w->outbound ? &k->local.hide : &k->peer.hide, w, copy, NULL, NULL);
        write_packet(k, w->outbound, PSH | ACK, (hs_span){copy, w->raw.n});
        free(copy);
    }
}

static void pcapng_event(hs_render *r, const hs_trace *ev) {
    pcapng *k = (pcapng *)r;
    k->t_us = ev->t_us > k->t_us ? ev->t_us : k->t_us;
    if (ev->kind == HS_TR_CONN) {
        return;
    }
    if (ev->kind == HS_TR_SECRET) {
        write_secret(k, &ev->u.secret);
        return;
    }
    if (ev->kind == HS_TR_DONE) {
        let_go(k);
        return;
    }
    if (!k->is_open) {
        write_opening(k, ev);
    }
    if (ev->kind == HS_TR_CLOSED) {
        write_ending(k);
        return;
    }
    write_record(k, &ev->u.wire);
}

static void pcapng_free(hs_render *r) {
    pcapng *k = (pcapng *)r;
    let_go(k);
    hs__setup_free(&k->setup);
    free(k);
}

/* ---- addresses --------------------------------------------------------------------------- */

/* "192.0.2.1:443", "[2001:db8::1]:443". */
static bool read_address(const char *text, int family, end *out) {
    char host[64];
    const char *colon = strrchr(text, ':');
    const size_t brackets = family == AF_INET6 ? 1 : 0;
    if (colon == NULL || (size_t)(colon - text) < 2 * brackets ||
        (size_t)(colon - text) >= sizeof(host)) {
        return false;
    }
    const size_t n = (size_t)(colon - text) - 2 * brackets;
    memcpy(host, text + brackets, n);
    host[n] = '\0';
    out->port = (uint16_t)strtoul(colon + 1, NULL, 10);
    return inet_pton(family, host, out->ip) == 1;
}

/* A transport without IP addresses gets those of this machine. */
static void find_addresses(pcapng *k) {
    static const uint8_t loopback[] = {127, 0, 0, 1};
    const hs_render_options *o = &k->setup.o;
    if (read_address(o->local, AF_INET, &k->local) && read_address(o->peer, AF_INET, &k->peer)) {
        return;
    }
    k->is_v6 =
        read_address(o->local, AF_INET6, &k->local) && read_address(o->peer, AF_INET6, &k->peer);
    if (!k->is_v6) {
        k->local = k->peer = (end){.port = PORT_UNKNOWN};
        memcpy(k->local.ip, loopback, sizeof(loopback));
        memcpy(k->peer.ip, loopback, sizeof(loopback));
        k->local.port++;
    }
}

static const hs__render_class pcapng_class = {pcapng_event, pcapng_free};

hs_status hs_pcapng_new(const hs_render_options *o, hs_render **out) {
    *out = NULL;
    pcapng *k = calloc(1, sizeof *k);
    if (k == NULL) {
        return HS_E_NOMEM;
    }
    hs_status st = hs__setup_copy(&k->setup, o);
    if (st) {
        free(k);
        return st;
    }
    k->base.class = &pcapng_class;
    k->base.mask =
        HS_TRACE_MASK(HS_TR_CONN) | HS_TRACE_MASK(HS_TR_WIRE) | HS_TRACE_MASK(HS_TR_CLOSED);
    if (o->secrets == HS_SECRETS_SHOW) {
        k->base.mask |= HS_TRACE_MASK(HS_TR_SECRET) | HS_TRACE_MASK(HS_TR_DONE) | HS_TRACE_SECRETS;
        k->holds = true;
    }
    find_addresses(k);
    write_section(k);
    *out = &k->base;
    return HS_OK;
}
