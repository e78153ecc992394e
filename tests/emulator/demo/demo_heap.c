// This file is part of mpheap, MIT licence.

#include "demo_heap.h"

enum { FREE = 0, HEAD = 1, TAIL = 2, MARK = 3 };

demo_heap_t demo_heap;
void *demo_roots[DEMO_ROOTS];

#define H demo_heap

// --- Tables -----------------------------------------------------------------------

static inline uint32_t kind_of(uint32_t block) {
    return H.table[block / 4] >> (block % 4 * 2) & 3;
}

static inline void set_kind(uint32_t block, uint32_t kind) {
    uint32_t shift = block % 4 * 2;
    H.table[block / 4] = (H.table[block / 4] & ~(3u << shift)) | kind << shift;
}

static inline bool has_finaliser(uint32_t block) {
    return H.finalisers[block / 8] >> (block % 8) & 1;
}

static inline void set_finaliser(uint32_t block, bool has) {
    uint8_t bit = 1u << (block % 8);
    H.finalisers[block / 8] = has ? H.finalisers[block / 8] | bit : H.finalisers[block / 8] & ~bit;
}

static inline void *address_of(uint32_t block) {
    return (void *)(H.pool + block * DEMO_BLOCK_BYTES);
}

static uint32_t blocks_for(size_t n_bytes) {
    return (n_bytes + DEMO_BLOCK_BYTES - 1) / DEMO_BLOCK_BYTES;
}

static uint32_t chain_end(uint32_t head) {
    uint32_t end = head + 1;
    while (end < H.blocks && kind_of(end) == TAIL) {
        end++;
    }
    return end;
}

static void free_blocks(uint32_t from, uint32_t to) {
    for (uint32_t block = from; block < to; block++) {
        set_kind(block, FREE);
    }
}

static void lower_last_free(uint32_t block) {
    if (block / 4 < H.last_free_byte) {
        H.last_free_byte = block / 4;
    }
}

static void raise_last_used(uint32_t block) {
    if (block > H.last_used_block) {
        H.last_used_block = block;
    }
}

void demo_gc_init(void *start, void *end) {
    uintptr_t top = (uintptr_t)end & ~(uintptr_t)(DEMO_BLOCK_BYTES - 1);
    size_t total = top - (uintptr_t)start;
    H.start = (uintptr_t)start;
    H.end = (uintptr_t)end;
    // A table byte is four blocks and half a byte of finalisers; one byte is a gap.
    H.table_bytes = (total - 1) * 8 / (8 + 4 + 32 * DEMO_BLOCK_BYTES);
    H.blocks = H.table_bytes * 4;
    H.table = start;
    H.finalisers = H.table + H.table_bytes + 1;
    H.finaliser_bytes = (H.blocks + 7) / 8;
    H.pool = top - H.blocks * DEMO_BLOCK_BYTES;
    for (uint8_t *byte = H.table; byte < H.finalisers + H.finaliser_bytes; byte++) {
        *byte = 0;
    }
    H.last_free_byte = 0;
    H.last_used_block = 0;
    H.amount = 0;
    H.threshold = DEMO_NONE;
    H.lock = 0;
    H.enabled = true;
}

// --- Allocating -------------------------------------------------------------------

// The last block of the first run of `n` free ones, or DEMO_NONE.
static uint32_t find_run(uint32_t n) {
    uint32_t run = 0;
    for (uint32_t at = H.last_free_byte; at < H.table_bytes; at++) {
        uint32_t four = H.table[at];
        for (uint32_t i = 0; i < 4; i++, four >>= 2) {
            run = (four & 3) == FREE ? run + 1 : 0;
            if (run == n) {
                return at * 4 + i;
            }
        }
    }
    return DEMO_NONE;
}

static void *take_run(uint32_t last, uint32_t n, bool finaliser) {
    uint32_t head = last - n + 1;
    if (n == 1) {
        H.last_free_byte = (last + 1) / 4;
    }
    raise_last_used(last);
    set_kind(head, HEAD);
    for (uint32_t block = head + 1; block <= last; block++) {
        set_kind(block, TAIL);
    }
    H.amount += n;
    if (finaliser) {
        set_finaliser(head, true);
    }
    return address_of(head);
}

void *demo_heap_alloc(size_t n_bytes, bool finaliser) {
    uint32_t n = blocks_for(n_bytes);
    if (n == 0 || H.lock != 0) {
        return NULL;
    }
    bool collected = !H.enabled;
    if (!collected && H.amount >= H.threshold) {
        demo_gc_collect();
        collected = true;
    }
    for (;;) {
        uint32_t last = find_run(n);
        if (last != DEMO_NONE) {
            return take_run(last, n, finaliser);
        }
        if (collected) {
            return NULL;
        }
        demo_gc_collect();
        collected = true;
    }
}

void demo_heap_free(void *address) {
    if (H.lock != 0 || address == NULL) {
        return;
    }
    uint32_t head = demo_block_of(address);
    set_finaliser(head, false);
    lower_last_free(head);
    free_blocks(head, chain_end(head));
}

