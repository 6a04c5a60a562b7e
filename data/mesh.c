/*
 * Every ring is a run of directed edges. Neighbours walk their common border in opposite directions, so an edge and its
 * reverse cancel; what is left over still leaves every vertex as often as it enters it, and closes to rings by walking.
 */
#include "data/mesh.h"

#include <string.h>

#include "data/base/hash.h"

struct edge {
    uint32_t from, to, owner, twin; /* vertices; twin: 1 + the edge that runs back, 0 if none */
};
struct mesh {
    struct xy *vertices;
    size_t n_vertices, cap_vertices;
    uint32_t *vertex_slots; /* 1 + vertex, by open addressing */
    size_t n_vertex_slots;
    struct edge *edges;
    size_t n_edges, cap_edges;
    uint64_t *rings; /* what each is known by, by open addressing; 0: free */
    size_t n_rings, n_ring_slots;
    bool is_paired;
};

struct mesh *mesh_new(void)
{
    return base_alloc(1, sizeof(struct mesh));
}

void mesh_free(struct mesh *m)
{
    if (!m)
        return;
    free(m->vertices);
    free(m->vertex_slots);
    free(m->edges);
    free(m->rings);
    free(m);
}

static uint64_t hash_place(struct xy at, uint64_t seed)
{
    uint64_t x, y;
    memcpy(&x, &at.x, 8);
    memcpy(&y, &at.y, 8);
    return hash_mix(hash_mix(x + seed) ^ y);
}

static bool is_same_place(struct xy a, struct xy b)
{
    return a.x == b.x && a.y == b.y;
}

static void grow_vertex_slots(struct mesh *m)
{
    free(m->vertex_slots);
    m->n_vertex_slots = m->n_vertex_slots ? m->n_vertex_slots * 2 : 1 << 12;
    m->vertex_slots = base_alloc(m->n_vertex_slots, sizeof *m->vertex_slots);
    for (size_t i = 0; i < m->n_vertices; i++) {
        size_t slot = hash_place(m->vertices[i], 0) & (m->n_vertex_slots - 1);
        while (m->vertex_slots[slot])
            slot = (slot + 1) & (m->n_vertex_slots - 1);
        m->vertex_slots[slot] = (uint32_t)i + 1;
    }
}

static uint32_t vertex_of(struct mesh *m, struct xy at)
{
    if (m->n_vertices * 2 >= m->n_vertex_slots)
        grow_vertex_slots(m);
    size_t slot = hash_place(at, 0) & (m->n_vertex_slots - 1);
    for (; m->vertex_slots[slot]; slot = (slot + 1) & (m->n_vertex_slots - 1))
        if (is_same_place(m->vertices[m->vertex_slots[slot] - 1], at))
            return m->vertex_slots[slot] - 1;
    if (m->n_vertices == m->cap_vertices) {
        m->cap_vertices = MAX(m->cap_vertices * 2, (size_t)1024);
        m->vertices = base_grow(m->vertices, m->cap_vertices, sizeof *m->vertices);
    }
    m->vertices[m->n_vertices++] = at;
    m->vertex_slots[slot] = (uint32_t)m->n_vertices;
    return (uint32_t)m->n_vertices - 1;
}

static bool put_ring(struct mesh *m, uint64_t ring)
{
    size_t slot = ring & (m->n_ring_slots - 1);
    for (; m->rings[slot]; slot = (slot + 1) & (m->n_ring_slots - 1))
        if (m->rings[slot] == ring)
            return false;
    m->rings[slot] = ring;
    m->n_rings++;
    return true;
}

/* Known by its edges, wherever it begins. Some packages have a territory twice, as itself and as part of its state: land
 * counted twice would be no land. */
static bool is_first_of_its_kind(struct mesh *m, size_t first_edge)
{
    uint64_t sum = 0;
    for (size_t i = first_edge; i < m->n_edges; i++)
        sum += hash_mix((uint64_t)m->edges[i].from << 32 | m->edges[i].to);
    if (m->n_rings * 2 >= m->n_ring_slots) {
        uint64_t *old = m->rings;
        size_t n_old = m->n_ring_slots;
        m->n_ring_slots = MAX(n_old * 2, (size_t)1024);
        m->rings = base_alloc(m->n_ring_slots, sizeof *m->rings);
        m->n_rings = 0;
        for (size_t i = 0; i < n_old; i++)
            if (old[i])
                put_ring(m, old[i]);
        free(old);
    }
    return put_ring(m, sum ? sum : 1);
}

void mesh_add(struct mesh *m, const struct shape *s, uint32_t owner)
{
    must(s->kind == SHAPE_POLYGONS && !m->is_paired);
    if (m->n_edges + s->n > m->cap_edges) {
        m->cap_edges = MAX(m->cap_edges * 2, m->n_edges + s->n);
        m->edges = base_grow(m->edges, m->cap_edges, sizeof *m->edges);
    }
    for (uint32_t part = 0, begin = 0; part < s->n_parts; begin = s->end[part++]) {
        uint32_t first = begin < s->end[part] ? vertex_of(m, s->at[begin]) : 0, from = first;
        size_t first_edge = m->n_edges;
        for (uint32_t i = begin; i < s->end[part]; i++) {
            uint32_t to = i + 1 < s->end[part] ? vertex_of(m, s->at[i + 1]) : first;
            if (to != from)
                m->edges[m->n_edges++] = (struct edge){.from = from, .to = to, .owner = owner};
            from = to;
        }
        if (!is_first_of_its_kind(m, first_edge))
            m->n_edges = first_edge;
    }
}

static void pair_edges(struct mesh *m)
{
    if (m->is_paired)
        return;
    m->is_paired = true;
    size_t n_slots = 64;
    while (n_slots < m->n_edges * 2)
        n_slots *= 2;
    uint32_t *slots = base_alloc(n_slots, sizeof *slots);
    for (size_t i = 0; i < m->n_edges; i++) {
        struct edge *e = &m->edges[i];
        size_t slot = hash_mix((uint64_t)e->to << 32 | e->from) & (n_slots - 1);
        for (; slots[slot] && !e->twin; slot = (slot + 1) & (n_slots - 1)) {
            struct edge *other = &m->edges[slots[slot] - 1];
            if (other->from == e->to && other->to == e->from && !other->twin) {
                e->twin = slots[slot];
                other->twin = (uint32_t)i + 1;
            }
        }
        if (e->twin)
            continue;
        slot = hash_mix((uint64_t)e->from << 32 | e->to) & (n_slots - 1);
        while (slots[slot])
            slot = (slot + 1) & (n_slots - 1);
        slots[slot] = (uint32_t)i + 1;
    }
    free(slots);
}

struct shape mesh_outline(struct mesh *m, struct arena *a)
{
    pair_edges(m);
    size_t n_lone = 0;
    uint32_t *head = base_alloc(m->n_vertices + 1, sizeof *head); /* 1 + an edge that leaves the vertex */
    uint32_t *next = base_alloc(m->n_edges + 1, sizeof *next);
    for (size_t i = 0; i < m->n_edges; i++) {
        if (m->edges[i].twin)
            continue;
        n_lone++;
        next[i] = head[m->edges[i].from];
        head[m->edges[i].from] = (uint32_t)i + 1;
    }
    struct shape out = {.kind = SHAPE_POLYGONS, .at = ARENA_ARRAY(a, struct xy, n_lone + 1),
        .end = ARENA_ARRAY(a, uint32_t, n_lone / 3 + 2)};
    must(out.at && out.end);
    for (size_t i = 0; i < m->n_vertices; i++) {
        while (head[i]) {
            uint32_t begin = out.n, at = (uint32_t)i;
            do {
                const struct edge *e = &m->edges[head[at] - 1];
                head[at] = next[e - m->edges];
                out.at[out.n++] = m->vertices[at];
                at = e->to;
            } while (at != i && head[at]);
            if (at == i && out.n - begin >= 3)
                out.end[out.n_parts++] = out.n;
            else
                out.n = begin;
        }
    }
    free(head);
    free(next);
    return out;
}

struct mesh_line *mesh_borders(struct mesh *m, struct arena *a, size_t *n)
{
    pair_edges(m);
    size_t n_pairs = 0;
    for (size_t i = 0; i < m->n_edges; i++) {
        const struct edge *e = &m->edges[i];
        n_pairs += e->twin > i + 1 && m->edges[e->twin - 1].owner != e->owner;
    }
    struct mesh_line *pieces = base_alloc(n_pairs + 1, sizeof *pieces);
    struct xy *ends = base_alloc(2 * n_pairs + 1, sizeof *ends);
    size_t k = 0;
    for (size_t i = 0; i < m->n_edges; i++) {
        const struct edge *e = &m->edges[i];
        if (e->twin <= i + 1 || m->edges[e->twin - 1].owner == e->owner)
            continue;
        uint32_t p = e->owner, q = m->edges[e->twin - 1].owner;
        ends[2 * k] = m->vertices[e->from];
        ends[2 * k + 1] = m->vertices[e->to];
        pieces[k] = (struct mesh_line){&ends[2 * k], 2, (uint64_t)MIN(p, q) << 32 | MAX(p, q)};
        k++;
    }
    struct mesh_line *out = ARENA_ARRAY(a, struct mesh_line, n_pairs + 1);
    must(out);
    *n = lines_join(pieces, n_pairs, out, a);
    free(pieces);
    free(ends);
    return out;
}