static void copy_blocks(void *to, const void *from, uint32_t blocks) {
    uint32_t *words = to;
    const uint32_t *source = from;
    for (uint32_t i = 0; i < blocks * DEMO_BLOCK_BYTES / sizeof(uint32_t); i++) {
        words[i] = source[i];
    }
}

static bool grows_in_place(uint32_t end, uint32_t more) {
    for (uint32_t block = end; block < end + more; block++) {
        if (block >= H.blocks || kind_of(block) != FREE) {
            return false;
        }
    }
    return true;
}

void *demo_heap_resize(void *old, size_t n_bytes, bool may_move) {
    if (old == NULL) {
        return demo_heap_alloc(n_bytes, false);
    }
    if (n_bytes == 0) {
        demo_heap_free(old);
        return NULL;
    }
    if (H.lock != 0) {
        return NULL;
    }
    uint32_t head = demo_block_of(old);
    uint32_t end = chain_end(head);
    uint32_t n = blocks_for(n_bytes);
    if (n <= end - head) {
        if (n < end - head) {
            free_blocks(head + n, end);
            lower_last_free(head + n);
        }
        return old;
    }
    uint32_t more = n - (end - head);
    if (grows_in_place(end, more)) {
        for (uint32_t block = end; block < end + more; block++) {
            set_kind(block, TAIL);
        }
        raise_last_used(end + more);
        return old;
    }
    void *moved = may_move ? demo_heap_alloc(n_bytes, has_finaliser(head)) : NULL;
    if (moved != NULL) {
        copy_blocks(moved, old, end - head);
        demo_heap_free(old);
    }
    return moved;
}

// --- Collecting -------------------------------------------------------------------

// True if the word points to a head that was not marked, and now is.
static bool mark_word(uintptr_t word) {
    uintptr_t offset = word - H.pool;
    if (offset % DEMO_BLOCK_BYTES != 0 || offset >= (uintptr_t)H.blocks * DEMO_BLOCK_BYTES) {
        return false;
    }
    uint32_t block = offset / DEMO_BLOCK_BYTES;
    if (kind_of(block) != HEAD) {
        return false;
    }
    set_kind(block, MARK);
    return true;
}

static bool scan(uint32_t block) {
    const uintptr_t *word = address_of(block);
    const uintptr_t *end = address_of(chain_end(block));
    bool found = false;
    for (; word < end; word++) {
        found |= mark_word(*word);
    }
    return found;
}

static bool has_mark(uint8_t four) {
    return (four & four >> 1 & 0x55) != 0;
}

// No mark stack: all that is marked is scanned until nothing new is found.
static void mark_roots(uint32_t from, uint32_t to) {
    for (uint32_t i = from; i < to; i++) {
        mark_word((uintptr_t)demo_roots[i]);
    }
    bool found;
    do {
        found = false;
        for (uint32_t block = 0; block < H.blocks; block++) {
            if (block % 4 == 0 && !has_mark(H.table[block / 4])) {
                block += 3;
            } else if (kind_of(block) == MARK) {
                found |= scan(block);
            }
        }
    } while (found);
}

static void sweep(void) {
    uint32_t last = 0;
    uint32_t end = H.last_used_block + 1 < H.blocks ? H.last_used_block + 1 : H.blocks;
    for (uint32_t block = 0; block < end; block++) {
        uint32_t kind = kind_of(block);
        if (kind == HEAD) {
            if (has_finaliser(block)) {
                demo_finalise(address_of(block));
                set_finaliser(block, false);
            }
            uint32_t chain = chain_end(block);
            free_blocks(block, chain);
            block = chain - 1;
        } else if (kind != FREE) {
            if (kind == MARK) {
                set_kind(block, HEAD);
            }
            last = block;
        }
    }
    H.last_used_block = last;
    H.last_free_byte = 0;
}

void demo_collect_start(void) {
    H.collects++;
    H.lock++;
    H.amount = 0;
    mark_roots(0, H.overflow ? DEMO_ROOTS / 2 : DEMO_ROOTS);
}

void demo_collect_end(void) {
    mark_roots(0, DEMO_ROOTS);
    sweep();
    H.overflow = false;
    H.lock--;
}

void demo_gc_info(demo_info_t *info) {
    *info = (demo_info_t) { 0 };
    uint32_t run = 0;
    for (uint32_t block = 0; block < H.blocks; block++) {
        uint32_t kind = kind_of(block);
        run = kind == FREE ? run + 1 : 0;
        info->free_blocks += kind == FREE;
        info->max_free = run > info->max_free ? run : info->max_free;
        if (kind == HEAD) {
            uint32_t length = chain_end(block) - block;
            info->one_block_objects += length == 1;
            info->two_block_objects += length == 2;
            info->max_block = length > info->max_block ? length : info->max_block;
        }
    }
    info->used_blocks = H.blocks - info->free_blocks;
}