/* ---- lines ---- */

/* Where lines of one key end: the number of ends there, and two of them (line << 1 | which end). */
struct meeting {
    struct xy at;
    uint64_t key;
    uint32_t n, ends[2];
};
struct joiner {
    const struct mesh_line *in;
    struct meeting *meetings;
    size_t n_slots;
    bool *is_used;
};

static struct xy end_of(const struct mesh_line *l, uint32_t which)
{
    return l->at[which ? l->n - 1 : 0];
}

static struct meeting *meeting_of(const struct joiner *j, uint32_t end)
{
    const struct mesh_line *l = &j->in[end >> 1];
    struct xy at = end_of(l, end & 1);
    size_t slot = hash_place(at, l->key) & (j->n_slots - 1);
    for (; j->meetings[slot].n; slot = (slot + 1) & (j->n_slots - 1))
        if (is_same_place(j->meetings[slot].at, at) && j->meetings[slot].key == l->key)
            break;
    return &j->meetings[slot];
}

/* The line that goes on where this end is, as the end of it that touches; UINT32_MAX if none does. */
static uint32_t beyond(const struct joiner *j, uint32_t end)
{
    const struct meeting *m = meeting_of(j, end);
    if (m->n != 2)
        return UINT32_MAX;
    return m->ends[0] == end ? m->ends[1] : m->ends[0];
}

static void append(struct mesh_line *out, struct xy *at, const struct mesh_line *l, bool backwards)
{
    for (uint32_t i = out->n ? 1 : 0; i < l->n; i++)
        at[out->n++] = l->at[backwards ? l->n - 1 - i : i];
}

/* The chain that the line is part of: back to its begin, then along it. */
static void walk(struct joiner *j, uint32_t line, struct mesh_line *out, struct arena *a)
{
    uint32_t begin = line << 1, total = j->in[line].n;
    for (uint32_t far = beyond(j, begin); far != UINT32_MAX && far >> 1 != line; far = beyond(j, begin))
        begin = far ^ 1;
    for (uint32_t end = begin ^ 1, far; (far = beyond(j, end)) != UINT32_MAX && far >> 1 != begin >> 1; end = far ^ 1)
        total += j->in[far >> 1].n;
    total += j->in[begin >> 1].n;
    struct xy *at = ARENA_ARRAY(a, struct xy, total);
    must(at);
    *out = (struct mesh_line){.at = at, .key = j->in[line].key};
    for (uint32_t end = begin;;) {
        j->is_used[end >> 1] = true;
        append(out, at, &j->in[end >> 1], end & 1);
        uint32_t far = beyond(j, end ^ 1);
        if (far == UINT32_MAX || j->is_used[far >> 1])
            break;
        end = far;
    }
}

size_t lines_join(const struct mesh_line *in, size_t n, struct mesh_line *out, struct arena *a)
{
    struct joiner j = {.in = in, .n_slots = 64};
    while (j.n_slots < n * 4)
        j.n_slots *= 2;
    j.meetings = base_alloc(j.n_slots, sizeof *j.meetings);
    j.is_used = base_alloc(n + 1, sizeof *j.is_used);
    for (size_t i = 0; i < n; i++) {
        for (uint32_t which = 0; which < 2; which++) {
            uint32_t end = (uint32_t)i << 1 | which;
            struct meeting *m = meeting_of(&j, end);
            m->at = end_of(&in[i], which);
            m->key = in[i].key;
            if (m->n < 2)
                m->ends[m->n] = end;
            m->n++;
        }
    }
    size_t made = 0;
    for (size_t i = 0; i < n; i++)
        if (!j.is_used[i])
            walk(&j, (uint32_t)i, &out[made++], a);
    free(j.meetings);
    free(j.is_used);
    return made;
}
